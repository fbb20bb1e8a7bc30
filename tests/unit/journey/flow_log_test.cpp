// SPDX-License-Identifier: Apache-2.0
// What a worker hands to the flow log: each flow once, when it ends, with why and with what was known of it.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;
using flow::EndReason;
using journey::FlowRecord;

namespace {

constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10;

Setup logged(unsigned hops = 1) {
    Setup setup;
    setup.hops = hops;
    setup.settings.flow_log = true;
    return setup;
}

std::vector<FlowRecord> take(World& world, unsigned worker = 0) {
    std::vector<FlowRecord> all;
    for (FlowRecord record; world.worker(worker).ended_flows()->pop(record);)
        all.push_back(record);
    return all;
}

void open_connection(World& world) {
    walk(world, north, tcp(syn));
    walk(world, south, answered(tcp(syn | ack)));
    walk(world, north, tcp(ack));
}

void sweep(World& world) {
    for (int i = 0; i < 60; ++i) {
        world.pass(100ms);
        world.tend();
    }
}

struct End {
    const char* sentence;
    EndReason reason;
    std::function<void(World&)> live;
};

const std::vector<End>& ends() {
    static const std::vector<End> all = {
        {"UDP falls silent", EndReason::idle, [](World& world) { walk(world, north, Spec{}); }},
        {"an open connection falls silent", EndReason::idle, open_connection},
        {"a SYN is never answered", EndReason::handshake_timeout, [](World& world) { walk(world, north, tcp(syn)); }},
        {"both sides close", EndReason::closed,
         [](World& world) {
             open_connection(world);
             walk(world, north, tcp(fin | ack));
             walk(world, south, answered(tcp(fin | ack)));
             walk(world, north, tcp(rst)); // too late to matter
         }},
        {"the client resets, and its target answers so", EndReason::reset_by_client,
         [](World& world) {
             open_connection(world);
             walk(world, north, tcp(rst));
             walk(world, south, answered(tcp(rst)));
         }},
        {"the target refuses", EndReason::reset_by_target,
         [](World& world) {
             walk(world, north, tcp(syn));
             walk(world, south, answered(tcp(rst | ack)));
         }},
        {"a forged reset, and then silence", EndReason::idle,
         [](World& world) {
             open_connection(world);
             walk(world, north, tcp(rst));
             walk(world, south, answered(tcp(ack)));
         }},
        {"a forged reset, and later a real one from the other side", EndReason::reset_by_target,
         [](World& world) {
             open_connection(world);
             walk(world, north, tcp(rst));
             walk(world, south, answered(tcp(ack)));
             walk(world, south, answered(tcp(rst)));
         }},
    };
    return all;
}

} // namespace

TEST_CASE("a flow that the sweep ends is handed to the log once, with why it ended") {
    for (const End& end : ends()) {
        INFO(end.sentence);
        World world(logged());
        end.live(world);
        CHECK(take(world).empty());
        world.pass(351s);
        sweep(world);
        const std::vector<FlowRecord> records = take(world);
        REQUIRE(records.size() == 1);
        CHECK(flow::name(records[0].end) == flow::name(end.reason));
        sweep(world);
        CHECK(take(world).empty());
    }
}

TEST_CASE("a flow that the next packet finds over is handed to the log as well") {
    for (const End& end : ends()) {
        INFO(end.sentence);
        World world(logged());
        end.live(world);
        world.pass(351s);
        Spec same = world.worker().flows().entry(0).key.protocol() == 6 ? tcp(syn) : Spec{};
        walk(world, north, same);
        const std::vector<FlowRecord> records = take(world);
        REQUIRE(records.size() == 1);
        CHECK(flow::name(records[0].end) == flow::name(end.reason));
    }
}

TEST_CASE("a SYN that opens a closed connection again ends the one before, for the reason that closed it") {
    World world(logged());
    open_connection(world);
    walk(world, north, tcp(fin | ack));
    walk(world, south, answered(tcp(fin | ack)));
    walk(world, north, tcp(syn));
    std::vector<FlowRecord> records = take(world);
    REQUIRE(records.size() == 1);
    CHECK(records[0].end == EndReason::closed);
    CHECK(records[0].counters.packets[0] == 3);

    walk(world, north, tcp(rst));
    walk(world, south, answered(tcp(ack))); // nobody took the reset for one
    walk(world, north, tcp(syn));
    records = take(world);
    REQUIRE(records.size() == 1);
    CHECK(records[0].end == EndReason::replaced);
}

TEST_CASE("a connection that the gateway resets is told so") {
    Setup setup = logged();
    setup.change_config = [](config::Config& config) {
        config.appliance_groups[0].on_unhealthy = config::Failover::reset;
    };
    World world(setup);
    const Way way = walk(world, north, tcp(syn));
    world.stand(0, world.member(way.appliances.at(0)), {.health = chain::Health::unhealthy});
    world.send(north, tcp(ack));
    world.pass(351s);
    sweep(world);
    const std::vector<FlowRecord> records = take(world);
    REQUIRE(records.size() == 1);
    CHECK(records[0].end == EndReason::reset_by_gateway);
}

TEST_CASE("the record tells of the flow as it was when its timer ran out, however late that was noticed") {
    World world(logged(2));
    const Instant begin = world.now();
    const Way way = walk(world, north, Spec{});
    world.pass(10s);
    walk(world, south, answered(Spec{}));
    world.pass(500s);
    sweep(world);
    const std::vector<FlowRecord> records = take(world);
    REQUIRE(records.size() == 1);
    const FlowRecord& record = records[0];
    CHECK(record.at.nanoseconds == begin.nanoseconds + 130'000'000'000U);
    CHECK(record.age_ms == 130'000);
    CHECK(record.idle_ms == 120'000);
    CHECK(record.remaining_ms == 0);
    CHECK(record.counters.packets == std::array<std::uint64_t, 2>{1, 1});
    CHECK(record.counters.bytes == std::array<std::uint64_t, 2>{48, 48});
    CHECK(record.entry.hop_count == 2);
    CHECK(world.roster().appliances[record.entry.first_hops[1]].address == way.appliances[1]);
    CHECK(record.roster_version == world.roster().version);
}

TEST_CASE("what an appliance had said when the last packet came is still known when the flow's timer runs out") {
    Setup setup = logged();
    setup.change_config = [](config::Config& config) {
        config.appliance_groups[0].verdicts = {std::chrono::seconds(10), 10'000};
    };
    World world(setup);
    const Bytes pass_rest{0xff, 0x53, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    world.arrive(inspect, returned_with_option(world.send(north, Spec{}).only().frame, pass_rest));
    world.pass(200s);
    sweep(world);
    const std::vector<FlowRecord> records = take(world);
    REQUIRE(records.size() == 1);
    CHECK(records[0].verdicts[0] == geneve::FlowVerdict::pass_rest);
}

TEST_CASE("visits are timed hop by hop, in both directions") {
    World world(logged(2));
    Outcome::Sent sent = world.send(north, Spec{}).only();
    world.pass(250us);
    sent = world.give_back(sent.frame).only();
    world.pass(1ms);
    CHECK(world.give_back(sent.frame).only().port == south);
    sent = world.send(south, answered(Spec{})).only();
    world.pass(3ms);
    sent = world.give_back(sent.frame).only();
    world.pass(750us);
    CHECK(world.give_back(sent.frame).only().port == north);

    FlowRecord record;
    flow::FlowIndex next = 0;
    REQUIRE(world.worker().list_flows(world.now(), 0, {&record, 1}, next) == 1);
    CHECK(record.hop_times[0].visits == 2);
    CHECK(record.hop_times[0].mean_us == 500);
    CHECK(record.hop_times[1].visits == 2);
    CHECK(record.hop_times[1].mean_us == 2000);
    CHECK(record.end == EndReason::none);
}

TEST_CASE("another packet that comes back first is not taken for the timed one") {
    World world(logged());
    for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}, std::uint8_t{1}}) {
        INFO(int{protocol});
        world.restart();
        Spec first = protocol == 6 ? tcp(syn) : Spec{};
        first.protocol = protocol;
        Spec second = first;
        second.payload_bytes = 21;
        const Bytes timed = world.send(north, first).only().frame;
        const Bytes other = world.send(north, second).only().frame;
        world.pass(100us);
        world.give_back(other);
        world.pass(100us);
        world.give_back(timed);
        FlowRecord record;
        flow::FlowIndex next = 0;
        REQUIRE(world.worker().list_flows(world.now(), 0, {&record, 1}, next) == 1);
        CHECK(record.hop_times[0].visits == 1);
        CHECK(record.hop_times[0].mean_us == 200);
    }
}

TEST_CASE("an appliance that a flow is moved to is not told the times of the one before") {
    Setup setup = logged();
    setup.change_config = [](config::Config& config) {
        config.appliance_groups[0].on_unhealthy = config::Failover::rebalance;
    };
    World world(setup);
    const Way way = walk(world, north, Spec{});
    world.stand(0, world.member(way.appliances.at(0)), {.health = chain::Health::unhealthy});
    world.send(north, Spec{});
    FlowRecord record;
    flow::FlowIndex next = 0;
    REQUIRE(world.worker().list_flows(world.now(), 0, {&record, 1}, next) == 1);
    CHECK(record.hop_times[0].visits == 0);
}

TEST_CASE("what the log's writer does not fetch in time is counted, and the worker goes on") {
    constexpr std::uint32_t flows = 17'000;
    constexpr std::uint32_t room = 16'384;
    Setup setup = logged(0);
    setup.settings.flow_capacity = flows;
    World world(setup);
    Spec spec;
    for (std::uint32_t i = 0; i < flows; ++i) {
        spec.source_port = static_cast<std::uint16_t>(1024 + i);
        world.send(north, spec);
    }
    REQUIRE(world.flows() == flows);

    SECTION("flows that end by themselves") {
        world.pass(121s);
        sweep(world);
        CHECK(world.flows() == 0);
        CHECK(world.worker().counters().flow_log_dropped.read() == flows - room);
        CHECK(take(world).size() == room);
    }
    SECTION("flows that live when the gateway ends wait for room as long as is wished") {
        using journey::Worker;
        Worker& worker = world.worker();
        const flow::FlowIndex next = worker.log_living(world.now(), 0, Worker::WhenFull::stop);
        CHECK(next == room);
        CHECK(worker.counters().flow_log_dropped.read() == 0);
        const std::vector<FlowRecord> records = take(world);
        CHECK(records.size() == room);
        CHECK(records.at(7).end == EndReason::shutdown);
        CHECK(worker.log_living(world.now(), next, Worker::WhenFull::stop) == flow::no_flow);
        CHECK(take(world).size() == flows - room);
        CHECK(worker.log_living(world.now(), 0, Worker::WhenFull::drop) == flow::no_flow);
        CHECK(worker.counters().flow_log_dropped.read() == flows - room);
    }
}

TEST_CASE("without a flow log nothing is kept for one") {
    World world;
    walk(world, north, Spec{});
    CHECK(world.worker().ended_flows() == nullptr);
    CHECK_FALSE(world.worker().flows().has_hop_clocks());
    CHECK(world.worker().log_living(world.now(), 0, journey::Worker::WhenFull::drop) == flow::no_flow);
    world.pass(121s);
    sweep(world);
    CHECK(world.flows() == 0);
}
