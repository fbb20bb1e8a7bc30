// SPDX-License-Identifier: Apache-2.0
// The network of these tests with a proxy in the gateway, its connections to the targets of "web" and "web6", and a
// policy that may have a chain for them.
#pragma once

#include "balanced.hpp"

namespace sallyport::journey::test {

/// The gateway's own address towards targets.
inline const char* const own_v4 = "203.0.113.1";
inline const char* const own_v6 = "2001:db8:2::1";

inline config::PolicyRule leg_rule(std::vector<std::string> groups = {}) {
    config::PolicyRule rule;
    rule.match.is_decrypted_leg = true;
    rule.match.target_groups = std::move(groups);
    rule.chain = "perimeter";
    return rule;
}

/// The chain is for legs alone, unless `change`, which has the last word, says otherwise.
inline Setup with_legs(
    unsigned hops = 1, std::function<void(config::Config&)> change = [](config::Config&) {}) {
    return balanced(hops, [change](config::Config& config) {
        for (config::Listener& each : config.listeners) {
            each.mode = config::ListenerMode::proxy;
            each.protocol = config::L4Protocol::tcp;
        }
        config.policy[0].chain.reset();
        config.policy.push_back(leg_rule());
        change(config);
    });
}

inline Spec leg(std::uint8_t tcp_flags, bool v4 = true, std::uint16_t port = 41000) {
    Spec spec;
    spec.source = v4 ? own_v4 : own_v6;
    spec.destination = v4 ? "203.0.113.11" : "2001:db8:2::11";
    spec.protocol = 6;
    spec.source_port = port;
    spec.destination_port = 8080;
    spec.tcp_flags = tcp_flags;
    return spec;
}

inline Bytes leg_packet(std::uint8_t tcp_flags, bool v4 = true, std::uint16_t port = 41000) {
    return with_checksum(ip_packet(leg(tcp_flags, v4, port)));
}

/// Where a packet went in the end, and whom it saw before.
struct LegWay {
    std::vector<IpAddress> appliances;
    Outcome last;
};

inline LegWay follow(World& world, Outcome outcome) {
    LegWay way;
    while (outcome.sent.size() == 1 && outcome.sent[0].port == inspect) {
        way.appliances.push_back(destination_of(ip_of(outcome.sent[0].frame)));
        outcome = world.give_back(outcome.sent[0].frame);
    }
    way.last = outcome;
    return way;
}

/// What the gateway's own IP stack says to a target.
inline LegWay ask(World& world, const Bytes& ip) {
    return follow(world, world.leave_host(south, ip));
}
/// What the target answers.
inline LegWay answer(World& world, const Bytes& ip) {
    return follow(world, world.arrive(south, World::frame_for(south, ip)));
}

inline void begin_leg(World& world, bool v4 = true, std::uint16_t port = 41000) {
    static_cast<void>(ask(world, leg_packet(0x02, v4, port)));
    static_cast<void>(answer(world, reply_to(leg_packet(0x02, v4, port), 0x12)));
    static_cast<void>(ask(world, leg_packet(0x10, v4, port)));
}

} // namespace sallyport::journey::test
