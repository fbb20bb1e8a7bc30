// SPDX-License-Identifier: Apache-2.0
#include "firewall/firewall.hpp"

#include "firewall/flow_key.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace sallyport::appliances {

namespace {

constexpr std::array<std::string_view, refusal_count> refusal_names{"state_table_full", "tcp_midstream",
                                                                    "fragment_without_first"};

bool is_tcp(const InnerPacket& packet) noexcept {
    return packet.protocol == protocol::tcp;
}

/// RFC 9293 3.5: the first segment of a connection has SYN and not ACK.
bool opens_connection(const InnerPacket& packet) noexcept {
    return (packet.tcp_flags & (tcp_flag::syn | tcp_flag::ack)) == tcp_flag::syn;
}

/// Whether a packet that the rules allow begins something that has replies.
bool begins_flow(const InnerPacket& packet) noexcept {
    if (packet.is_icmp_error()) return false;
    if (is_tcp(packet)) return (packet.tcp_flags & tcp_flag::rst) == 0;
    const bool is_echo_reply = packet.is_icmp_echo() && (packet.icmp_type == 0 || packet.icmp_type == 129);
    return !is_echo_reply;
}

/// Whether what is said about this packet may be said of what the gateway takes for its flow: the same ports both ways.
/// The fragments and errors that it has beside them are none of the firewall's flow, and echoes it tells apart by id.
bool speaks_for_flow(const InnerPacket& packet) noexcept {
    return (is_tcp(packet) || packet.protocol == protocol::udp) && packet.fragment == Fragment::none;
}

std::string hexadecimal(std::uint64_t value) {
    char text[19];
    std::snprintf(text, sizeof text, "0x%016" PRIx64, value);
    return text;
}

} // namespace

std::string_view name(Refusal refusal) noexcept {
    return refusal_names[static_cast<std::size_t>(refusal)];
}

Firewall::Firewall(Rules rules, const StateTableSettings& settings, Say say)
    : rules_(std::move(rules)), states_(settings), say_(std::move(say)), by_rule_(rules_.rules.size()) {
    for (std::size_t position = 0; position < rules_.rules.size(); ++position)
        if (!rules_.rules[position].containing.empty()) with_text_.push_back(static_cast<std::uint16_t>(position));
}

Verdict Firewall::inspect(const Visit& visit, Instant now) {
    InnerPacket inner;
    const InnerFault fault = parse_inner(visit.protocol_type, visit.packet, inner);
    if (fault != InnerFault::none) {
        // What cannot be read cannot be allowed, whatever `default` says.
        ++malformed_[static_cast<std::size_t>(fault)];
        tell(visit, std::to_string(visit.packet.size()) + " bytes", std::string(name(fault)), now);
        return Verdict::drop;
    }
    return judge({visit, inner, now});
}

Verdict Firewall::judge(const Packet& packet) {
    const InnerPacket& inner = packet.inner;
    const std::uint64_t endpoint_id = packet.visit.options.endpoint_id;
    if (inner.fragment == Fragment::later) {
        if (states_.find(fragment_key(endpoint_id, inner), packet.now) == nullptr) {
            return refuse(packet, Refusal::fragment_without_first);
        }
        ++established_;
        return Verdict::pass;
    }
    const StateKey key = flow_key(endpoint_id, inner);
    StateTable::Entry* entry = states_.find(key, packet.now);
    if (entry != nullptr && follow_established(packet, *entry)) {
        if (has_forbidden_text(packet, *entry)) return deny(packet, &rules_.rules[entry->denied_by - 1U]);
        ++established_;
        return pass_of_flow(packet, *entry);
    }
    if (inner.is_icmp_error() && is_about_known_flow(packet)) {
        ++related_;
        return pass_and_follow_fragments(packet);
    }
    return judge_new_flow(packet, key);
}

/// False if the packet does not continue the flow but begins the next one on the same ports; the entry is gone then.
bool Firewall::follow_established(const Packet& packet, StateTable::Entry& entry) {
    Lifetime lifetime = entry.lifetime;
    if (is_tcp(packet.inner)) {
        // The other end may be the one that opens it, so that the rules have to judge anew.
        if (lifetime == Lifetime::closing && opens_connection(packet.inner)) {
            states_.erase(entry);
            return false;
        }
        if ((packet.inner.tcp_flags & tcp_flag::fin) != 0) {
            entry.fin_directions =
                static_cast<std::uint8_t>(entry.fin_directions | (is_first_direction(packet.inner) ? 1U : 2U));
        }
        if (entry.fin_directions == 3 || (packet.inner.tcp_flags & tcp_flag::rst) != 0) lifetime = Lifetime::closing;
    }
    states_.touch(entry, lifetime, packet.now);
    return true;
}

/// One such packet, and no other one of the flow passes, whichever way it goes.
bool Firewall::has_forbidden_text(const Packet& packet, StateTable::Entry& entry) const noexcept {
    if (entry.denied_by == 0) {
        const auto found = std::find_if(with_text_.begin(), with_text_.end(), [&](std::uint16_t position) {
            return rules_.rules[position].matches(packet.inner);
        });
        if (found != with_text_.end()) entry.denied_by = static_cast<std::uint16_t>(*found + 1);
    }
    return entry.denied_by != 0;
}

Verdict Firewall::deny(const Packet& packet, const Rule* rule) {
    count(rule);
    tell(packet.visit, packet.inner.to_string(),
         rule != nullptr ? "line " + std::to_string(rule->line) + ": " + rule->text : "default deny", packet.now);
    return rules_.offload_denied && speaks_for_flow(packet.inner) ? Verdict::drop_rest : Verdict::drop;
}

void Firewall::count(const Rule* rule) noexcept {
    ++(rule != nullptr ? by_rule_[static_cast<std::size_t>(rule - rules_.rules.data())] : by_default_);
}

/// RFC 5508 4.1 in spirit: an error counts only if the packet that it quotes is one of the flow that it goes back to.
bool Firewall::is_about_known_flow(const Packet& packet) {
    InnerPacket about;
    if (parse_quoted(packet.inner, about) != InnerFault::none || about.source != packet.inner.destination) return false;
    const std::uint64_t endpoint_id = packet.visit.options.endpoint_id;
    const StateKey key =
        about.fragment == Fragment::later ? fragment_key(endpoint_id, about) : flow_key(endpoint_id, about);
    return states_.find(key, packet.now) != nullptr;
}

Verdict Firewall::judge_new_flow(const Packet& packet, const StateKey& key) {
    const auto found = std::find_if(rules_.rules.begin(), rules_.rules.end(),
                                    [&](const Rule& candidate) { return candidate.matches(packet.inner); });
    const Rule* const rule = found != rules_.rules.end() ? &*found : nullptr;
    const Action action = rule != nullptr ? rule->action : rules_.otherwise;
    if (action == Action::allow && is_tcp(packet.inner) && !opens_connection(packet.inner) &&
        rules_.midstream == Midstream::drop) {
        return refuse(packet, Refusal::tcp_midstream);
    }
    if (action == Action::deny) return deny(packet, rule);
    count(rule);
    if (begins_flow(packet.inner)) {
        const Lifetime lifetime = is_tcp(packet.inner) ? Lifetime::tcp : Lifetime::other;
        StateTable::Entry* entry = states_.insert(key, lifetime, packet.now);
        if (entry == nullptr) return refuse(packet, Refusal::state_table_full);
        return pass_of_flow(packet, *entry);
    }
    return pass_and_follow_fragments(packet);
}

/// Enough of a flow is seen after so many packets, if the rules say how many; and again when the gateway asks anew.
Verdict Firewall::pass_of_flow(const Packet& packet, StateTable::Entry& entry) {
    if (rules_.offload_after_packets == 0 || !speaks_for_flow(packet.inner)) return pass_and_follow_fragments(packet);
    if (entry.packets < rules_.offload_after_packets) ++entry.packets;
    const bool is_enough = entry.packets == rules_.offload_after_packets && entry.lifetime != Lifetime::closing;
    return is_enough ? Verdict::pass_rest : Verdict::pass;
}

Verdict Firewall::pass_and_follow_fragments(const Packet& packet) {
    if (packet.inner.fragment != Fragment::first) return Verdict::pass;
    const StateKey key = fragment_key(packet.visit.options.endpoint_id, packet.inner);
    if (StateTable::Entry* known = states_.find(key, packet.now)) {
        states_.touch(*known, Lifetime::fragment, packet.now);
        return Verdict::pass;
    }
    // Without its first fragment the rest is of no use to anybody: better none than half.
    if (states_.insert(key, Lifetime::fragment, packet.now) == nullptr) {
        return refuse(packet, Refusal::state_table_full);
    }
    return Verdict::pass;
}

Verdict Firewall::refuse(const Packet& packet, Refusal refusal) {
    ++refused_[static_cast<std::size_t>(refusal)];
    tell(packet.visit, packet.inner.to_string(), std::string(name(refusal)), packet.now);
    return Verdict::drop;
}

void Firewall::tell(const Visit& visit, const std::string& packet, const std::string& why, Instant now) {
    if (!say_) return;
    const auto left_out = log_.admit(now);
    if (!left_out) return;
    const std::string more = *left_out > 0 ? " (" + std::to_string(*left_out) + " more not told)" : "";
    say_("denied " + packet + ", endpoint " + hexadecimal(visit.options.endpoint_id) + ", " + why + more);
}

std::vector<NamedCount> Firewall::counts() const {
    std::vector<NamedCount> result{{"flows", states_.size()}, {"established", established_}, {"related", related_}};
    for (std::size_t i = 0; i < by_rule_.size(); ++i) {
        const Rule& rule = rules_.rules[i];
        result.push_back({"line " + std::to_string(rule.line) + ": " + rule.text, by_rule_[i]});
    }
    result.push_back({rules_.otherwise == Action::allow ? "default allow" : "default deny", by_default_});
    for (std::size_t i = 0; i < refusal_count; ++i) {
        result.push_back({std::string(name(static_cast<Refusal>(i))), refused_[i]});
    }
    for (std::size_t i = 1; i < inner_fault_count; ++i) {
        result.push_back({std::string(name(static_cast<InnerFault>(i))), malformed_[i]});
    }
    return result;
}

} // namespace sallyport::appliances
