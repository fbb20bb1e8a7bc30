// SPDX-License-Identifier: Apache-2.0
// How flows begin, go idle, close and begin again; all on the test's own clock.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10;

void open_connection(World& world) {
    walk(world, north, tcp(syn));
    walk(world, south, answered(tcp(syn | ack)));
    walk(world, north, tcp(ack));
}

struct Life {
    const char* sentence;
    flow::FlowState state;
    std::chrono::milliseconds timeout;
    std::function<void(World&)> begin;
    Spec next;
};

const std::vector<Life>& lives() {
    using flow::FlowState;
    Spec ping;
    ping.protocol = 1;
    static const std::vector<Life> all = {
        {"a connection that is half open", FlowState::tcp_half_open, 30s,
         [](World& world) { walk(world, north, tcp(syn)); }, tcp(ack)},
        {"a connection whose SYN was answered", FlowState::tcp_half_open, 30s,
         [](World& world) {
             walk(world, north, tcp(syn));
             walk(world, south, answered(tcp(syn | ack)));
         },
         tcp(ack)},
        {"an open connection", FlowState::tcp_established, 350s, open_connection, tcp(ack)},
        {"a connection that one side closed", FlowState::tcp_established, 350s,
         [](World& world) {
             open_connection(world);
             walk(world, north, tcp(fin | ack));
         },
         tcp(ack)},
        {"a connection that both sides closed", FlowState::tcp_closing, 10s,
         [](World& world) {
             open_connection(world);
             walk(world, north, tcp(fin | ack));
             walk(world, south, answered(tcp(fin | ack)));
         },
         tcp(ack)},
        {"a connection that was reset", FlowState::tcp_closing, 10s,
         [](World& world) {
             open_connection(world);
             walk(world, south, answered(tcp(rst)));
         },
         tcp(ack)},
        {"UDP", FlowState::udp, 120s, [](World& world) { walk(world, north, Spec{}); }, Spec{}},
        {"ICMP", FlowState::other, 120s, [ping](World& world) { walk(world, north, ping); }, ping},
    };
    return all;
}

flow::FlowState state_of_first(World& world) {
    return world.worker().flows().entry(0).state;
}

} // namespace

TEST_CASE("a flow lives to its state's timeout exactly, and not a millisecond longer") {
    for (const Life& life : lives()) {
        INFO(life.sentence);
        World world;
        life.begin(world);
        REQUIRE(state_of_first(world) == life.state);
        const std::uint64_t created = world.worker().counters().flows_created.read();
        world.pass(life.timeout);
        CHECK(world.send(north, life.next).only().port == inspect);
        CHECK(world.worker().counters().flows_created.read() == created);
        // That packet was seen, so the flow begins its idle time again; in which state is the state's own affair.
        const auto idle =
            life.next.protocol == 6 && world.worker().flows().entry(0).timed_as() == flow::FlowState::tcp_established
                ? std::chrono::milliseconds(350s)
                : life.timeout;
        world.pass(idle + 1ms);
        const Outcome late = world.send(north, life.next);
        if (life.next.protocol == 6) {
            CHECK(late.is_dropped(DropReason::TcpNotSyn));
        } else {
            CHECK(late.only().port == inspect);
            CHECK(world.worker().counters().flows_created.read() == created + 1);
        }
        CHECK(world.worker().counters().flows_expired.read() == 1);
    }
}

TEST_CASE("a connection that goes on talking after a forged reset keeps the time of an open one") {
    World world;
    open_connection(world);
    walk(world, north, tcp(rst));
    walk(world, south, answered(tcp(ack)));
    world.pass(349s);
    CHECK(world.send(north, tcp(ack)).only().port == inspect);
}

TEST_CASE("timeouts are the configuration's") {
    Setup setup;
    setup.change_config = [](config::Config& config) { config.gateway.timeouts.udp = 7ms; };
    World world(setup);
    walk(world, north, Spec{});
    world.pass(8ms);
    walk(world, north, Spec{});
    CHECK(world.worker().counters().flows_created.read() == 2);
}

TEST_CASE("what an appliance returns of a flow that expired meanwhile is refused") {
    World world;
    const Outcome::Sent out = world.send(north, Spec{}).only();
    world.pass(120s);
    CHECK(world.give_back(out.frame).only().port == south);
    world.pass(1ms);
    CHECK(world.give_back(out.frame).is_dropped(DropReason::MissingFlowEntry));
}

TEST_CASE("idle flows are swept out within two rounds through the table, live ones stay") {
    Setup setup;
    setup.settings.flow_capacity = 10'000;
    World world(setup);
    for (std::uint16_t i = 0; i < 1000; ++i) {
        Spec spec;
        spec.source_port = static_cast<std::uint16_t>(1024 + i);
        world.send(north, spec);
    }
    world.pass(110s);
    walk(world, north, Spec{});
    world.pass(11s);
    CHECK(world.flows() == 1001);
    for (int i = 0; i < 100; ++i) {
        world.pass(100ms);
        world.tend();
    }
    CHECK(world.flows() == 1);
    CHECK(world.worker().counters().flows_expired.read() == 1000);
    CHECK(walk(world, south, answered(Spec{})).last.port == north);
}

TEST_CASE("a full table refuses new flows under their reason, keeps the others, and has room again after the sweep") {
    Setup setup;
    setup.settings.flow_capacity = 3;
    World world(setup);
    Spec spec;
    for (spec.source_port = 1; spec.source_port <= 3; ++spec.source_port)
        walk(world, north, spec);
    CHECK(world.send(north, spec).is_dropped(DropReason::FlowTableFull));
    spec.source_port = 2;
    CHECK(walk(world, south, answered(spec)).last.port == north);
    world.pass(121s);
    for (int i = 0; i < 3; ++i) {
        world.pass(5s);
        world.tend();
    }
    CHECK(world.flows() == 0);
    spec.source_port = 4;
    CHECK(walk(world, north, spec).last.port == south);
}

TEST_CASE("a segment of no flow that is not a SYN is dropped, or adopted where the configuration says so") {
    for (const std::uint8_t flags :
         {ack, std::uint8_t(syn | ack), std::uint8_t(fin | ack), rst, std::uint8_t(syn | fin)}) {
        INFO("flags " << int{flags});
        World dropping;
        CHECK(dropping.send(north, tcp(flags)).is_dropped(DropReason::TcpNotSyn));
        Setup setup;
        setup.change_config = [](config::Config& config) {
            config.gateway.tcp_midstream = config::TcpMidstream::adopt;
        };
        World adopting(setup);
        if (flags == rst) {
            CHECK(adopting.send(north, tcp(flags)).is_dropped(DropReason::TcpNotSyn));
        } else {
            CHECK(adopting.send(north, tcp(flags)).only().port == inspect);
        }
    }
}

TEST_CASE("after a close or reset a SYN of the same ports begins a new flow, and the old cookie is refused") {
    for (const bool reset : {false, true}) {
        World world;
        open_connection(world);
        Way last;
        if (reset) {
            last = walk(world, north, tcp(rst));
        } else {
            walk(world, north, tcp(fin | ack));
            last = walk(world, south, answered(tcp(fin | ack)));
        }
        Bytes late = world.send(north, tcp(ack)).only().frame;
        const Way again = walk(world, north, tcp(syn));
        CHECK(again.tunnels[0].cookie() != last.tunnels[0].cookie());
        CHECK(again.appliances == last.appliances);
        CHECK(world.flows() == 1);
        CHECK(state_of_first(world) == flow::FlowState::tcp_half_open);
        CHECK(world.give_back(late).is_dropped(DropReason::InvalidGwlbFlowCookie));
        CHECK(world.worker().counters().flows_created.read() == 2);
        CHECK(world.worker().counters().flows_expired.read() == 1);
    }
}

TEST_CASE("a server may open the closed ports anew; the direction is then the other way round") {
    World world;
    open_connection(world);
    walk(world, north, tcp(rst));
    walk(world, south, answered(tcp(syn)));
    const flow::FlowEntry& entry = world.worker().flows().entry(0);
    const bool from_high = source_of(ip_packet(Spec{})) > destination_of(ip_packet(Spec{}));
    CHECK(entry.direction(from_high) == flow::Direction::reverse);
}

TEST_CASE("a SYN that may not open the closed ports again leaves the burst's other packets alone") {
    Setup setup;
    setup.change_config = [](config::Config& config) {
        config.policy[0].match.direction = config::Direction::southbound;
    };
    World world(setup);
    open_connection(world);
    const Way reset = walk(world, north, tcp(rst));
    // One burst: a late segment of the old flow, the server's SYN, which no rule allows, and a new flow of others.
    Spec other = tcp(syn);
    other.source_port = 50'000;
    Spec branch = tcp(syn);
    branch.source_port = 50'001;
    const auto burst = world.burst(south, {World::frame_for(south, ip_packet(answered(tcp(ack)))),
                                           World::frame_for(south, ip_packet(answered(tcp(syn))))});
    CHECK(burst.drops == std::vector<DropReason>{DropReason::NoPolicyMatch});
    REQUIRE(burst.sent.size() == 1);
    CHECK(tunnel_of(burst.sent[0].frame).cookie() == reset.tunnels[0].cookie());
    // The table is sound: new flows find entries of their own.
    for (Spec next = tcp(syn); next.source_port < 40'020; ++next.source_port)
        walk(world, north, next);
    CHECK(walk(world, north, other).last.port == south);
    CHECK(walk(world, branch_north, branch).last.port == branch_south);
}

TEST_CASE("a flow's counters count each direction's packets and IP bytes once, however many hops it has") {
    Setup setup;
    setup.hops = 3;
    World world(setup);
    walk(world, north, Spec{});
    walk(world, north, Spec{});
    walk(world, south, answered(Spec{}));
    const flow::FlowCounters& counters = world.worker().flows().counters(0);
    const std::uint64_t bytes = ip_packet(Spec{}).size();
    CHECK(counters.packets == std::array<std::uint64_t, 2>{2, 1});
    CHECK(counters.bytes == std::array<std::uint64_t, 2>{2 * bytes, bytes});
}

TEST_CASE("flows are listed once each, in slices, with their ages") {
    Setup setup;
    setup.settings.flow_capacity = 100;
    World world(setup);
    for (std::uint16_t port = 1; port <= 10; ++port) {
        Spec spec;
        spec.source_port = port;
        walk(world, north, spec);
    }
    world.pass(20s);
    std::array<journey::FlowRecord, 4> slice;
    std::size_t listed = 0;
    flow::FlowIndex next = 0;
    for (unsigned calls = 0; next != flow::no_flow && calls < 10; ++calls) {
        const std::size_t count = world.worker().list_flows(world.now(), next, slice, next);
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(slice[i].idle_ms == 20'000);
            CHECK(slice[i].age_ms == 20'000);
            CHECK(slice[i].remaining_ms == 100'000);
            CHECK(slice[i].birth.initiator_port == north);
            CHECK(slice[i].birth.rule == 0);
        }
        listed += count;
    }
    CHECK(listed == 10);
}
