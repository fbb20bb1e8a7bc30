// SPDX-License-Identifier: Apache-2.0
// Any sequence of frames at any ports, of answers by appliances that change bytes at will, and of time passing: every
// packet has exactly one end (the world of the unit tests holds the journey to that), and no packet of a tenant leaves
// before its chain has seen it. Listeners take some of them: rewritten to targets, with the client's address or
// without, or for a proxy, whose packets the host link brings.
//
// An input is a sequence of records: a kind, a length of two bytes, and so many bytes.
#include "tests/unit/journey/balanced.hpp"

#include <cstdlib>
#include <span>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

enum Kind : std::uint8_t { raw_frame, sound_frame, answer, time_passes, kinds };

void require(bool holds) {
    if (!holds) std::abort();
}

class Records {
public:
    explicit Records(std::span<const std::uint8_t> input) : rest_(input) {}

    /// The last record may be shorter than it says.
    bool next(std::uint8_t& head, Bytes& body) {
        if (rest_.size() < 3) return false;
        head = rest_[0];
        const std::size_t size = std::min<std::size_t>(rest_[1] * 256U + rest_[2], rest_.size() - 3);
        body.assign(rest_.begin() + 3, rest_.begin() + 3 + static_cast<std::ptrdiff_t>(size));
        rest_ = rest_.subspan(3 + size);
        return true;
    }

private:
    std::span<const std::uint8_t> rest_;
};

config::Listener with_port(config::Listener listener, std::uint16_t port) {
    listener.name += std::to_string(port);
    listener.port = port;
    return listener;
}

/// Port 80 keeps the client's address, 81 replaces it, 82 is a proxy's, 83 has targets with the listener's address.
void add_listeners(config::Config& config) {
    for (const std::size_t plain : {std::size_t{0}, std::size_t{1}}) {
        config::TargetGroup& group = config.target_groups[plain];
        group.algorithm = config::Algorithm::round_robin; // whose tables are quick to build
        config::TargetGroup without_client = group;
        without_client.name += "-without-client";
        without_client.preserve_client_ip = false;
        config::TargetGroup direct = group;
        direct.name += "-direct";
        direct.direct_server_return = true;
        direct.source_ip_stickiness = std::chrono::minutes(1);
        config::Listener at = config.listeners[plain];
        at.half_open_limit = 4;
        at.forward = {{without_client.name, 1}};
        config.listeners.push_back(with_port(at, 81));
        at.forward = {{group.name, 1}};
        at.protocol = config::L4Protocol::tcp;
        at.mode = config::ListenerMode::proxy;
        config.listeners.push_back(with_port(at, 82));
        at.mode = config::ListenerMode::rewrite;
        at.tcp_midstream = config::TcpMidstream::adopt;
        at.forward = {{direct.name, 1}, {without_client.name, 2}};
        config.listeners.push_back(with_port(at, 83));
        config.target_groups.push_back(without_client);
        config.target_groups.push_back(direct);
    }
}

Setup small_world() {
    Setup setup = balanced(2, add_listeners);
    setup.workers = 2;
    setup.settings.flow_capacity = 12;
    setup.settings.pending_capacity = 3;
    setup.settings.offloaded_hops = 8; // and a restart is quick
    setup.settings.sticky_clients = 8; // likewise
    setup.settings.fragmented_packets = 5;
    setup.settings.held_fragments = 4;
    return setup;
}

/// The bytes with what a fuzzer does not find by itself: the port's MAC, the EtherType and the IPv4 checksum.
Bytes made_sound(PortIndex port, Bytes ip) {
    if (ip.size() >= 20 && ip[0] >> 4 == 4 && (ip[0] & 0xfU) * 4U <= ip.size() && (ip[0] & 0xfU) >= 5) {
        fix_ipv4_checksum(ip);
    }
    return World::frame_for(port, ip);
}

/// The appliance's answer, after changes of three bytes each: where (two bytes), and what to xor.
Bytes changed_answer(const Bytes& sent, const Bytes& changes) {
    Bytes frame = returned(sent);
    for (std::size_t i = 0; i + 2 < changes.size(); i += 3) {
        const std::size_t at = (changes[i] * 256U + changes[i + 1]) % frame.size();
        frame[at] = static_cast<std::uint8_t>(frame[at] ^ changes[i + 2]);
    }
    if (frame[14] == 0x45) {
        Bytes outer = part(frame, 14, 20);
        fix_ipv4_checksum(outer);
        std::copy(outer.begin(), outer.end(), frame.begin() + 14);
    }
    return frame;
}

/// Of the gateway's own making: an ICMP error, or a RST to who knocks where nobody is.
bool is_own(const Bytes& ip) {
    const bool v4 = ip[0] >> 4 == 4;
    const unsigned protocol = ip[v4 ? 9 : 6];
    const bool is_reset = protocol == 6 && ip.size() == (v4 ? 40U : 60U) && (ip[ip.size() - 7] & 0x04U) != 0;
    return ip[v4 ? 8 : 7] == 64 && (protocol == (v4 ? 1 : 58) || is_reset);
}

/// Every flow of this world has a chain, so what leaves at once by a tenant's port can only be ours.
void require_nothing_past_the_chain(const Outcome& outcome) {
    for (const Outcome::Sent& sent : outcome.sent) {
        if (sent.port == inspect) continue;
        require(is_own(ip_of(sent.frame)));
    }
}

/// The rosters of this world: a roster takes long to build, so each is built once for all inputs.
struct Rosters {
    chain::Roster all_well;
    chain::Roster one_failed;
    chain::Roster one_left;
};

/// With the first of all targets standing so, and its flows to be ended.
chain::Roster with_first_target(World& world, const chain::Standing& standing) {
    const auto stand = [&world](const chain::Standing& as, bool ends_flows) {
        world.stand_target(0, [&](balance::TargetPlace& place) {
            place.standing = as;
            place.unhealthy_flows_end = place.deregistration_termination = ends_flows;
        });
    };
    stand(standing, true);
    chain::Roster made = world.roster();
    stand({}, false);
    return made;
}

Rosters build_rosters(World& world) {
    chain::Standing failed;
    failed.health = chain::Health::unhealthy;
    chain::Standing left;
    left.registration = chain::Registration::deregistered;
    Rosters rosters;
    rosters.one_failed = with_first_target(world, failed);
    rosters.one_left = with_first_target(world, left);
    rosters.all_well = world.roster();
    return rosters;
}

/// How targets stand is kept in the world: made as it was before the next input.
class Targets {
public:
    Targets(World& world, const Rosters& rosters) : world_(world), rosters_(rosters) {}
    Targets(const Targets&) = delete;
    Targets& operator=(const Targets&) = delete;
    ~Targets() {
        if (was_changed_) stand(rosters_.all_well);
    }
    /// The first of all targets fails or leaves, once in an input.
    void change(bool leaves) {
        if (was_changed_) return;
        stand(leaves ? rosters_.one_left : rosters_.one_failed);
    }

private:
    void stand(const chain::Roster& roster) {
        was_changed_ = true;
        world_.change_roster([&roster](chain::Roster& present) { present = roster; });
    }
    World& world_;
    const Rosters& rosters_;
    bool was_changed_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world(small_world());
    static const Rosters rosters = build_rosters(world);
    world.restart();
    Targets targets(world, rosters);
    Records records({data, size});
    Bytes to_appliance;
    std::uint8_t head = 0;
    for (Bytes body; records.next(head, body);) {
        // What the head says: the kind, the port, the worker that receives, and whether it is the other thing of its
        // kind.
        const auto port = static_cast<PortIndex>(unsigned{head} / kinds % port_count);
        const unsigned worker = unsigned{head} / kinds / port_count % 2;
        const unsigned other = unsigned{head} / kinds / port_count / 2;
        Outcome outcome;
        switch (head % kinds) {
        case raw_frame:
            if (other != 0 && port != inspect) {
                outcome = world.leave_host(port, body, worker);
                break;
            }
            outcome = world.arrive(port, body, worker);
            if (port != inspect) require_nothing_past_the_chain(outcome);
            break;
        case sound_frame:
            outcome = world.arrive(port, made_sound(port, body), worker);
            if (port != inspect) require_nothing_past_the_chain(outcome);
            break;
        case answer:
            if (!to_appliance.empty()) outcome = world.arrive(inspect, changed_answer(to_appliance, body), worker);
            break;
        default:
            if (other != 0) targets.change(other % 2 == 0);
            world.pass(std::chrono::milliseconds(body.size() < 2 ? 1000U : get16(body, 0)));
            outcome = world.tend();
            break;
        }
        for (const Outcome::Sent& sent : outcome.sent) {
            if (sent.port == inspect) to_appliance = sent.frame;
        }
    }
    return 0;
}
