// SPDX-License-Identifier: Apache-2.0
// Verdicts: an appliance says what shall become of the rest of a flow, and the gateway does it, as far and as long as
// the appliance's group was granted that.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

constexpr std::uint8_t pass_rest = 1;
constexpr std::uint8_t drop_rest = 2;
constexpr std::uint8_t mirror_only = 3;

/// `granted` by group; 10 s and 10,000 bytes.
Setup groups(
    const std::vector<bool>& granted, std::function<void(config::Config&)> more = [](config::Config&) {}) {
    Setup setup;
    setup.hops = static_cast<unsigned>(granted.size());
    setup.change_config = [granted, more = std::move(more)](config::Config& config) {
        for (std::size_t group = 0; group < granted.size(); ++group) {
            if (granted[group]) config.appliance_groups[group].verdicts = {std::chrono::seconds(10), 10'000};
        }
        more(config);
    };
    return setup;
}

/// The option as docs/appliances.md has it, byte by byte.
Bytes option(std::uint8_t verdict, unsigned seconds = 0, std::uint32_t bytes = 0) {
    Bytes option{0xff, 0x53, 1, 3, verdict, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    put16(option, 6, seconds);
    put32(option, 12, bytes);
    return option;
}

Outcome say(World& world, const Bytes& sent, const Bytes& option) {
    return world.arrive(inspect, returned_with_option(sent, option));
}

/// A flow whose only appliance has said `option` with the first packet.
void offload(World& world, const Bytes& option, const Spec& spec = {}) {
    say(world, world.send(north, spec).only().frame, option);
}

bool is_visited(World& world, PortIndex port, const Spec& spec) {
    return world.send(port, spec).only().port == inspect;
}

std::uint64_t ignored(World& world) {
    return world.worker().counters().verdicts_ignored.read();
}
std::uint64_t taken(World& world) {
    return world.worker().counters().verdicts_taken.read();
}

} // namespace

TEST_CASE(
    "after pass_rest the flow goes on without its appliance, in both directions; the packet that told it goes on") {
    World world(groups({true}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    const Outcome::Sent out = say(world, first, option(pass_rest)).only();
    CHECK(out.port == south);
    CHECK(tunnel_of(first).inner.size() == ip_of(out.frame).size()); // the option did not get into the packet
    CHECK(world.send(north, Spec{}).only().port == south);
    CHECK(world.send(south, answered(Spec{})).only().port == north);
    const auto& counters = world.worker().counters().appliances[world.member(tunnel_of(first).destination)];
    CHECK(counters.packets_offloaded.read() == 2);
    CHECK(counters.packets_sent.read() == 1);
    CHECK(taken(world) == 1);
    CHECK(ignored(world) == 0);
}

TEST_CASE("another flow of the same two hosts is visited all the same") {
    World world(groups({true}));
    offload(world, option(pass_rest));
    Spec other;
    other.source_port = 40001;
    CHECK(is_visited(world, north, other));
}

TEST_CASE("a verdict from an appliance that was not granted it changes nothing, and is counted") {
    World world(groups({false}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    CHECK(say(world, first, option(pass_rest)).only().port == south);
    CHECK(ignored(world) == 1);
    CHECK(taken(world) == 0);
    CHECK(is_visited(world, north, Spec{}));
    CHECK(is_visited(world, south, answered(Spec{})));
}

TEST_CASE(
    "an appliance may drop the packet that it says drop_rest with, granted or not; only the rest is a privilege") {
    World world(groups({false}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    CHECK(say(world, first, option(drop_rest)).is_dropped(DropReason::VerdictDrop));
    CHECK(ignored(world) == 1);
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE("a malformed verdict changes nothing, and is counted") {
    struct Malformed {
        std::string sentence;
        Bytes option;
    };
    const auto malformed = GENERATE(values<Malformed>({
        {"no verdict", option(0)},
        {"a verdict of later", option(4)},
        {"a reserved bit", {0xff, 0x53, 1, 3, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
        {"too short", {0xff, 0x53, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0}},
        {"too long", {0xff, 0x53, 1, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
        {"empty", {0xff, 0x53, 1, 0}},
    }));
    INFO(malformed.sentence);
    World world(groups({true}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    CHECK(say(world, first, malformed.option).only().port == south);
    CHECK(ignored(world) == 1);
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE("two verdicts in one packet are none") {
    World world(groups({true}));
    Bytes both = option(pass_rest);
    append(both, option(drop_rest));
    offload(world, both);
    CHECK(ignored(world) == 1);
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE("other options of ours or of others are passed over, and are no verdict") {
    const Bytes other = GENERATE(Bytes{0xff, 0x53, 2, 1, 1, 0, 0, 0}, Bytes{0xff, 0x54, 1, 0}, Bytes{1, 8, 9, 0});
    World world(groups({true}));
    offload(world, other);
    CHECK(ignored(world) + taken(world) == 0);
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE("a verdict that the packet's checks do not get to is not heard") {
    World world(groups({true}));
    Bytes forged = returned_with_option(world.send(north, Spec{}).only().frame, option(pass_rest));
    forged.at(geneve_at + 36) ^= 1; // the cookie
    CHECK(world.arrive(inspect, forged).is_dropped(DropReason::InvalidGwlbFlowCookie));
    CHECK(taken(world) + ignored(world) == 0);
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE("after drop_rest the packet that told it and all others end, in both directions") {
    World world(groups({true}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    CHECK(say(world, first, option(drop_rest)).is_dropped(DropReason::VerdictDrop));
    CHECK(world.send(north, Spec{}).is_dropped(DropReason::VerdictDrop));
    CHECK(world.send(south, answered(Spec{})).is_dropped(DropReason::VerdictDrop));
    world.pass(std::chrono::seconds(10));
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE("a verdict is over when its time is: what the group allows, or less if the appliance asked for less") {
    struct Asked {
        unsigned seconds;
        std::chrono::milliseconds lasts;
    };
    const auto asked = GENERATE(values<Asked>(
        {{0, std::chrono::seconds(10)}, {3, std::chrono::seconds(3)}, {65535, std::chrono::seconds(10)}}));
    World world(groups({true}));
    offload(world, option(pass_rest, asked.seconds));
    world.pass(asked.lasts - std::chrono::milliseconds(1));
    CHECK_FALSE(is_visited(world, north, Spec{}));
    world.pass(std::chrono::milliseconds(1));
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE("a verdict is over when its bytes are, of both directions together; what does not fit in is visited") {
    struct Asked {
        std::uint32_t bytes;
        unsigned packets; // of 100 bytes that it lasts for
    };
    const auto asked = GENERATE(values<Asked>({{0, 100}, {250, 2}, {300, 3}, {1'000'000, 100}}));
    INFO(asked.bytes);
    World world(groups({true}));
    Spec spec;
    spec.payload_bytes = 100 - 28;
    offload(world, option(pass_rest, 0, asked.bytes), spec);
    for (unsigned packet = 0; packet < asked.packets; ++packet) {
        const bool forward = packet % 2 == 0;
        CHECK_FALSE(is_visited(world, forward ? north : south, forward ? spec : answered(spec)));
    }
    CHECK(is_visited(world, north, spec));
    // It is over for good: the next one is not smuggled in below what was left.
    spec.payload_bytes = 0;
    CHECK(is_visited(world, north, spec));
}

TEST_CASE("an appliance that says it again begins time and bytes anew, and may change its mind") {
    World world(groups({true}));
    offload(world, option(pass_rest, 3));
    world.pass(std::chrono::seconds(3));
    const Bytes again = world.send(north, Spec{}).only().frame;
    say(world, again, option(pass_rest));
    world.pass(std::chrono::seconds(9));
    CHECK_FALSE(is_visited(world, north, Spec{}));
    // One that was still on its way back.
    say(world, again, option(drop_rest));
    CHECK(world.send(north, Spec{}).is_dropped(DropReason::VerdictDrop));
}

TEST_CASE("mirror_only: the packet goes on at once, and the appliance gets a copy under a cookie of its own") {
    World world(groups({true}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    CHECK(say(world, first, option(mirror_only)).only().port == south);
    for (const bool forward : {true, false}) {
        const Spec spec = forward ? Spec{} : answered(Spec{});
        const Outcome outcome = world.send(forward ? north : south, spec);
        REQUIRE(outcome.sent.size() == 2);
        CHECK(outcome.sent[0].port == (forward ? south : north));
        CHECK(outcome.sent[1].port == inspect);
        const Tunnel copy = tunnel_of(outcome.sent[1].frame);
        CHECK(copy.inner == ip_packet(spec));
        CHECK(copy.destination == tunnel_of(first).destination);
        CHECK(copy.source_port == tunnel_of(first).source_port);
        CHECK((copy.cookie() ^ tunnel_of(first).cookie()) == 8);
        // Some appliances give back whatever they get.
        CHECK(world.give_back(outcome.sent[1].frame).is_dropped(DropReason::MirrorReturned));
    }
}

TEST_CASE("what was on its way to the appliance when it said mirror_only is lost for nobody") {
    World world(groups({true}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    const Bytes second = world.send(north, Spec{}).only().frame;
    say(world, first, option(mirror_only));
    CHECK(world.give_back(second).only().port == south);
}

TEST_CASE("a copy that comes back after mirror_only is over does not go on a second time") {
    World world(groups({true}));
    offload(world, option(mirror_only));
    const Bytes copy = world.send(north, Spec{}).sent.at(1).frame;
    world.pass(std::chrono::seconds(10));
    CHECK(is_visited(world, north, Spec{}));
    CHECK(world.give_back(copy).is_dropped(DropReason::MirrorReturned));
}

TEST_CASE("a cookie of copies is a wrong one for a flow that no copies are made of") {
    World world(groups({true}));
    Bytes forged = returned(world.send(north, Spec{}).only().frame);
    forged.at(geneve_at + 39) ^= 8;
    CHECK(world.arrive(inspect, forged).is_dropped(DropReason::InvalidGwlbFlowCookie));
}

TEST_CASE("of two hops one is offloaded, and the other visited as ever") {
    const unsigned offloaded = GENERATE(0U, 1U);
    World world(groups({true, true}));
    Outcome::Sent sent = world.send(north, Spec{}).only();
    if (offloaded == 1) sent = world.give_back(sent.frame).only();
    const IpAddress who = tunnel_of(sent.frame).destination;
    sent = say(world, sent.frame, option(pass_rest)).only();
    CHECK(sent.port == (offloaded == 0 ? inspect : south));
    for (const bool forward : {true, false}) {
        const Way way = walk(world, forward ? north : south, forward ? Spec{} : answered(Spec{}));
        CHECK(way.last.port == (forward ? south : north));
        REQUIRE(way.appliances.size() == 1);
        CHECK(way.appliances[0] != who);
    }
}

TEST_CASE("each hop of a flow has a verdict of its own, also where they lie together") {
    Setup setup = groups({true, true});
    setup.settings.offloaded_hops = 8;
    World world(setup);
    const Bytes first = world.send(north, Spec{}).only().frame;
    const Bytes second = world.give_back(first).only().frame;
    say(world, second, option(drop_rest));
    const Bytes third = world.send(north, Spec{}).only().frame;
    say(world, third, option(pass_rest));
    CHECK(world.send(north, Spec{}).is_dropped(DropReason::VerdictDrop));
}

TEST_CASE("a group that was not granted verdicts says nothing about the hop of another group") {
    World world(groups({true, false}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    const Bytes second = world.give_back(first).only().frame;
    say(world, second, option(pass_rest));
    CHECK(ignored(world) == 1);
    CHECK(walk(world, north, Spec{}).appliances.size() == 2);
}

TEST_CASE("the verdict of an appliance that the flow has moved away from counts no more, neither then nor later") {
    World world(groups(
        {true}, [](config::Config& config) { config.appliance_groups[0].on_unhealthy = config::Failover::rebalance; }));
    const Bytes first = world.send(north, Spec{}).only().frame;
    const Bytes second = world.send(north, Spec{}).only().frame;
    const unsigned former = world.member(tunnel_of(first).destination);
    say(world, first, option(pass_rest));
    world.stand(0, former, {.health = chain::Health::unhealthy});
    const Bytes moved = world.send(north, Spec{}).only().frame;
    CHECK(world.member(tunnel_of(moved).destination) != former);
    // What it still had goes on, but says nothing any more.
    CHECK(say(world, second, option(pass_rest)).only().port == south);
    CHECK(ignored(world) == 1);
    CHECK(is_visited(world, north, Spec{}));
    say(world, moved, option(pass_rest));
    CHECK_FALSE(is_visited(world, north, Spec{}));
}

TEST_CASE("a new flow of the same 5-tuple is a new flow: its appliance is asked") {
    World world(groups(
        {true}, [](config::Config& config) { config.appliance_groups[0].verdicts->time = std::chrono::hours(1); }));
    offload(world, option(pass_rest), tcp(0x02));
    CHECK_FALSE(is_visited(world, south, answered(tcp(0x12))));
    SECTION("closed, and opened again at once") {
        CHECK_FALSE(is_visited(world, north, tcp(0x14)));
    }
    SECTION("idle for too long") {
        world.pass(std::chrono::seconds(351));
    }
    CHECK(is_visited(world, north, tcp(0x02)));
}

TEST_CASE("so it is for a flow that has to look for verdicts anyway, for it has a mirror behind the appliance") {
    World world(groups({true, false},
                       [](config::Config& config) { config.appliance_groups[1].mode = config::GroupMode::mirror; }));
    say(world, world.send(north, tcp(0x02)).only().frame, option(pass_rest));
    const auto goes_past = [&world](PortIndex port, const Spec& spec) {
        const Outcome outcome = world.send(port, spec);
        return outcome.sent.size() == 2 && outcome.sent[0].port != inspect;
    };
    CHECK(goes_past(south, answered(tcp(0x12))));
    CHECK(goes_past(north, tcp(0x14)));
    CHECK(is_visited(world, north, tcp(0x02)));
}

TEST_CASE("a flow that takes over the entry of another one does not inherit its verdict") {
    Setup setup = groups({true});
    setup.settings.flow_capacity = 1;
    setup.change_config = [change = setup.change_config](config::Config& config) {
        change(config);
        config.appliance_groups[0].verdicts->time = std::chrono::hours(1);
    };
    World world(setup);
    offload(world, option(drop_rest));
    world.pass(std::chrono::seconds(121)); // UDP flows are over after 120 s
    world.tend();
    for (int i = 0; i < 100 && world.flows() != 0; ++i) {
        world.pass(std::chrono::milliseconds(100));
        world.tend();
    }
    REQUIRE(world.flows() == 0);
    Spec other;
    other.source_port = 7;
    CHECK(is_visited(world, north, other));
}

TEST_CASE("when the grant is taken away, what was said on its strength is over at once") {
    bool granted = true;
    World world(groups({false}, [&granted](config::Config& config) {
        if (granted) config.appliance_groups[0].verdicts = config::VerdictLimits{};
    }));
    const Bytes first = world.send(north, Spec{}).only().frame;
    say(world, first, option(pass_rest));
    CHECK_FALSE(is_visited(world, north, Spec{}));
    granted = false;
    world.stand(0, world.member(tunnel_of(first).destination), {}); // the roster is built anew
    CHECK(is_visited(world, north, Spec{}));
}

TEST_CASE(
    "a verdict that there is no room for is counted and changes nothing; room of flows that ended is used again") {
    Setup setup = groups({true});
    setup.settings.offloaded_hops = 8;
    World world(setup);
    const auto flow = [](std::uint16_t port) {
        Spec spec;
        spec.source_port = port;
        return spec;
    };
    for (std::uint16_t port = 1; port <= 9; ++port)
        offload(world, option(pass_rest), flow(port));
    CHECK(taken(world) == 8);
    CHECK(ignored(world) == 1);
    CHECK_FALSE(is_visited(world, north, flow(8)));
    CHECK(is_visited(world, north, flow(9)));
    world.pass(std::chrono::seconds(10));
    offload(world, option(pass_rest), flow(10));
    CHECK(taken(world) == 9);
    CHECK_FALSE(is_visited(world, north, flow(10)));
}

TEST_CASE("when there is no room for drop_rest, the packet that told it ends all the same") {
    Setup setup = groups({true});
    setup.settings.offloaded_hops = 1;
    World world(setup);
    for (std::uint16_t port = 1; port <= 9; ++port) {
        Spec spec;
        spec.source_port = port;
        CHECK(say(world, world.send(north, spec).only().frame, option(drop_rest)).is_dropped(DropReason::VerdictDrop));
    }
    CHECK(ignored(world) == 1);
}

TEST_CASE("a verdict about an Ethernet payload is read where it stands") {
    World world(
        groups({true}, [](config::Config& config) { config.appliance_groups[0].payload = config::Payload::ethernet; }));
    offload(world, option(pass_rest));
    CHECK(taken(world) == 1);
    CHECK_FALSE(is_visited(world, north, Spec{}));
}

TEST_CASE("a verdict that comes back to another worker is taken by the one that owns the flow") {
    Setup setup = groups({true});
    setup.workers = 2;
    World world(setup);
    for (std::uint16_t port = 1; port <= 8; ++port) {
        Spec spec;
        spec.source_port = port;
        const Bytes first = world.send(north, spec, 0).only().frame;
        CHECK(world.arrive(inspect, returned_with_option(first, option(pass_rest)), 1).only().port == south);
        CHECK(world.send(north, spec, 1).only().port == south);
    }
    CHECK(world.worker(0).counters().verdicts_taken.read() > 0);
    CHECK(world.worker(1).counters().verdicts_taken.read() > 0);
}

TEST_CASE("the listing of flows has the verdict of each hop, as long as it holds") {
    World world(groups({true, true}));
    const Bytes first = world.send(north, Spec{}).only().frame;
    const Bytes second = world.give_back(first).only().frame;
    say(world, second, option(mirror_only));
    const auto verdicts = [&world] {
        std::array<journey::FlowRecord, 1> page;
        flow::FlowIndex next = 0;
        REQUIRE(world.worker().list_flows(world.now(), 0, page, next) == 1);
        return page[0].verdicts;
    };
    CHECK(verdicts()[0] == geneve::FlowVerdict::none);
    CHECK(verdicts()[1] == geneve::FlowVerdict::mirror_only);
    world.pass(std::chrono::seconds(10));
    CHECK(verdicts()[1] == geneve::FlowVerdict::none);
}
