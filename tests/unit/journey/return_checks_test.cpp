// SPDX-License-Identifier: Apache-2.0
// What an appliance gives back is only taken when it is what it was sent: one row for each way to be wrong.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

constexpr std::size_t endpoint_option = geneve_at + 8;
constexpr std::size_t attachment_option = geneve_at + 20;
constexpr std::size_t cookie_option = geneve_at + 32;
constexpr std::size_t inner_at = geneve_at + 40;

void set_source(Bytes& frame, const IpAddress& source) {
    put32(frame, 14 + 12, source.v4_host_order());
    put16(frame, 14 + 10, 0);
    put16(frame, 14 + 10, plain_checksum(part(frame, 14, 20)));
}

struct Case {
    const char* sentence;
    DropReason reason;
    std::function<void(Bytes&)> damage;
};

/// An option of another class and the same size takes the place of one that is looked for.
std::function<void(Bytes&)> without(std::size_t option) {
    return [option](Bytes& frame) { put16(frame, option, 0x0109); };
}
std::function<void(Bytes&)> with_byte(std::size_t at, std::uint8_t value) {
    return [at, value](Bytes& frame) { frame.at(at) = value; };
}
std::function<void(Bytes&)> with_word(std::size_t at, unsigned value) {
    return [at, value](Bytes& frame) { put16(frame, at, value); };
}

const std::vector<Case>& cases() {
    using R = DropReason;
    static const std::vector<Case> all = {
        {"without the endpoint id", R::InvalidGwlbEndpointId, without(endpoint_option)},
        {"without the attachment id", R::MissingAttachmentId, without(attachment_option)},
        {"without the cookie", R::InvalidGwlbFlowCookie, without(cookie_option)},
        {"with an endpoint id of nobody", R::InvalidGwlbEndpointId, with_byte(endpoint_option + 4, 0xff)},
        {"with another attachment id", R::MissingAttachmentId, with_byte(attachment_option + 4, 1)},
        {"with a forged cookie", R::InvalidGwlbFlowCookie, with_byte(cookie_option + 5, 0x5a)},
        {"with the cookie of a worker that is not", R::InvalidGwlbFlowCookie, with_byte(cookie_option + 4, 0xff)},
        {"with another source port", R::InvalidGeneveTunnel, with_word(geneve_at - 8, 50000)},
        {"from an appliance of no group", R::InvalidGeneveTunnel,
         [](Bytes& frame) { set_source(frame, address("198.51.100.99")); }},
        {"of a flow that is not", R::MissingFlowEntry, with_word(inner_at + 20, 1)},
        {"with other inner addresses", R::MissingFlowEntry,
         [](Bytes& frame) {
             Spec other;
             other.source = "192.0.2.77";
             const Bytes inner = ip_packet(other);
             std::copy(inner.begin(), inner.end(), frame.begin() + inner_at);
         }},
        {"with a VNI", R::GeneveVni, with_byte(geneve_at + 6, 1)},
        {"with version 1", R::GeneveVersion, with_byte(geneve_at, 0x48)},
        {"with a reserved bit in the header", R::GeneveReservedBits, with_byte(geneve_at + 1, 1)},
        {"with the reserved byte set", R::GeneveReservedBits, with_byte(geneve_at + 7, 1)},
        {"with a reserved bit in an option", R::GeneveReservedBits, with_byte(endpoint_option + 3, 0x22)},
        {"as a control packet", R::GeneveControl, with_byte(geneve_at + 1, 0x80)},
        {"with options beyond its end", R::GeneveOptionsTruncated, with_byte(geneve_at, 0x3f)},
        {"with an option beyond the options", R::GeneveOptionOverrun, with_byte(cookie_option + 3, 3)},
        {"with a cookie of two words", R::GeneveOptionLength, with_byte(cookie_option + 2, 1)},
        {"with an option twice", R::GeneveOptionDuplicate, with_byte(attachment_option + 2, 1)},
        {"with an unknown critical option", R::GeneveCriticalOption,
         [](Bytes& frame) {
             put16(frame, attachment_option, 0x0109);
             frame[attachment_option + 2] = 0x82;
         }},
        {"as IPv6, which it is not", R::GeneveProtocolType, with_word(geneve_at + 2, 0x86dd)},
        {"as Ethernet", R::GeneveProtocolType, with_word(geneve_at + 2, 0x6558)},
        {"as something unheard of", R::GeneveProtocolType, with_word(geneve_at + 2, 0x1234)},
        {"with nothing inside", R::InnerMalformed, with_word(geneve_at - 4, 8 + 40)},
        {"with the inner packet cut off", R::InnerMalformed, with_word(geneve_at - 4, 8 + 40 + 27)},
        {"with a wrong inner checksum", R::InnerMalformed, with_byte(inner_at + 11, 0xee)},
        {"with a UDP length below its header", R::OuterUdpMalformed, with_word(geneve_at - 4, 7)},
        {"with a UDP length beyond the packet", R::OuterUdpMalformed, with_word(geneve_at - 4, 4000)},
        {"with a GENEVE header cut off", R::GeneveHeaderTruncated, with_word(geneve_at - 4, 8 + 7)},
    };
    return all;
}

} // namespace

TEST_CASE("a packet that comes back is dropped under its reason when it is") {
    for (const Case& one : cases()) {
        INFO(one.sentence);
        World world;
        Bytes frame = returned(world.send(north, Spec{}).only().frame);
        one.damage(frame);
        const Outcome outcome = world.arrive(inspect, frame);
        CHECK(outcome.is_dropped(one.reason));
        if (!outcome.drops.empty()) CHECK(name(outcome.drops[0]) == name(one.reason));
        // And the flow is none the worse for it.
        CHECK(walk(world, north, Spec{}).last.port == south);
    }
}

TEST_CASE("a stranger's packet is a stranger's, whatever else is wrong with it") {
    for (const Case& one : cases()) {
        INFO(one.sentence);
        World world;
        Bytes frame = returned(world.send(north, Spec{}).only().frame);
        one.damage(frame);
        set_source(frame, address("198.51.100.99"));
        CHECK(world.arrive(inspect, frame).is_dropped(DropReason::InvalidGeneveTunnel));
    }
}

TEST_CASE("the group's other appliance can not give back what it was not sent") {
    World world;
    Bytes frame = returned(world.send(north, Spec{}).only().frame);
    const IpAddress a = world.appliance_address(0, 0);
    const IpAddress b = world.appliance_address(0, 1);
    set_source(frame, source_of(ip_of(frame)) == a ? b : a);
    CHECK(world.arrive(inspect, frame).is_dropped(DropReason::InvalidGeneveTunnel));
}

TEST_CASE("an appliance of the chain can not answer for another hop") {
    Setup setup;
    setup.hops = 3;
    World world(setup);
    const Outcome::Sent first = world.send(north, Spec{}).only();
    const Outcome::Sent second = world.give_back(first.frame).only();
    Bytes skipped = returned(first.frame);
    // The first appliance returns its own packet with the cookie of the third hop.
    skipped[cookie_option + 7] ^= 2;
    CHECK(world.arrive(inspect, skipped).is_dropped(DropReason::HopOutOfOrder));
    Bytes early = returned(second.frame);
    early[cookie_option + 7] ^= 1;
    CHECK(world.arrive(inspect, early).is_dropped(DropReason::HopOutOfOrder));
    // A hop that the chain does not have.
    Bytes beyond = returned(first.frame);
    beyond[cookie_option + 7] ^= 3;
    CHECK(world.arrive(inspect, beyond).is_dropped(DropReason::InvalidGwlbFlowCookie));
    CHECK(world.give_back(second.frame).only().port == inspect);
}

TEST_CASE("a packet of one tenant can not be returned as the other tenant's") {
    World world;
    const Bytes office = world.send(north, Spec{}).only().frame;
    Bytes frame = returned(office);
    put32(frame, endpoint_option + 4, 0);
    put32(frame, endpoint_option + 8, branch_id);
    CHECK(world.arrive(inspect, frame).is_dropped(DropReason::MissingFlowEntry));
    // Also when the other tenant has a flow of the same addresses and ports.
    world.send(branch_north, Spec{});
    CHECK(world.arrive(inspect, frame).drops.size() == 1);
    CHECK(world.arrive(inspect, frame).sent.empty());
}

TEST_CASE("options in another order, and others beside them, are read all the same") {
    World world;
    const Bytes frame = returned(world.send(north, Spec{}).only().frame);
    Bytes shuffled = part(frame, 0, geneve_at + 8);
    append(shuffled, part(frame, cookie_option, 8));
    append(shuffled, part(frame, attachment_option, 12));
    append(shuffled, part(frame, endpoint_option, 12));
    append(shuffled, part(frame, inner_at, frame.size() - inner_at));
    CHECK(world.arrive(inspect, shuffled).only().port == south);
}

TEST_CASE("GENEVE from a tenant's port is forged, wherever it claims to come from") {
    World world;
    Bytes frame = returned(world.send(north, Spec{}).only().frame);
    std::copy_n(own_mac(north).bytes.begin(), 6, frame.begin());
    put32(frame, 14 + 16, address("192.0.2.1").v4_host_order());
    set_source(frame, source_of(ip_of(frame)));
    CHECK(world.arrive(north, frame).is_dropped(DropReason::InvalidGeneveTunnel));
    put32(frame, 14 + 16, address("198.51.100.1").v4_host_order());
    set_source(frame, source_of(ip_of(frame)));
    CHECK(world.arrive(north, frame).is_dropped(DropReason::OwnAddressElsewhere));
}

TEST_CASE("an appliance may change what is inside, as long as it is the same flow's") {
    World world;
    Bytes frame = returned(world.send(north, Spec{}).only().frame);
    frame[inner_at + 30] ^= 0xff;
    const Outcome::Sent last = world.arrive(inspect, frame).only();
    CHECK(last.port == south);
    CHECK(last.frame[14 + 30] == frame[inner_at + 30]);
}

TEST_CASE("padding behind the outer and the inner packet is left behind") {
    World world;
    Bytes frame = returned(world.send(north, Spec{}).only().frame);
    frame.resize(frame.size() + 9);
    CHECK(world.arrive(inspect, frame).only().frame.size() == 14 + ip_packet(Spec{}).size());
}

TEST_CASE("a fragment of GENEVE is never taken for GENEVE, the kernel's stack gets it") {
    World world;
    for (const unsigned fragment : {0x2000U, 0x0001U}) {
        Bytes frame = returned(world.send(north, Spec{}).only().frame);
        put16(frame, 14 + 6, fragment);
        set_source(frame, source_of(ip_of(frame)));
        const Outcome outcome = world.arrive(inspect, frame);
        CHECK(outcome.to_host.size() == 1);
        CHECK(outcome.sent.empty());
    }
}
