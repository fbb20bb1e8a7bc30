// SPDX-License-Identifier: Apache-2.0
// Whose leg is it? Appliances that ask are told, in an option of the gateway's own; health checks are nobody's.
#include "balance/legs/leg_notes.hpp"
#include "legs.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using balance::LegNote;
using balance::LegNotes;
using balance::LegOwner;

namespace {

Setup telling(
    LegNotes& notes, std::function<void(config::Config&)> change = [](config::Config&) {}) {
    Setup setup = with_legs(1, [change](config::Config& config) {
        config.appliance_groups[0].wants_client_address = true;
        change(config);
    });
    setup.settings.leg_notes = &notes;
    return setup;
}

LegNote noted(LegNotes& notes, const LegOwner& owner, bool v4 = true) {
    LegNote note;
    const balance::LegEnds ends{IpAddress(), 41000, address(v4 ? "203.0.113.11" : "2001:db8:2::11"), 8080};
    REQUIRE(notes.add(ends, owner, note) == LegNotes::Noted::done);
    return note;
}

LegOwner client(const char* at, std::uint16_t port) {
    return {.address = address(at), .port = port};
}

/// What stands behind the three options of 32 bytes, and the packet inside; throws when lengths do not add up.
struct Told {
    Bytes option;
    Bytes inner;
};
Told told_in(const Bytes& frame, bool ethernet = false) {
    const Bytes ip = ip_of(frame);
    const std::size_t udp = header_bytes_of(ip);
    if (!is_sound_ip(ip) || get16(ip, udp + 4) != ip.size() - udp) throw std::runtime_error("lengths");
    const std::size_t options = (ip.at(udp + 8) & 0x3fU) * 4U;
    const std::size_t inner = udp + 16 + options + (ethernet ? 14 : 0);
    return {part(ip, udp + 48, options - 32), part(ip, inner, ip.size() - inner)};
}

const Bytes option_v4 = {0xff, 0x53, 2, 2, 4, 0, 0x9c, 0x40, 192, 0, 2, 10};

} // namespace

TEST_CASE("an appliance that asks is told the client with every packet of a leg, in both directions") {
    for (const bool v4 : {true, false}) {
        LegNotes notes;
        World world(telling(notes));
        LegNote note = noted(notes, client("192.0.2.10", 40000), v4);
        const Bytes syn = leg_packet(0x02, v4);
        Outcome out = world.leave_host(south, syn);
        CHECK(told_in(out.only().frame).option == option_v4);
        CHECK(told_in(out.only().frame).inner == syn);
        // What comes back with the option is taken, and the note needed no more.
        note = {};
        out = world.give_back(out.only().frame);
        CHECK(out.only().port == south);
        out = world.arrive(south, World::frame_for(south, reply_to(syn, 0x12)));
        CHECK(told_in(out.only().frame).option == option_v4);
        CHECK(world.give_back(out.only().frame).to_host.size() == 1);
        CHECK(world.worker().counters().verdicts_ignored.read() == 0);
    }
}

TEST_CASE("a client of IPv6 is told in full, whatever the leg is of") {
    LegNotes notes;
    World world(telling(notes));
    const LegNote note = noted(notes, client("2001:db8:1::10", 443));
    Bytes expected = {0xff, 0x53, 2, 5, 6, 0, 0x01, 0xbb};
    const IpAddress at = address("2001:db8:1::10");
    append(expected, {at.bytes().begin(), at.bytes().end()});
    CHECK(told_in(world.leave_host(south, leg_packet(0x02)).only().frame).option == expected);
}

TEST_CASE("it is told behind an inner Ethernet header's tunnel, over IPv6, and to mirrors") {
    LegNotes notes;
    const LegNote note = noted(notes, client("192.0.2.10", 40000));
    World ethernet(
        telling(notes, [](config::Config& config) { config.appliance_groups[0].payload = config::Payload::ethernet; }));
    const Bytes syn = leg_packet(0x02);
    const Bytes wrapped = ethernet.leave_host(south, syn).only().frame;
    CHECK(told_in(wrapped, true).option == option_v4);
    CHECK(told_in(wrapped, true).inner == syn);

    Setup over_v6 = telling(notes);
    over_v6.outer = Family::ipv6;
    World outer(over_v6);
    const Bytes frame = outer.leave_host(south, syn).only().frame;
    CHECK(told_in(frame).option == option_v4);
    Bytes covered = part(frame, 22, 32);
    append(covered, {0, 0, frame[18], frame[19], 0, 0, 0, 17});
    append(covered, part(frame, 54, frame.size() - 54));
    CHECK(plain_checksum(covered) == 0);

    World mirror(
        telling(notes, [](config::Config& config) { config.appliance_groups[0].mode = config::GroupMode::mirror; }));
    const Outcome out = mirror.leave_host(south, syn);
    REQUIRE(out.sent.size() == 2);
    const Bytes& copy = out.sent[out.sent[0].port == inspect ? 0 : 1].frame;
    CHECK(told_in(copy).option == option_v4);
    CHECK(told_in(copy).inner == syn);
}

TEST_CASE("nobody is told who does not ask, nor of what nobody knows, nor of other flows") {
    LegNotes notes;
    const LegNote note = noted(notes, client("192.0.2.10", 40000));
    World shy(telling(notes, [](config::Config& config) { config.appliance_groups[0].wants_client_address = false; }));
    CHECK(told_in(shy.leave_host(south, leg_packet(0x02)).only().frame).option.empty());
    World world(telling(notes, [](config::Config& config) { config.policy[0].chain = "perimeter"; }));
    CHECK(told_in(world.leave_host(south, leg_packet(0x02, true, 41001)).only().frame).option.empty());
    CHECK(told_in(world.send(north, to_listener(6)).only().frame).option.empty());
    CHECK(told_in(world.send(north, Spec{}).only().frame).option.empty());
}

TEST_CASE("packets leave room for the longest option wherever the group asks for it") {
    LegNotes notes;
    World world(telling(notes, [](config::Config& config) { config.ports[inspect].mtu = 1500; }));
    const LegNote note = noted(notes, client("2001:db8:1::10", 443));
    begin_leg(world);
    for (const std::size_t size : {1500U - 92U, 1500U - 91U}) {
        Spec large = leg(0x18);
        large.payload_bytes = size - 40;
        const Outcome out = world.leave_host(south, with_checksum(ip_packet(large)));
        if (size == 1500 - 92) {
            CHECK(ip_of(out.only().frame).size() == 1500);
        } else {
            REQUIRE(out.to_host.size() == 1);
            CHECK(get32(ip_of(out.to_host[0].frame), 24) == 1500 - 92);
        }
    }
}

TEST_CASE("the gateway's own health checks have no chain, in either direction") {
    LegNotes notes;
    World world(telling(notes));
    const LegNote note = noted(notes, {.is_gateway = true});
    for (const std::uint8_t flags : Bytes{0x02, 0x10, 0x18, 0x11}) {
        const Outcome out = world.leave_host(south, leg_packet(flags));
        CHECK(out.only().port == south);
        CHECK(ip_of(out.only().frame) == leg_packet(flags));
        const Outcome back = world.arrive(south, World::frame_for(south, reply_to(leg_packet(flags), 0x10)));
        CHECK(back.to_host.size() == 1);
    }
    CHECK(world.flows() == 0);
    // Another port to the same target is a leg.
    CHECK(world.leave_host(south, leg_packet(0x02, true, 41001)).only().port == inspect);
}
