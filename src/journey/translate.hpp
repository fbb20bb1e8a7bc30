// SPDX-License-Identifier: Apache-2.0
// A translated flow's packets have two forms: as the client sees them (client and listener) and as the target does
// (client, or the gateway's address in its place, and target). Here one becomes the other, with incremental checksums
// (RFC 1624): what changes is the same for every packet of a flow, so its difference was computed when the flow began.
#pragma once

#include "journey/steps.hpp"

namespace sallyport::journey {

enum class View : std::uint8_t { client, target };

/// Whose packet: the flow's client, or who answers it.
enum class Sender : std::uint8_t { client, target };

/// Sets what translating the flow adds to checksums. After its keys are set.
void note_differences(const flow::FlowEntry& entry, flow::Translation& translation) noexcept;

/// The packet of a translated flow, sent by `sender`, in the form of `to`; it must have the other one. ICMP errors are
/// translated with the packet that they quote (RFC 5508 4.2); of fragments only the first has ports.
void translate(Round& round, Packet& packet, View to, Sender sender) noexcept;

/// Whether the packet is of a flow that is rewritten to a target. What waited for a neighbour may have outlived its
/// flow.
[[nodiscard]] inline bool is_translated(const Round& round, const Packet& packet) noexcept {
    if (packet.flow == flow::no_flow) return false;
    const flow::FlowEntry& entry = round.worker.flows.entry(packet.flow);
    return entry.is_balanced && entry.state != flow::FlowState::free && entry.key == packet.key &&
           round.worker.flows.translation(packet.flow).leads == flow::Leads::to_target;
}

/// The form that the packet's sender gave it, for an answer that quotes it.
inline void restore_as_sent(Round& round, Packet& packet) noexcept {
    if (!is_translated(round, packet)) return;
    const bool from_client = packet.direction == flow::Direction::forward;
    if (from_client && packet.is_rewritten) translate(round, packet, View::client, Sender::client);
    if (!from_client && !packet.is_rewritten) translate(round, packet, View::target, Sender::target);
}

} // namespace sallyport::journey
