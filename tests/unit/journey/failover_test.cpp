// SPDX-License-Identifier: Apache-2.0
// Appliances that fail or leave while flows are on their way through them: what each way of failing over does.
#include "world.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::journey::test;
using chain::Health;
using chain::Registration;
using config::Failover;
using config::NoneHealthy;

namespace {

constexpr chain::Standing unhealthy{.health = Health::unhealthy};
constexpr chain::Standing gone{.registration = Registration::deregistered};

Setup group_with(std::function<void(config::ApplianceGroup&)> change, unsigned hops = 1) {
    Setup setup;
    setup.hops = hops;
    setup.change_config = [change = std::move(change)](config::Config& config) { change(config.appliance_groups[0]); };
    return setup;
}
Setup failing_over(Failover failover, NoneHealthy none_healthy = NoneHealthy::drop) {
    return group_with([=](config::ApplianceGroup& group) {
        group.on_unhealthy = group.on_deregistered = failover;
        group.when_none_healthy = none_healthy;
    });
}

/// A segment with its numbers, as IP bytes.
Bytes segment(const Spec& spec, std::uint32_t sequence, std::uint32_t acknowledgment) {
    Bytes ip = ip_packet(spec);
    const std::size_t tcp_at = header_bytes_of(ip);
    put32(ip, tcp_at + 4, sequence);
    put32(ip, tcp_at + 8, acknowledgment);
    return ip;
}

struct Reset {
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    unsigned flags = 0;
};

/// The RSTs that left by this port; throws when one is not sound.
std::vector<Reset> resets_to(const Outcome& outcome, PortIndex port, const std::string& destination) {
    std::vector<Reset> resets;
    for (const Outcome::Sent& sent : outcome.sent) {
        if (sent.port != port) continue;
        const Bytes ip = ip_of(sent.frame);
        const std::size_t tcp_at = header_bytes_of(ip);
        if (!is_sound_ip(ip) || destination_of(ip) != address(destination)) throw std::runtime_error("a bad reset");
        Bytes covered = tcp_at == 20 ? part(ip, 12, 8) : part(ip, 8, 32);
        append(covered, {0, 6, 0, 20});
        append(covered, part(ip, tcp_at, 20));
        if (plain_checksum(covered) != 0 || ip.size() != tcp_at + 20) throw std::runtime_error("a bad checksum");
        resets.push_back({get32(ip, tcp_at + 4), get32(ip, tcp_at + 8), ip[tcp_at + 13]});
    }
    return resets;
}
/// The only one; throws when there is another number of them.
Reset reset_to(const Outcome& outcome, PortIndex port, const std::string& destination) {
    const std::vector<Reset> resets = resets_to(outcome, port, destination);
    if (resets.size() != 1) throw std::runtime_error(std::to_string(resets.size()) + " resets");
    return resets[0];
}

/// A TCP flow that is under way; gives the appliance that it visits.
unsigned begin(World& world, const Spec& syn = tcp(0x02)) {
    const Way way = walk(world, north, syn);
    return world.member(way.appliances.at(0));
}

} // namespace

TEST_CASE("rebalance: the next packet of a flow visits another appliance, in both directions, with its cookie kept") {
    for (const chain::Standing& standing : {unhealthy, gone}) {
        World world(failing_over(Failover::rebalance));
        const Bytes before = world.send(north, tcp(0x02)).only().frame;
        const unsigned first = world.member(tunnel_of(before).destination);
        world.stand(0, first, standing);
        const Way forward = walk(world, north, tcp(0x10));
        REQUIRE(forward.appliances.size() == 1);
        CHECK(world.member(forward.appliances[0]) != first);
        CHECK(forward.tunnels[0].cookie() == tunnel_of(before).cookie());
        CHECK(forward.tunnels[0].source_port == tunnel_of(before).source_port);
        CHECK(forward.last.port == south);
        const Way back = walk(world, south, answered(tcp(0x12)));
        CHECK(back.appliances == forward.appliances);
        CHECK(back.last.port == north);
        CHECK(world.worker().counters().flows_moved.read() == 1);
        CHECK(world.flows() == 1);
    }
}

TEST_CASE("rebalance: what the failed appliance still gives back after the flow has moved is not lost") {
    World world(failing_over(Failover::rebalance));
    const Bytes before = world.send(north, tcp(0x02)).only().frame;
    const unsigned first = world.member(tunnel_of(before).destination);
    world.stand(0, first, unhealthy);
    CHECK(world.send(north, tcp(0x02)).only().port == inspect);
    CHECK(world.give_back(before).only().port == south);
    // Nor is it a hole: without the move the same packet is a stranger's.
    world.stand(0, first, {});
    CHECK(world.give_back(before).is_dropped(DropReason::InvalidGeneveTunnel));
}

TEST_CASE("keep: flows go on to an appliance that has failed or left, new ones do not") {
    for (const chain::Standing& standing : {unhealthy, gone}) {
        World world(failing_over(Failover::keep));
        const unsigned first = begin(world);
        world.stand(0, first, standing);
        CHECK(world.member(walk(world, north, tcp(0x10)).appliances.at(0)) == first);
        for (std::uint16_t port = 1; port <= 50; ++port) {
            Spec spec;
            spec.source_port = port;
            CHECK(world.member(walk(world, north, spec).appliances.at(0)) != first);
        }
    }
}

TEST_CASE("an appliance that failed and then left does not get back the flows that its failing would have moved") {
    World world(group_with([](config::ApplianceGroup& group) { group.on_unhealthy = Failover::rebalance; }));
    const unsigned first = begin(world);
    world.stand(0, first, {.health = Health::unhealthy, .registration = Registration::deregistered});
    CHECK(world.member(walk(world, north, tcp(0x10)).appliances.at(0)) != first);
}

TEST_CASE("draining: flows stay, new ones do not come") {
    World world(failing_over(Failover::rebalance));
    const unsigned first = begin(world);
    world.stand(0, first, {.registration = Registration::draining});
    CHECK(world.member(walk(world, north, tcp(0x10)).appliances.at(0)) == first);
    for (std::uint16_t port = 1; port <= 50; ++port) {
        Spec spec;
        spec.source_port = port;
        CHECK(world.member(walk(world, north, spec).appliances.at(0)) != first);
    }
}

TEST_CASE("reset: both sides get a RST that their windows take, and the flow is over") {
    for (const bool v6 : {false, true}) {
        const auto family = [v6](const Spec& spec) { return v6 ? over_ipv6(spec) : spec; };
        World world(failing_over(Failover::reset));
        const Spec syn = family(tcp(0x02));
        const unsigned first = begin(world, syn);
        world.stand(0, first, unhealthy);
        const Spec data = family(tcp(0x18));
        const Outcome outcome = world.arrive(north, World::frame_for(north, segment(data, 5000, 9000)));
        CHECK(outcome.drops == std::vector<DropReason>{DropReason::FlowReset});
        // To the client the number that it acknowledged; to the server the number that the client would send next.
        const Reset to_client = reset_to(outcome, north, syn.source);
        CHECK(to_client.sequence == 9000);
        CHECK(to_client.flags == 0x04);
        // And, had the server got these data already and its acknowledgment been lost, behind them.
        const std::vector<Reset> to_server = resets_to(outcome, south, syn.destination);
        REQUIRE(to_server.size() == 2);
        CHECK(to_server[0].sequence == 5000);
        CHECK(to_server[1].sequence == 5020);
        for (const Reset& reset : to_server) {
            CHECK(reset.acknowledgment == 9000);
            CHECK(reset.flags == 0x14);
        }
        // The server took it for a forged one and asks back: RFC 5961 3.2.
        Spec challenge = tcp(0x10);
        challenge = answered(family(challenge));
        const Outcome again = world.arrive(south, World::frame_for(south, segment(challenge, 9000, 4000)));
        CHECK(reset_to(again, south, syn.destination).sequence == 4000);
        CHECK(again.sent.size() == 1);
        CHECK(world.worker().counters().flows_reset.read() == 1);
        CHECK(world.worker().counters().resets_sent.read() == 4);
        // The same five-tuple begins anew, elsewhere.
        CHECK(begin(world, syn) != first);
        CHECK(world.flows() == 1);
    }
}

TEST_CASE("reset: a segment without ACK is answered with the number behind it") {
    World world(failing_over(Failover::reset));
    world.stand(0, begin(world), unhealthy);
    Spec syn = tcp(0x02);
    syn.payload_bytes = 0;
    const Outcome outcome = world.arrive(north, World::frame_for(north, segment(syn, 700, 0)));
    const Reset to_client = reset_to(outcome, north, syn.source);
    CHECK(to_client.sequence == 0);
    CHECK(to_client.acknowledgment == 701);
    CHECK(to_client.flags == 0x14);
}

TEST_CASE("reset: a RST is passed on and never answered") {
    World world(failing_over(Failover::reset));
    world.stand(0, begin(world), unhealthy);
    const Outcome outcome = world.arrive(north, World::frame_for(north, segment(tcp(0x04), 123, 0)));
    REQUIRE(outcome.sent.size() == 1);
    CHECK(reset_to(outcome, south, tcp(0x04).destination).sequence == 123);
}

TEST_CASE("reset: without a free buffer the sender is answered all the same") {
    World world(failing_over(Failover::reset));
    world.stand(0, begin(world), unhealthy);
    world.no_buffers = true;
    const Outcome outcome = world.arrive(north, World::frame_for(north, segment(tcp(0x10), 1, 2)));
    REQUIRE(outcome.sent.size() == 1);
    CHECK(reset_to(outcome, north, tcp(0x10).source).sequence == 2);
}

TEST_CASE("reset: a flow that is not TCP moves instead") {
    World world(failing_over(Failover::reset));
    const unsigned first = world.member(walk(world, north, Spec{}).appliances.at(0));
    world.stand(0, first, unhealthy);
    CHECK(world.member(walk(world, north, Spec{}).appliances.at(0)) != first);
}

TEST_CASE("flows of an inline appliance whose group a reload has made a mirror go on, and the mirror gets copies") {
    World world(failing_over(Failover::rebalance));
    begin(world);
    // As after the reload: the old ones have left, and who takes their flows is a mirror.
    world.change_roster([](chain::Roster& roster) {
        for (const std::size_t old : {0U, 1U})
            roster.appliances[old].flows_meet = chain::Meets::move;
        chain::Appliance mirror = roster.appliances[0];
        mirror.flows_meet = chain::Meets::visit;
        mirror.mode = config::GroupMode::mirror;
        roster.appliances.push_back(mirror);
        roster.groups[0].maglev.assign(1, 2);
    });
    for (int turn = 0; turn < 2; ++turn) {
        const Outcome outcome = world.send(north, tcp(0x10));
        REQUIRE(outcome.sent.size() == 2);
        CHECK(outcome.sent[0].port == south);
        CHECK(outcome.sent[1].port == inspect);
        CHECK(outcome.drops.empty());
    }
}

TEST_CASE("none healthy, drop: packets of flows and new flows end as NoAppliance") {
    World world(failing_over(Failover::rebalance, NoneHealthy::drop));
    begin(world);
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, unhealthy);
    CHECK(world.send(north, tcp(0x10)).is_dropped(DropReason::NoAppliance));
    CHECK(world.send(north, Spec{}).is_dropped(DropReason::NoAppliance));
    world.stand(0, 0, {});
    CHECK(walk(world, north, tcp(0x10)).last.port == south);
}

TEST_CASE("none healthy, bypass: the hop is passed by and counted; flows from before return to it, new ones do not") {
    World world(failing_over(Failover::rebalance, NoneHealthy::bypass));
    begin(world);
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, unhealthy);
    CHECK(world.send(north, tcp(0x10)).only().port == south);
    CHECK(world.send(north, Spec{}).only().port == south);
    CHECK(world.send(south, answered(Spec{})).only().port == north);
    const GroupCounters& group = world.worker().counters().groups[0];
    CHECK(group.packets_bypassed.read() == 3);
    CHECK(group.flows_bypassed.read() == 1);
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, {});
    CHECK(walk(world, north, tcp(0x10)).appliances.size() == 1);
    // An appliance that sees a flow from its middle would drop it; who passed without it goes on so.
    CHECK(world.send(north, Spec{}).only().port == south);
}

TEST_CASE("none healthy, bypass: only the failed hop of several is passed by, both ways") {
    Setup setup = group_with(
        [](config::ApplianceGroup& group) {
            group.on_unhealthy = Failover::rebalance;
            group.when_none_healthy = NoneHealthy::bypass;
        },
        3);
    World world(setup);
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, unhealthy);
    const Way out = walk(world, north, Spec{});
    REQUIRE(out.appliances.size() == 2);
    const Way back = walk(world, south, answered(Spec{}));
    CHECK(back.appliances == std::vector<IpAddress>{out.appliances[1], out.appliances[0]});
}

TEST_CASE("none healthy, any: flows stay where they are, and new ones spread as if all were healthy") {
    World world(failing_over(Failover::rebalance, NoneHealthy::any));
    const unsigned first = begin(world);
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, unhealthy);
    CHECK(world.member(walk(world, north, tcp(0x10)).appliances.at(0)) == first);
    std::array<unsigned, 2> flows = {};
    for (std::uint16_t port = 1; port <= 100; ++port) {
        Spec spec;
        spec.source_port = port;
        ++flows[world.member(walk(world, north, spec).appliances.at(0))];
    }
    CHECK(flows[0] > 20);
    CHECK(flows[1] > 20);
}

TEST_CASE("a bypassed hop's cookie proves nothing") {
    World world(failing_over(Failover::rebalance, NoneHealthy::bypass));
    const Bytes real = world.send(north, tcp(0x02)).only().frame;
    for (const unsigned member : {0U, 1U})
        world.stand(0, member, unhealthy);
    CHECK(world.send(north, Spec{}).only().port == south);
    // With the same worker's cookie of another flow, and so on: no packet of the flow may come from here.
    CHECK(world.give_back(real).only().port == south); // its own flow's is fine
    Bytes forged = real;
    forged[geneve_at + 39] ^= 1;
    CHECK(world.give_back(forged).sent.empty());
}

TEST_CASE("what appliances are said to have adds up, whatever became of their flows") {
    World world(failing_over(Failover::rebalance));
    const auto at = [&](unsigned member) {
        const ApplianceCounters& counters = world.worker().counters().appliances[member];
        return counters.flows_created.read() - counters.flows_ended.read();
    };
    for (std::uint16_t port = 1; port <= 40; ++port) {
        Spec spec;
        spec.source_port = port;
        walk(world, north, spec);
    }
    CHECK(at(0) + at(1) == 40);
    world.stand(0, 0, gone);
    for (std::uint16_t port = 1; port <= 40; ++port) {
        Spec spec;
        spec.source_port = port;
        walk(world, north, spec);
    }
    CHECK(at(0) == 0);
    CHECK(at(1) == 40);
    CHECK(world.worker().counters().appliances[1].flows_moved_to.read() ==
          world.worker().counters().flows_moved.read());
    world.pass(std::chrono::hours(1));
    for (int i = 0; i < 10 && world.flows() > 0; ++i) {
        world.tend();
        world.pass(std::chrono::seconds(1));
    }
    CHECK(at(1) == 0);
}

TEST_CASE("a segment in the middle of nothing is answered with a reset when the endpoint says so") {
    Setup setup;
    setup.change_config = [](config::Config& config) {
        config.endpoints[0].tcp_midstream = config::TcpMidstream::reset;
    };
    World world(setup);
    const Outcome outcome = world.arrive(north, World::frame_for(north, segment(tcp(0x10), 1, 77)));
    CHECK(outcome.drops == std::vector<DropReason>{DropReason::TcpNotSyn});
    CHECK(outcome.sent.size() == 1);
    CHECK(reset_to(outcome, north, tcp(0).source).sequence == 77);
    CHECK(world.send(north, tcp(0x04)).is_dropped(DropReason::TcpNotSyn));
    CHECK(world.flows() == 0);
    // The other endpoint says nothing of the kind.
    CHECK(world.send(branch_north, tcp(0x10)).is_dropped(DropReason::TcpNotSyn));
}
