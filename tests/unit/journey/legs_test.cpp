// SPDX-License-Identifier: Apache-2.0
// Decrypted legs: what the gateway's own proxies say to targets passes a chain of its own, and what they are answered.
#include "legs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

constexpr chain::Standing unhealthy{.health = chain::Health::unhealthy};

/// As it came, but for the TTL that a router takes.
bool is_forwarded(const Bytes& left, Bytes sent) {
    const bool v4 = is_v4(sent);
    --sent[v4 ? 8 : 7];
    if (v4) fix_ipv4_checksum(sent);
    return left == sent;
}

void leaves_as_it_is(World& world, const Bytes& ip, PortIndex port = south) {
    const Outcome out = world.leave_host(port, ip);
    CHECK(out.only().port == port);
    CHECK(ip_of(out.only().frame) == ip);
    CHECK(world.flows() == 0);
}

/// The RST that goes into the port's host link; throws when it is not the only thing there.
Bytes reset_to_host(const Outcome& outcome) {
    if (outcome.to_host.size() != 1 || outcome.to_host[0].port != south)
        throw std::runtime_error("not one to the host");
    const Bytes ip = ip_of(outcome.to_host[0].frame);
    if (!is_sound_ip(ip) || transport_sum(ip) != 0) throw std::runtime_error("not sound");
    if ((ip.at(header_bytes_of(ip) + 13) & 0x04) == 0) throw std::runtime_error("not a RST");
    return ip;
}

} // namespace

TEST_CASE("a leg visits its chain on the way to the target, and backwards on the way into the host link") {
    for (const bool v4 : {true, false}) {
        for (const unsigned hops : {1U, 3U}) {
            World world(with_legs(hops));
            const Bytes syn = leg_packet(0x02, v4);
            const LegWay there = ask(world, syn);
            CHECK(there.appliances.size() == hops);
            CHECK(there.last.only().port == south);
            CHECK(is_forwarded(ip_of(there.last.only().frame), syn));

            LegWay back = answer(world, reply_to(syn, 0x12));
            std::reverse(back.appliances.begin(), back.appliances.end());
            CHECK(back.appliances == there.appliances);
            REQUIRE(back.last.to_host.size() == 1);
            CHECK(back.last.to_host[0].port == south);
            CHECK(ip_of(back.last.to_host[0].frame) == reply_to(syn, 0x12));
            CHECK(part(back.last.to_host[0].frame, 0, 6) == Bytes{2, 0, 0, 0, 0, south});

            CHECK(ask(world, leg_packet(0x18, v4)).appliances == there.appliances);
            CHECK(world.flows() == 1);
            CHECK(world.worker().flows().entry(world.worker().newest_flow()).state == flow::FlowState::tcp_established);
            CHECK(world.worker().flows().birth(world.worker().newest_flow()).rule == 1);
        }
    }
}

TEST_CASE("without a rule for it what the host says to a target leaves as it is") {
    const std::vector<std::function<void(config::Config&)>> policies = {
        [](config::Config& config) { config.policy.pop_back(); },
        [](config::Config& config) { config.policy[0].chain = "perimeter", config.policy.pop_back(); },
        [](config::Config& config) { config.policy[1] = leg_rule({"web6"}); },
        [](config::Config& config) { config.policy[1].match.endpoint = "branch"; },
        [](config::Config& config) {
            config.policy[1].match.destination_ports = {{80, 80}};
        },
        [](config::Config& config) { config.policy[1].chain.reset(); },
    };
    for (std::size_t i = 0; i < policies.size(); ++i) {
        INFO(i);
        World world(with_legs(1, policies[i]));
        for (const std::uint8_t flags : Bytes{0x02, 0x10, 0x04})
            leaves_as_it_is(world, leg_packet(flags));
        const Outcome back = world.arrive(south, World::frame_for(south, reply_to(leg_packet(0x02), 0x12)));
        CHECK(back.to_host.size() == 1);
        CHECK(back.drops.empty());
    }
}

TEST_CASE("what is no connection to a target's address and port is no leg") {
    World world(with_legs());
    Spec other_port = leg(0x02);
    other_port.destination_port = 8081;
    Spec other_host = leg(0x02);
    other_host.destination = "203.0.113.10";
    Spec udp = leg(0x02);
    udp.protocol = 17;
    Spec ping = leg(0x02);
    ping.protocol = 1;
    for (const Spec& spec : {other_port, other_host, udp, ping})
        leaves_as_it_is(world, ip_packet(spec));
    // Towards appliances there are no targets.
    leaves_as_it_is(world, leg_packet(0x02), inspect);
}

TEST_CASE("rules for legs are for legs alone, and other rules are not") {
    World no_other(with_legs(1, [](config::Config& config) { config.policy.erase(config.policy.begin()); }));
    CHECK(no_other.send(north, to_listener(6)).is_dropped(DropReason::NoPolicyMatch));
    Spec to_target = leg(0x02);
    to_target.source = "192.0.2.10";
    CHECK(no_other.send(north, to_target).is_dropped(DropReason::NoPolicyMatch));
    CHECK(ask(no_other, leg_packet(0x02)).appliances.size() == 1);

    // A client's flow, and the leg behind it, each by its own rule.
    World both(with_legs(1, [](config::Config& config) { config.policy[0].chain = "perimeter"; }));
    CHECK(follow(both, both.send(north, to_listener(6))).appliances.size() == 1);
    CHECK(both.worker().flows().birth(both.worker().newest_flow()).rule == 0);
    CHECK(ask(both, leg_packet(0x02)).appliances.size() == 1);
    CHECK(both.worker().flows().birth(both.worker().newest_flow()).rule == 1);
    CHECK(both.flows() == 2);
}

TEST_CASE("only the gateway itself speaks for the gateway on a leg") {
    World world(with_legs());
    begin_leg(world);
    for (const PortIndex port : {north, south}) {
        Outcome forged = world.arrive(port, World::frame_for(port, leg_packet(0x18)));
        CHECK(forged.is_dropped(DropReason::MartianAddress));
    }
    CHECK(ask(world, leg_packet(0x18)).appliances.size() == 1);
}

TEST_CASE("a segment of no leg is the end of the proxy's connection, unless flows are adopted there") {
    for (const bool adopts : {false, true}) {
        World world(with_legs(1, [=](config::Config& config) {
            if (adopts) config.endpoints[0].tcp_midstream = config::TcpMidstream::adopt;
        }));
        const Bytes segment = leg_packet(0x18);
        const Outcome out = world.leave_host(south, segment);
        CHECK(world.flows() == (adopts ? 1 : 0));
        if (adopts) {
            CHECK(out.only().port == inspect);
            continue;
        }
        CHECK(out.drops == std::vector{DropReason::TcpNotSyn});
        CHECK(out.sent.empty());
        CHECK(sides_of(reset_to_host(out)) == Sides{"203.0.113.11", own_v4, 8080, 41000});
        CHECK(world.leave_host(south, leg_packet(0x04)).is_dropped(DropReason::TcpNotSyn));
    }
}

TEST_CASE("what a target says on a leg that is over does not get past the chain") {
    World world(with_legs());
    const Bytes said = reply_to(leg_packet(0x10), 0x18);
    CHECK(world.arrive(south, World::frame_for(south, said)).is_dropped(DropReason::TcpNotSyn));
    // A connection that the target begins, and one that is no leg, are the host's.
    CHECK(world.arrive(south, World::frame_for(south, reply_to(leg_packet(0x10), 0x02))).to_host.size() == 1);
    Spec other = answered(leg(0x18));
    other.source_port = 8081;
    CHECK(world.arrive(south, World::frame_for(south, ip_packet(other))).to_host.size() == 1);
}

TEST_CASE("an appliance that fails ends a leg by RST to proxy and target, where its group says so") {
    for (const bool v4 : {true, false}) {
        for (const bool from_proxy : {true, false}) {
            World world(with_legs(
                1, [](config::Config& config) { config.appliance_groups[0].on_unhealthy = config::Failover::reset; }));
            const IpAddress at = ask(world, leg_packet(0x02, v4)).appliances.at(0);
            static_cast<void>(answer(world, reply_to(leg_packet(0x02, v4), 0x12)));
            static_cast<void>(ask(world, leg_packet(0x10, v4)));
            world.stand(0, world.member(at), unhealthy);
            const Bytes next = from_proxy ? leg_packet(0x10, v4) : reply_to(leg_packet(0x10, v4), 0x10);
            const Outcome out =
                from_proxy ? world.leave_host(south, next) : world.arrive(south, World::frame_for(south, next));
            CHECK(out.drops == std::vector{DropReason::FlowReset});
            const Bytes to_proxy = reset_to_host({.sent = {},
                                                  .to_host = {out.to_host.begin(), out.to_host.begin() + 1},
                                                  .drops = {},
                                                  .asked = {},
                                                  .sending_workers = {}});
            CHECK(destination_of(to_proxy) == address(v4 ? own_v4 : own_v6));
            REQUIRE_FALSE(out.sent.empty());
            for (const Outcome::Sent& sent : out.sent) {
                CHECK(sent.port == south);
                CHECK(destination_of(ip_of(sent.frame)) == address(v4 ? "203.0.113.11" : "2001:db8:2::11"));
                CHECK((ip_of(sent.frame).at(header_bytes_of(ip_of(sent.frame)) + 13) & 0x04) != 0);
            }
            // And all that comes later.
            const Outcome late = world.leave_host(south, leg_packet(0x18, v4));
            CHECK(late.drops == std::vector{DropReason::FlowReset});
            CHECK(destination_of(reset_to_host(late)) == address(v4 ? own_v4 : own_v6));
            // A proxy may use the port again.
            CHECK(ask(world, leg_packet(0x02, v4)).appliances.size() == 1);
        }
    }
}

TEST_CASE("no leg begins when nobody of its chain may take it, or the table is full") {
    World world(with_legs(
        1, [](config::Config& config) { config.appliance_groups[0].when_none_healthy = config::NoneHealthy::drop; }));
    world.stand(0, 0, unhealthy);
    world.stand(0, 1, unhealthy);
    CHECK(world.leave_host(south, leg_packet(0x02)).is_dropped(DropReason::NoAppliance));

    World bypassing(with_legs(
        1, [](config::Config& config) { config.appliance_groups[0].when_none_healthy = config::NoneHealthy::bypass; }));
    bypassing.stand(0, 0, unhealthy);
    bypassing.stand(0, 1, unhealthy);
    CHECK(ask(bypassing, leg_packet(0x02)).last.only().port == south);
    CHECK(answer(bypassing, reply_to(leg_packet(0x02), 0x12)).last.to_host.size() == 1);
    CHECK(bypassing.flows() == 1);

    Setup small = with_legs();
    small.settings.flow_capacity = 1;
    World full(small);
    static_cast<void>(ask(full, leg_packet(0x02)));
    CHECK(full.leave_host(south, leg_packet(0x02, true, 41001)).is_dropped(DropReason::FlowTableFull));
}

TEST_CASE("both directions of a leg come to one worker, whichever has the host link or the port") {
    Setup setup = with_legs(2);
    setup.workers = 3;
    World world(setup);
    unsigned receiver = 0;
    for (std::uint16_t port = 41000; port < 41060; ++port) {
        Outcome out = world.leave_host(south, leg_packet(0x02, true, port), receiver++ % 3);
        while (out.only().port == inspect)
            out = world.give_back(out.only().frame, receiver++ % 3);
        CHECK(out.only().port == south);
        Outcome back =
            world.arrive(south, World::frame_for(south, reply_to(leg_packet(0x02, true, port), 0x12)), receiver++ % 3);
        while (back.sent.size() == 1)
            back = world.give_back(back.sent[0].frame, receiver++ % 3);
        CHECK(back.to_host.size() == 1);
    }
    CHECK(world.flows() == 60);
    // Without a rule they leave from whichever worker asks the table.
    World plain([] {
        Setup without = with_legs(2, [](config::Config& config) { config.policy[1] = leg_rule({"web6"}); });
        without.workers = 3;
        return without;
    }());
    for (unsigned worker = 0; worker < 3; ++worker)
        CHECK(plain.leave_host(south, leg_packet(0x02), worker).only().port == south);
}

TEST_CASE("a leg goes its way when a reload takes out its rule, and no other begins") {
    World world(with_legs());
    begin_leg(world);
    world.change_roster([](chain::Roster& roster) { roster.policy.rules.pop_back(); });
    CHECK(ask(world, leg_packet(0x18)).appliances.size() == 1);
    CHECK(answer(world, reply_to(leg_packet(0x18), 0x18)).appliances.size() == 1);
    const LegWay later = ask(world, leg_packet(0x02, true, 41001));
    CHECK(later.appliances.empty());
    CHECK(later.last.only().port == south);
    CHECK(world.flows() == 1);
}

TEST_CASE("a leg ends with its connection, and lives as long as the proxies' connections may idle") {
    World world(
        with_legs(1, [](config::Config& config) { config.listeners[0].tcp_idle = std::chrono::seconds(6000); }));
    begin_leg(world);
    world.pass(std::chrono::seconds(6020));
    CHECK(ask(world, leg_packet(0x18)).appliances.size() == 1);
    static_cast<void>(ask(world, leg_packet(0x11)));
    static_cast<void>(answer(world, reply_to(leg_packet(0x11), 0x11)));
    CHECK(ask(world, leg_packet(0x10)).appliances.size() == 1);
    world.pass(std::chrono::seconds(11));
    for (unsigned i = 0; i < 50; ++i) {
        static_cast<void>(world.tend());
        world.pass(std::chrono::seconds(1));
    }
    CHECK(world.flows() == 0);
    CHECK(world.worker().counters().listeners[0].flows_created.read() == 0);
    CHECK(world.worker().counters().flows_expired.read() == 1);
}

TEST_CASE("what is too large for a leg's chain is told to the host, as if by whom it wrote to") {
    for (const bool v4 : {true, false}) {
        World world(with_legs(1, [](config::Config& config) { config.ports[inspect].mtu = 1500; }));
        begin_leg(world, v4);
        Spec large = leg(0x18, v4);
        large.payload_bytes = 1440;
        const Outcome out = world.leave_host(south, with_checksum(ip_packet(large)));
        CHECK(out.sent.empty());
        CHECK(out.drops == std::vector{DropReason::TooBig});
        REQUIRE(out.to_host.size() == 1);
        CHECK(out.to_host[0].port == south);
        const Bytes error = ip_of(out.to_host[0].frame);
        CHECK(is_sound_ip(error));
        CHECK(source_of(error) == address(v4 ? "203.0.113.11" : "2001:db8:2::11"));
        CHECK(destination_of(error) == address(v4 ? own_v4 : own_v6));
        const std::size_t icmp = header_bytes_of(error);
        CHECK(error[icmp] == (v4 ? 3 : 2));
        CHECK(get32(error, icmp + 4) == 1500 - 68);
    }
}

TEST_CASE("a proxy is told the same about what it answers its clients") {
    World world(balanced(1, [](config::Config& config) {
        config.listeners[0].mode = config::ListenerMode::proxy;
        config.listeners[0].protocol = config::L4Protocol::tcp;
        config.ports[inspect].mtu = 1500;
    }));
    const Bytes syn = with_checksum(ip_packet(to_listener(6)));
    static_cast<void>(through(world, north, syn));
    Spec large = answered(to_listener(6));
    large.tcp_flags = 0x18;
    large.payload_bytes = 1440;
    const Outcome out = world.leave_host(north, with_checksum(ip_packet(large)));
    CHECK(out.drops == std::vector{DropReason::TooBig});
    REQUIRE(out.to_host.size() == 1);
    CHECK(out.to_host[0].port == north);
    CHECK(source_of(ip_of(out.to_host[0].frame)) == address("192.0.2.10"));
    CHECK(destination_of(ip_of(out.to_host[0].frame)) == address(vip_v4));
}

TEST_CASE("a target that nobody finds is told to the host as unreachable") {
    Setup setup = with_legs();
    setup.change_forwarding = [](forward::Inputs&) {};
    World world(setup);
    const LegWay way = ask(world, leg_packet(0x02));
    CHECK(way.last.sent.empty());
    CHECK(way.last.asked.size() == 1);
    world.pass(std::chrono::seconds(4));
    const Outcome out = world.tend();
    CHECK(out.drops == std::vector{DropReason::NeighbourUnresolved});
    REQUIRE(out.to_host.size() == 1);
    CHECK(ip_of(out.to_host[0].frame)[20] == 3);
}

TEST_CASE("the SYNs of a leg are clamped like others") {
    World world(with_legs(1, [](config::Config& config) {
        config.endpoints[0].mss_clamp = config::MssClamp::fixed;
        config.endpoints[0].mss = 1200;
    }));
    Bytes options = transport_of(leg(0x02));
    options.resize(20);
    options[12] = 0x60;
    append(options, {2, 4, 0x05, 0xb4});
    Spec syn = leg(0x02);
    syn.transport = options;
    const LegWay way = ask(world, with_checksum(ip_packet(syn)));
    const Bytes left = ip_of(way.last.only().frame);
    CHECK(get16(left, 42) == 1200);
    CHECK(transport_sum(left) == 0);
}

TEST_CASE("an ICMP error about a leg comes to the host through the chain") {
    World world(with_legs());
    begin_leg(world);
    Bytes icmp = {3, 4, 0, 0, 0, 0, 0x05, 0x00};
    append(icmp, part(leg_packet(0x10), 0, 28));
    put16(icmp, 2, plain_checksum(icmp));
    Spec spec = answered(leg(0));
    spec.protocol = 1;
    spec.source = "203.0.113.200"; // a router on the way
    spec.transport = icmp;
    const LegWay way = answer(world, ip_packet(spec));
    CHECK(way.appliances.size() == 1);
    REQUIRE(way.last.to_host.size() == 1);
    CHECK(ip_of(way.last.to_host[0].frame) == ip_packet(spec));
}
