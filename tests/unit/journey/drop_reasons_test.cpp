// SPDX-License-Identifier: Apache-2.0
// Every reason in the table of drop reasons is produced here, or belongs to who drives ports and traces: a new row
// without a packet that meets it fails this test.
#include "balanced.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

/// Counted by io and replay through Worker::refuse; no packet meets them inside the journey. Real packets meet them in
/// tests/lab/test_refused and in the stories of pcaps/.
const std::set<DropReason> not_the_journeys = {
    DropReason::VlanUnknown,  DropReason::FrameTooLong, DropReason::HostLinkFull,  DropReason::HostAbsent,
    DropReason::TransmitFull, DropReason::HandoverFull, DropReason::ApplianceKept, DropReason::FrameUnreadable,
};

using Producer = std::function<Outcome()>;

/// A frame from the north, made from a sound one by `damage`.
Producer frame_with(std::function<void(Bytes&)> damage, Spec spec = {}) {
    return [damage = std::move(damage), spec] {
        World world;
        Bytes frame = World::frame_for(north, ip_packet(spec));
        damage(frame);
        return world.arrive(north, frame);
    };
}

Producer packet(Spec spec, Setup setup = {}) {
    return [spec = std::move(spec), setup = std::move(setup)] { return World(setup).send(north, spec); };
}

Producer to(const char* destination, PortIndex port = north) {
    return [=] {
        Spec spec;
        spec.destination = destination;
        return World().send(port, spec);
    };
}

Producer options(std::uint8_t first_header, Bytes headers, bool v6) {
    Spec spec = v6 ? over_ipv6(Spec{}) : Spec{};
    spec.first_header = first_header;
    spec.ip_options = std::move(headers);
    return packet(spec);
}

/// The appliance gives its packet back with one byte, counted from the outer UDP header, changed by xor.
Producer returned_with(std::size_t at, std::uint8_t change) {
    return [=] {
        Setup setup;
        setup.hops = 2;
        World world(setup);
        Bytes frame = returned(world.send(north, Spec{}).only().frame);
        frame.at(geneve_at - 8 + at) ^= change;
        return world.arrive(inspect, frame);
    };
}

Setup configured(std::function<void(config::Config&)> change) {
    Setup setup;
    setup.change_config = std::move(change);
    return setup;
}

Spec changed(std::function<void(Spec&)> change) {
    Spec spec;
    change(spec);
    return spec;
}

Outcome second_flow_of_one() {
    Setup setup;
    setup.settings.flow_capacity = 1;
    World world(setup);
    world.send(north, Spec{});
    return world.send(north, tcp(0x02));
}

Outcome waiting(std::uint32_t capacity, std::chrono::seconds wait) {
    Setup setup;
    setup.settings.pending_capacity = capacity;
    setup.change_forwarding = [](forward::Inputs& inputs) { inputs.neighbours.clear(); };
    World world(setup);
    const Outcome outcome = world.send(north, Spec{});
    world.pass(wait);
    return wait.count() == 0 ? outcome : world.tend();
}

Setup unreachable_appliances() {
    Setup setup;
    setup.change_forwarding = [](forward::Inputs& inputs) {
        std::erase_if(inputs.routes, [](const forward::Route& route) { return route.domain == 2; });
    };
    return setup;
}

Outcome without_headroom() {
    World world;
    return world.burst(north, {World::frame_for(north, ip_packet(Spec{}))}, 0, 0);
}

/// A UDP payload of seven bytes in an appliance's packet.
Outcome truncated_geneve() {
    World world;
    Bytes frame = returned(world.send(north, Spec{}).only().frame);
    put16(frame, geneve_at - 4, 8 + 7);
    return world.arrive(inspect, frame);
}

struct Cut {
    std::size_t begin, size;
    bool more;
};

/// What the last of the fragments meets.
Producer fragments(std::vector<Cut> cuts, Spec spec = {}, Setup setup = {}) {
    return [=] {
        World world(setup);
        Spec large = spec;
        large.payload_bytes = 200;
        Outcome outcome;
        for (const Cut& cut : cuts) {
            const Bytes fragment = fragment_of(ip_packet(large), cut.begin, cut.size, cut.more);
            outcome = world.arrive(north, World::frame_for(north, fragment));
        }
        return outcome;
    };
}

Setup without_held_fragments() {
    Setup setup;
    setup.settings.held_fragments = 0;
    return setup;
}

Outcome orphaned() {
    World world;
    Spec spec;
    spec.payload_bytes = 200;
    world.arrive(north, World::frame_for(north, fragment_of(ip_packet(spec), 64, 64, true)));
    world.pass(std::chrono::seconds(1));
    return world.tend();
}

/// Destination unreachable, about nothing that anybody here sent.
Outcome unrelated() {
    Spec spec;
    spec.protocol = 1;
    spec.transport = {3, 1, 0, 0, 0, 0, 0, 0};
    append(spec.transport, ip_packet(answered(Spec{})));
    return World().send(north, spec);
}

Outcome without_buffers() {
    World world;
    world.no_buffers = true;
    Spec spec;
    spec.payload_bytes = 1600;
    spec.dont_fragment = false;
    return world.send(north, spec);
}

/// Through the chain and to no route behind it.
Outcome without_route() {
    World world;
    Spec spec;
    spec.destination = "8.8.8.8";
    return world.give_back(world.send(north, spec).only().frame);
}

/// The appliance gives back a packet of a flow that has been reset meanwhile.
Outcome of_a_reset_flow() {
    World world(
        configured([](config::Config& config) { config.appliance_groups[0].on_unhealthy = config::Failover::reset; }));
    const Bytes out = world.send(north, tcp(0x02)).only().frame;
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, {.health = chain::Health::unhealthy});
    world.send(north, tcp(0x10));
    return world.give_back(out);
}

Outcome from_a_mirror() {
    World world(
        configured([](config::Config& config) { config.appliance_groups[0].mode = config::GroupMode::mirror; }));
    const Outcome outcome = world.send(north, Spec{});
    return world.give_back(outcome.sent.at(outcome.sent.at(0).port == inspect ? 0 : 1).frame);
}

/// The appliance has had enough of the flow.
Outcome of_a_denied_rest() {
    World world(configured([](config::Config& config) { config.appliance_groups[0].verdicts.emplace(); }));
    const Bytes drop_rest = {0xff, 0x53, 1, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    world.arrive(inspect, returned_with_option(world.send(north, Spec{}).only().frame, drop_rest));
    return world.send(north, Spec{});
}

/// The way back is congested, and the packet's flow does not know that word.
Outcome congested() {
    World world;
    Bytes frame = returned(world.send(north, Spec{}).only().frame);
    frame.at(15) |= 3;
    Bytes outer = part(frame, 14, 20);
    fix_ipv4_checksum(outer);
    std::copy(outer.begin(), outer.end(), frame.begin() + 14);
    return world.arrive(inspect, frame);
}

Outcome at_listener(const std::function<void(config::Config&)>& change, std::uint16_t port = 80) {
    World world(balanced(0, change));
    Spec spec = to_listener(17);
    spec.destination_port = port;
    return world.send(north, spec);
}

/// One target, and more flows than one of the gateway's addresses has ports for it.
Outcome without_source_ports() {
    Setup setup = balanced(0, [](config::Config& config) {
        config.target_groups[0].targets.resize(1);
        config.target_groups[0].preserve_client_ip = false;
    });
    setup.settings.flow_capacity = 40'000;
    World world(setup);
    for (std::uint16_t port = 1024; port < 0xffff; ++port) {
        Outcome outcome = world.send(north, to_listener(17, true, port));
        if (!outcome.drops.empty()) return outcome;
    }
    return {};
}

Outcome at_a_taken_target() {
    World world(balanced(0, [](config::Config& config) {
        config.target_groups[0].targets.resize(1);
        config.listeners.push_back(listener("more", "192.0.2.81", "web"));
    }));
    Spec spec = to_listener(17);
    static_cast<void>(world.send(north, spec));
    spec.destination = "192.0.2.81";
    return world.send(north, spec);
}

const std::map<DropReason, Producer>& producers() {
    using R = DropReason;
    const auto set = [](std::size_t at, std::uint8_t value) { return [=](Bytes& frame) { frame.at(at) = value; }; };
    static const std::map<DropReason, Producer> all = {
        {R::EthernetTruncated, frame_with([](Bytes& frame) { frame.resize(13); })},
        {R::NotOurMac, frame_with(set(0, 0x04))},
        {R::EtherTypeUnsupported, frame_with(set(12, 0x88))},
        {R::MulticastUnsupported, to("239.0.0.1")},
        {R::Ipv4Truncated, frame_with([](Bytes& frame) { frame.resize(30); })},
        {R::Ipv4BadHeader, frame_with(set(14, 0x44))},
        {R::Ipv4BadChecksum, frame_with(set(24, 0x00))},
        {R::Ipv4SourceRoute, options(0, {0x83, 3, 4, 0}, false)},
        {R::Ipv6Truncated, frame_with([](Bytes& frame) { frame.resize(30); }, over_ipv6(Spec{}))},
        {R::Ipv6BadHeader, frame_with(set(14, 0x70), over_ipv6(Spec{}))},
        {R::Ipv6RoutingHeader, options(43, {17, 0, 0, 0, 0, 0, 0, 0}, true)},
        {R::MartianAddress, to("127.0.0.1")},
        {R::TransportTruncated, frame_with(set(14 + 24, 0xff))},
        {R::TransportBadHeader, frame_with(set(14 + 25, 0x07))},
        {R::FragmentBad, packet(changed([](Spec& spec) { spec.fragment = 0x1fff; }))},
        {R::FragmentTiny, fragments({{0, 8, true}}, tcp(0x02))},
        {R::FragmentOverlap, fragments({{0, 64, true}, {56, 64, true}})},
        {R::FragmentDuplicate, fragments({{0, 64, true}, {0, 64, true}})},
        {R::FragmentOrphaned, orphaned},
        {R::FragmentTableFull, fragments({{64, 64, true}}, Spec{}, without_held_fragments())},
        {R::TtlExpired, packet(changed([](Spec& spec) { spec.ttl = 1; }))},
        {R::PortWithoutEndpoint, to("203.0.113.10", inspect)},
        {R::OwnAddressElsewhere, to("198.51.100.1")},
        {R::TcpNotSyn, packet(tcp(0x10))},
        {R::NoPolicyMatch, packet(Spec{}, configured([](config::Config& config) { config.policy.clear(); }))},
        {R::NoAppliance, packet(Spec{}, configured([](config::Config& config) {
                                    for (config::Appliance& appliance : config.appliance_groups[0].appliances)
                                        appliance.weight = 0;
                                }))},
        {R::IcmpUnrelated, unrelated},
        {R::FlowTableFull, second_flow_of_one},
        {R::InvalidGeneveTunnel, returned_with(0, 0x01)},
        {R::InvalidGwlbEndpointId, returned_with(8 + 8 + 4, 0x01)},
        {R::InvalidGwlbFlowCookie, returned_with(8 + 36, 0x01)},
        {R::MissingFlowEntry, returned_with(8 + 40 + 20, 0x01)},
        {R::MissingAttachmentId, returned_with(8 + 20, 0x02)},
        {R::HopOutOfOrder, returned_with(8 + 39, 0x01)},
        {R::GeneveHeaderTruncated, truncated_geneve},
        {R::GeneveVersion, returned_with(8, 0x40)},
        {R::GeneveReservedBits, returned_with(8 + 7, 0x01)},
        {R::GeneveOptionsTruncated, returned_with(8, 0x30)},
        {R::GeneveOptionOverrun, returned_with(8 + 35, 0x02)},
        {R::GeneveOptionLength, returned_with(8 + 34, 0x01)},
        {R::GeneveOptionDuplicate, returned_with(8 + 22, 0x03)},
        {R::GeneveCriticalOption, returned_with(8 + 22, 0x80)},
        {R::GeneveControl, returned_with(8 + 1, 0x80)},
        {R::GeneveVni, returned_with(8 + 4, 0x01)},
        {R::GeneveProtocolType, returned_with(8 + 2, 0x01)},
        {R::OuterUdpMalformed, returned_with(4, 0x40)},
        {R::InnerMalformed, returned_with(8 + 40 + 10, 0x01)},
        {R::FlowReset, of_a_reset_flow},
        {R::NoListener, [] { return at_listener([](config::Config&) {}, 81); }},
        {R::SourceNotAllowed,
         [] {
             return at_listener([](config::Config& config) {
                 config.listeners[0].deny = {IpPrefix::parse("192.0.2.10/32").value()};
             });
         }},
        {R::NoTarget, [] { return at_listener([](config::Config& config) { config.target_groups[0].targets = {}; }); }},
        {R::PortAllocationError, without_source_ports},
        {R::TargetFlowTaken, at_a_taken_target},
        {R::MirrorReturned, from_a_mirror},
        {R::EcnCongestion, congested},
        {R::VerdictDrop, of_a_denied_rest},
        {R::NoRoute, without_route},
        {R::NoRouteToAppliance, packet(Spec{}, unreachable_appliances())},
        {R::TooBig, packet(changed([](Spec& spec) { spec.payload_bytes = 1600; }))},
        {R::NoBuffer, without_buffers},
        {R::NoHeadroom, without_headroom},
        {R::NeighbourQueueFull, [] { return waiting(0, std::chrono::seconds(0)); }},
        {R::NeighbourUnresolved, [] { return waiting(1, std::chrono::seconds(3)); }},
    };
    return all;
}

} // namespace

TEST_CASE("for every drop reason of the journey there is a packet that meets it, and is counted once") {
    for (std::size_t i = 0; i < drop_reason_count; ++i) {
        const auto reason = static_cast<DropReason>(i);
        INFO(name(reason));
        if (not_the_journeys.count(reason) != 0) {
            CHECK(producers().count(reason) == 0);
            continue;
        }
        REQUIRE(producers().count(reason) == 1);
        const Outcome outcome = producers().at(reason)();
        CHECK(outcome.drops == std::vector<DropReason>{reason});
        CHECK(outcome.to_host.empty());
    }
}

TEST_CASE("who drives ports and traces counts its own reasons through the worker") {
    World world;
    for (const DropReason reason : not_the_journeys)
        CHECK(world.refuse(north, World::frame_for(north, ip_packet(Spec{})), reason).is_dropped(reason));
}

TEST_CASE("every drop reason has a name of its own and a sentence") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < drop_reason_count; ++i) {
        const auto reason = static_cast<DropReason>(i);
        names.insert(name(reason));
        CHECK(describe(reason).size() > 10);
    }
    CHECK(names.size() == drop_reason_count);
}
