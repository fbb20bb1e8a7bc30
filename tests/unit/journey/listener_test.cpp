// SPDX-License-Identifier: Apache-2.0
// Flows that a listener takes: rewritten to a target behind the chain, and back in front of it.
#include "balanced.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace sallyport;
using namespace sallyport::journey::test;
using namespace std::chrono_literals;

namespace {

const ListenerCounters& counts(World& world, unsigned listener = 0) {
    return world.worker().counters().listeners.at(listener);
}

struct Exchange {
    Bytes to_target;
    Bytes to_client;
};

/// A packet of the client to its target, and the target's answer.
Exchange converse(World& world, const Bytes& from_client, std::uint8_t answer_flags = 0x12) {
    Exchange both;
    both.to_target = ip_of(through(world, north, from_client).only().frame);
    both.to_client = ip_of(through(world, south, reply_to(both.to_target, answer_flags)).only().frame);
    return both;
}

} // namespace

TEST_CASE("a listener's flow is rewritten to a target and back, and its checksums stay right") {
    for (const unsigned hops : {0U, 1U, 3U}) {
        World world(balanced(hops));
        for (const bool v4 : {true, false}) {
            for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}}) {
                const Bytes sent = with_checksum(ip_packet(to_listener(protocol, v4)));
                const Exchange both = converse(world, sent);
                const Sides there = sides_of(both.to_target);
                CHECK(there.source == source_of(sent).to_string());
                CHECK(there.source_port == 40000);
                CHECK(there.destination.starts_with(v4 ? "203.0.113.1" : "2001:db8:2::1"));
                CHECK(there.destination_port == 8080);
                CHECK(is_sound_ip(both.to_target));
                CHECK(transport_sum(both.to_target) == 0);

                CHECK(sides_of(both.to_client) == Sides{v4 ? vip_v4 : vip_v6, source_of(sent).to_string(), 80, 40000});
                CHECK(is_sound_ip(both.to_client));
                CHECK(transport_sum(both.to_client) == 0);
                // TTL aside, nothing but the addresses and ports has changed.
                CHECK(payload_of(both.to_target).size() == payload_of(sent).size());
            }
        }
        CHECK(world.flows() == 4);
    }
}

TEST_CASE("appliances see a listener's flow as its client does, both ways") {
    World world(balanced(1));
    const Bytes sent = with_checksum(ip_packet(to_listener(6)));
    const Outcome out = world.arrive(north, World::frame_for(north, sent));
    CHECK(tunnel_of(out.only().frame).inner == sent);
    const Bytes to_target = ip_of(world.give_back(out.only().frame).only().frame);
    const Outcome back = world.arrive(south, World::frame_for(south, reply_to(to_target)));
    const Tunnel tunnel = tunnel_of(back.only().frame);
    CHECK(sides_of(tunnel.inner) == Sides{vip_v4, "192.0.2.10", 80, 40000});
    CHECK(transport_sum(tunnel.inner) == 0);
    CHECK(tunnel.cookie() == tunnel_of(out.only().frame).cookie());
}

TEST_CASE("UDP without a checksum stays without, and a sum of zero is written as ones") {
    World world(balanced(0));
    const Bytes bare = ip_packet(to_listener(17));
    CHECK(get16(ip_of(through(world, north, bare).only().frame), 26) == 0);
    // Payloads of which one makes the rewritten sum zero.
    bool was_zero = false;
    for (unsigned filler = 0; filler < 0x10000 && !was_zero; ++filler) {
        Spec spec = to_listener(17, true, 41000);
        Bytes ip = ip_packet(spec);
        put16(ip, 28, filler);
        const Bytes there = ip_of(through(world, north, with_checksum(ip)).only().frame);
        REQUIRE(get16(there, 26) != 0);
        was_zero = get16(there, 26) == 0xffff;
        REQUIRE(transport_sum(there) == 0);
    }
    CHECK(was_zero);
}

TEST_CASE("without preserve_client_ip the target sees an address of the gateway, and each flow its own port") {
    World world(balanced(0, [](config::Config& config) { config.target_groups[0].preserve_client_ip = false; }));
    std::set<std::tuple<std::string, unsigned, std::string>> seen;
    for (std::uint16_t port = 40000; port < 40200; ++port) {
        const Exchange both = converse(world, with_checksum(ip_packet(to_listener(6, true, port))));
        const Sides there = sides_of(both.to_target);
        CHECK(there.source == "203.0.113.1");
        CHECK(there.source_port >= 1024);
        CHECK(there.source_port < 32768);
        CHECK(seen.emplace(there.source, there.source_port, there.destination).second);
        CHECK(transport_sum(both.to_target) == 0);
        CHECK(sides_of(both.to_client) == Sides{vip_v4, "192.0.2.10", 80, port});
        CHECK(transport_sum(both.to_client) == 0);
    }
}

TEST_CASE("a target that is its listener's client gets its answers through the gateway") {
    World world(balanced(1));
    std::set<std::string> destinations;
    for (std::uint16_t port = 40000; port < 40040; ++port) {
        Spec spec = to_listener(6, true, port);
        spec.source = "203.0.113.11";
        const Bytes there = ip_of(through(world, south, with_checksum(ip_packet(spec))).only().frame);
        CHECK(sides_of(there).source == "203.0.113.1");
        destinations.insert(sides_of(there).destination);
        const Bytes back = ip_of(through(world, south, reply_to(there)).only().frame);
        CHECK(sides_of(back) == Sides{vip_v4, "203.0.113.11", 80, port});
        CHECK(transport_sum(back) == 0);
    }
    CHECK(destinations.contains("203.0.113.11")); // itself, too
}

TEST_CASE("targets that hold the listener's address get packets as they are") {
    World world(balanced(1, [](config::Config& config) { config.target_groups[0].direct_server_return = true; }));
    const Bytes sent = with_checksum(ip_packet(to_listener(6)));
    const Outcome out = through(world, north, sent);
    CHECK(out.only().port == south);
    CHECK(sides_of(ip_of(out.only().frame)) == sides_of(sent));
    Spec answer = answered(to_listener(6));
    answer.tcp_flags = 0x12;
    const Outcome back = through(world, south, with_checksum(ip_packet(answer)));
    CHECK(back.only().port == north);
    CHECK(sides_of(ip_of(back.only().frame)) == Sides{vip_v4, "192.0.2.10", 80, 40000});
}

TEST_CASE("fragments of a listener's flow are rewritten, whichever comes first") {
    for (const bool v4 : {true, false}) {
        for (const bool reversed : {false, true}) {
            World world(balanced(1));
            Spec spec = to_listener(17, v4);
            spec.payload_bytes = 3000;
            spec.dont_fragment = false;
            const Bytes whole = with_checksum(ip_packet(spec));
            std::vector<Bytes> sent = fragments_of(whole, 1400);
            if (reversed) std::reverse(sent.begin(), sent.end());
            Random random(3);
            const Passage there = pass_shuffled(world, north, sent, 1, random);
            REQUIRE(there.left.size() == 3);
            for (const Bytes& ip : there.left)
                CHECK(destination_of(ip).to_string().starts_with(v4 ? "203.0.113.1" : "2001:db8:2::1"));
            Bytes to_target = part(there.left[0], 0, v4 ? 20 : 40);
            if (v4) put16(to_target, 6, 0);
            if (!v4) to_target[6] = 17;
            append(to_target, put_together(there.left));
            put16(to_target, v4 ? 2 : 4, static_cast<unsigned>(to_target.size() - (v4 ? 0 : 40)));
            CHECK(transport_sum(to_target) == 0);

            Bytes answer = reply_to(to_target);
            answer.resize(answer.size() + 2000);
            put16(answer, v4 ? 2 : 4, static_cast<unsigned>(answer.size() - (v4 ? 0 : 40)));
            put16(answer, (v4 ? 20 : 40) + 4, static_cast<unsigned>(answer.size() - (v4 ? 20 : 40)));
            std::vector<Bytes> back = fragments_of(with_checksum(answer), 1000, 0x77);
            if (reversed) std::reverse(back.begin(), back.end());
            const Passage returned = pass_shuffled(world, south, back, 1, random);
            REQUIRE(returned.left.size() == back.size());
            for (const Bytes& ip : returned.left)
                CHECK(source_of(ip).to_string() == (v4 ? vip_v4 : vip_v6));
        }
    }
}

TEST_CASE("a segment of no flow to a listener meets what the listener says") {
    const auto midstream = [](config::TcpMidstream what) {
        return balanced(1, [what](config::Config& config) { config.listeners[0].tcp_midstream = what; });
    };
    Spec spec = to_listener(6);
    spec.tcp_flags = 0x10;
    const Bytes segment = with_checksum(ip_packet(spec));
    {
        World world(midstream(config::TcpMidstream::reset));
        const Outcome outcome = world.arrive(north, World::frame_for(north, segment));
        REQUIRE(outcome.sent.size() == 1);
        const Bytes reset = ip_of(outcome.sent[0].frame);
        CHECK(sides_of(reset) == Sides{vip_v4, "192.0.2.10", 80, 40000});
        CHECK(reset.at(33) == 0x04);
        CHECK(outcome.drops == std::vector<DropReason>{DropReason::TcpNotSyn});
    }
    {
        World world(midstream(config::TcpMidstream::drop));
        CHECK(world.arrive(north, World::frame_for(north, segment)).is_dropped(DropReason::TcpNotSyn));
    }
    {
        World world(midstream(config::TcpMidstream::adopt));
        CHECK(sides_of(ip_of(through(world, north, segment).only().frame)).destination_port == 8080);
    }
}

TEST_CASE("what no listener takes is the gateway's own only where it is the gateway's own address") {
    World world(balanced(1));
    Spec other = to_listener(6);
    other.destination_port = 81;
    CHECK(world.send(north, other).is_dropped(DropReason::NoListener));
    Spec echo = to_listener(1);
    CHECK(world.send(north, echo).to_host.size() == 1);
    Spec own = other;
    own.destination = "192.0.2.1";
    CHECK(world.send(north, own).to_host.size() == 1);
    own.destination = "203.0.113.1"; // an address of the south port, from the north
    CHECK(world.send(north, own).is_dropped(DropReason::OwnAddressElsewhere));
    CHECK(world.flows() == 0);
}

TEST_CASE("sources are admitted by the listener's lists, deny before allow") {
    World world(balanced(1, [](config::Config& config) {
        config.listeners[0].allow = {IpPrefix::parse("192.0.2.0/24").value()};
        config.listeners[0].deny = {IpPrefix::parse("192.0.2.66/32").value()};
    }));
    Spec spec = to_listener(6);
    CHECK(world.send(north, spec).drops.empty());
    spec.source = "192.0.2.66";
    CHECK(world.send(north, spec).is_dropped(DropReason::SourceNotAllowed));
    spec.source = "198.18.5.5";
    CHECK(world.send(north, spec).is_dropped(DropReason::SourceNotAllowed));
    CHECK(counts(world).sources_refused.read() == 2);
}

TEST_CASE("without targets a client is told so") {
    World world(balanced(1, [](config::Config& config) {
        for (config::Target& target : config.target_groups[0].targets)
            target.weight = 0;
    }));
    const Outcome outcome = world.send(north, to_listener(6));
    CHECK(outcome.drops == std::vector<DropReason>{DropReason::NoTarget});
    REQUIRE(outcome.sent.size() == 1);
    CHECK(ip_of(outcome.sent[0].frame).at(33) == 0x14);
    CHECK(world.send(north, to_listener(17)).is_dropped(DropReason::NoTarget));
    CHECK(counts(world).no_target.read() == 2);
    CHECK(world.flows() == 0);
}

TEST_CASE("half-open connections beyond the limit lose the oldest, and complete ones are not among them") {
    World world(balanced(0, [](config::Config& config) { config.listeners[0].half_open_limit = 10; }));
    const Bytes first = with_checksum(ip_packet(to_listener(6, true, 1000)));
    static_cast<void>(converse(world, first));
    Spec ack = to_listener(6, true, 1000);
    ack.tcp_flags = 0x10;
    static_cast<void>(through(world, north, ip_packet(ack)));
    CHECK(counts(world).half_open.read() == 0);
    std::vector<Bytes> flood;
    for (std::uint16_t port = 2000; port < 2050; ++port)
        flood.push_back(World::frame_for(north, ip_packet(to_listener(6, true, port))));
    CHECK(world.burst(north, flood).sent.size() == 50);
    static_cast<void>(world.tend());
    CHECK(counts(world).half_open.read() == 10);
    CHECK(counts(world).half_open_dropped.read() == 40);
    CHECK(world.flows() == 11);
    CHECK(world.send(north, ack).drops.empty()); // the open one goes on
    Spec late = to_listener(6, true, 2001);
    late.tcp_flags = 0x10;
    CHECK(world.send(north, late).drops == std::vector<DropReason>{DropReason::TcpNotSyn});
    late.source_port = 2049;
    CHECK(world.send(north, late).drops.empty());
    CHECK(counts(world).half_open.read() == 9);
}

TEST_CASE("a target that is not to have its connections any more: RST to both sides where they expect it") {
    World world(balanced(0));
    const Exchange both = converse(world, with_checksum(ip_packet(to_listener(6))));
    const auto number = static_cast<unsigned>(destination_of(both.to_target).bytes()[15] - 11);
    Bytes ack = ip_packet([] {
        Spec spec = to_listener(6);
        spec.tcp_flags = 0x10;
        return spec;
    }());
    put32(ack, 28, 5000);
    static_cast<void>(through(world, north, with_checksum(ack)));
    Bytes answer = reply_to(both.to_target, 0x10);
    put32(answer, 28, 7000);
    static_cast<void>(through(world, south, with_checksum(answer)));

    world.stand_target(number, [](balance::TargetPlace& place) {
        place.standing.health = chain::Health::unhealthy;
        place.unhealthy_flows_end = true;
    });
    const Outcome outcome = world.tend();
    REQUIRE(outcome.sent.size() == 2);
    for (const Outcome::Sent& sent : outcome.sent) {
        const Bytes reset = ip_of(sent.frame);
        CHECK(reset.at(33) == 0x04);
        CHECK(transport_sum(reset) == 0);
        if (sent.port == north) {
            CHECK(sides_of(reset) == Sides{vip_v4, "192.0.2.10", 80, 40000});
            CHECK(get32(reset, 24) == 5000);
        } else {
            CHECK(sides_of(reset) == sides_of(both.to_target));
            CHECK(get32(reset, 24) == 7000);
        }
    }
    // What either side still sends is answered, in its own view.
    const Outcome late = world.arrive(south, World::frame_for(south, reply_to(both.to_target, 0x10)));
    REQUIRE(late.sent.size() == 1);
    CHECK(sides_of(ip_of(late.sent[0].frame)) == sides_of(both.to_target));
    CHECK(transport_sum(ip_of(late.sent[0].frame)) == 0);
}

TEST_CASE("a target has one flow of the same addresses and ports, and another client's is not mixed with it") {
    World world(balanced(0, [](config::Config& config) {
        config.target_groups[0].targets.resize(1);
        config.listeners.push_back(listener("more", "192.0.2.81", "web"));
    }));
    static_cast<void>(converse(world, with_checksum(ip_packet(to_listener(6)))));
    Spec second = to_listener(6);
    second.destination = "192.0.2.81";
    CHECK(world.send(north, second).is_dropped(DropReason::TargetFlowTaken));
    Spec direct = to_listener(6);
    direct.destination = "203.0.113.11";
    direct.destination_port = 8080;
    CHECK(world.send(north, direct).is_dropped(DropReason::TargetFlowTaken));
    second.source_port = 40001;
    CHECK(world.send(north, second).drops.empty());
}

TEST_CASE("what a proxy's listener takes goes to the host, and what the proxy answers through the chain") {
    for (const unsigned hops : {0U, 2U}) {
        World world(balanced(hops, [](config::Config& config) {
            config.listeners[0].mode = config::ListenerMode::proxy;
            config.listeners[0].protocol = config::L4Protocol::tcp;
        }));
        const Bytes sent = with_checksum(ip_packet(to_listener(6)));
        const Outcome out = through(world, north, sent);
        REQUIRE(out.to_host.size() == 1);
        CHECK(out.to_host[0].port == north);
        CHECK(ip_of(out.to_host[0].frame) == sent);
        CHECK(part(out.to_host[0].frame, 0, 6) == Bytes{2, 0, 0, 0, 0, north});
        Outcome back = world.leave_host(north, reply_to(sent));
        unsigned visits = 0;
        while (back.only().port == inspect) {
            ++visits;
            back = world.give_back(back.only().frame);
        }
        CHECK(visits == hops);
        CHECK(back.only().port == north);
        CHECK(sides_of(ip_of(back.only().frame)) == Sides{vip_v4, "192.0.2.10", 80, 40000});
        // What the kernel sends on a flow that is gone does not pass the chain, and so nothing else either.
        Spec lost = answered(to_listener(6, true, 41111));
        lost.tcp_flags = 0x10;
        CHECK(world.leave_host(north, ip_packet(lost)).is_dropped(DropReason::TcpNotSyn));
        lost.source_port = 22;
        CHECK(world.leave_host(north, ip_packet(lost)).sent.size() == 1);
    }
}

TEST_CASE("both directions of translated flows come to one worker") {
    for (const bool preserve : {true, false}) {
        Setup setup =
            balanced(1, [preserve](config::Config& config) { config.target_groups[0].preserve_client_ip = preserve; });
        setup.workers = 3;
        World world(setup);
        Random random(5);
        for (std::uint16_t port = 40000; port < 40060; ++port) {
            const Passage there =
                pass_shuffled(world, north, {with_checksum(ip_packet(to_listener(6, true, port)))}, 3, random);
            REQUIRE(there.left.size() == 1);
            const Passage back = pass_shuffled(world, south, {reply_to(there.left[0])}, 3, random);
            REQUIRE(back.left.size() == 1);
            CHECK(sides_of(back.left[0]) == Sides{vip_v4, "192.0.2.10", 80, port});
        }
        CHECK(world.flows() == 60);
    }
}

TEST_CASE("ICMP errors about translated packets reach who sent them, about the packet as they sent it") {
    for (const bool v4 : {true, false}) {
        for (const bool preserve : {true, false}) {
            World world(balanced(1, [preserve](config::Config& config) {
                for (config::TargetGroup& group : config.target_groups)
                    group.preserve_client_ip = preserve;
            }));
            const Bytes sent = with_checksum(ip_packet(to_listener(17, v4)));
            const Exchange both = converse(world, sent);
            const auto error_about = [&](const Bytes& about, const std::string& router) {
                Spec spec;
                spec.source = router;
                spec.destination = source_of(about).to_string();
                spec.protocol = v4 ? 1 : 58;
                spec.transport = {static_cast<std::uint8_t>(v4 ? 3 : 1), 4, 0, 0, 0, 0, 0, 0};
                append(spec.transport, about);
                Bytes ip = ip_packet(spec);
                const std::size_t at = (v4 ? 20 : 40) + 2;
                if (v4) {
                    put16(ip, at, plain_checksum(part(ip, 20, ip.size() - 20)));
                } else {
                    put16(ip, at, transport_sum(ip));
                }
                return ip;
            };
            const auto check = [&](const Bytes& error, const Bytes& about, const std::string& from) {
                CHECK(source_of(error).to_string() == from);
                CHECK(destination_of(error).to_string() == source_of(about).to_string());
                CHECK(is_sound_ip(error));
                const std::size_t quote = (v4 ? 20 : 40) + 8;
                const Bytes quoted = part(error, quote, error.size() - quote);
                CHECK(sides_of(quoted) == sides_of(about));
                CHECK(is_sound_ip(quoted));
                CHECK(transport_sum(quoted) == 0);
                CHECK((v4 ? plain_checksum(part(error, 20, error.size() - 20)) : transport_sum(error)) == 0);
            };
            const std::string target = destination_of(both.to_target).to_string();
            const std::string router = v4 ? "203.0.113.99" : "2001:db8:2::99";
            check(ip_of(through(world, south, error_about(both.to_target, target)).only().frame), sent,
                  v4 ? vip_v4 : vip_v6);
            check(ip_of(through(world, south, error_about(both.to_target, router)).only().frame), sent, router);
            const std::string client = source_of(sent).to_string();
            const Bytes reply = reply_to(both.to_target);
            check(ip_of(through(world, north, error_about(both.to_client, client)).only().frame), reply,
                  sides_of(both.to_target).source);
        }
    }
}

TEST_CASE("the gateway's own ICMP errors are about the packet as its sender sent it") {
    World world(balanced(1));
    Spec spec = to_listener(17);
    spec.ttl = 2;
    spec.payload_bytes = 20;
    const Bytes sent = with_checksum(ip_packet(spec));
    const Outcome there = through(world, north, sent);
    REQUIRE(there.sent.size() == 1);
    Bytes expired = sent;
    expired[8] = 1; // as a routing appliance may leave it
    const Outcome out = world.arrive(north, World::frame_for(north, sent));
    Bytes back = returned(out.only().frame);
    const std::size_t inner = back.size() - sent.size();
    back[inner + 8] = 1;
    Bytes header = part(back, inner, 20);
    fix_ipv4_checksum(header);
    std::copy(header.begin(), header.end(), back.begin() + static_cast<std::ptrdiff_t>(inner));
    const Outcome answer = world.arrive(inspect, back);
    REQUIRE(answer.sent.size() == 1);
    const Bytes error = ip_of(answer.sent[0].frame);
    CHECK(answer.sent[0].port == north);
    CHECK(error.at(20) == 11);
    CHECK(sides_of(part(error, 28, error.size() - 28)) == sides_of(sent));
}

TEST_CASE("passive checks hear of connections that a target refused, took, or left without an answer") {
    World world(balanced(1, [](config::Config& config) { config.target_groups[0].targets.resize(1); }));
    const TargetCounters& target = world.worker().counters().targets.at(0);
    const auto syn = [](std::uint16_t port) { return with_checksum(ip_packet(to_listener(6, true, port))); };
    static_cast<void>(converse(world, syn(1000), 0x14));
    CHECK(target.refused.read() == 1);
    static_cast<void>(converse(world, syn(1001), 0x12));
    CHECK(target.answered.read() == 1);
    static_cast<void>(through(world, north, syn(1002))); // and nothing comes back
    // An appliance keeps this one: the target was never asked.
    static_cast<void>(world.arrive(north, World::frame_for(north, syn(1003))));
    world.pass(60s);
    static_cast<void>(world.tend());
    world.pass(6s);
    static_cast<void>(world.tend());
    CHECK(world.flows() == 0);
    CHECK(target.unanswered.read() == 1);
    CHECK(target.refused.read() == 1);
    CHECK(target.flows_created.read() == target.flows_ended.read());
}

TEST_CASE("frames to everybody on the link begin no flow, and do not reach the host at a listener's address") {
    World world(balanced(1));
    const auto to_all = [](Bytes frame) {
        std::fill_n(frame.begin(), 6, std::uint8_t{0xff});
        return frame;
    };
    for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{161}}) {
        Spec spec = to_listener(17);
        spec.destination_port = port;
        const Bytes frame = to_all(World::frame_for(north, ip_packet(spec)));
        CHECK(world.arrive(north, frame).is_dropped(DropReason::MulticastUnsupported));
    }
    Spec own = to_listener(17);
    own.destination = "192.0.2.1";
    CHECK(world.arrive(north, to_all(World::frame_for(north, ip_packet(own)))).to_host.size() == 1);
    CHECK(world.flows() == 0);
}

TEST_CASE("a client with the target's own address does not make the target speak to itself") {
    World world(balanced(0, [](config::Config& config) { config.target_groups[0].targets.resize(1); }));
    Spec spec = to_listener(6);
    spec.source = "203.0.113.11"; // forged: it is in the south
    const Bytes there = ip_of(through(world, north, with_checksum(ip_packet(spec))).only().frame);
    CHECK(sides_of(there).source == "203.0.113.1");
}
