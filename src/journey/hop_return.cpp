// SPDX-License-Identifier: Apache-2.0
// Step 5: a packet comes back from an appliance. Is it really the one that was sent there, and where does it go next?
// Leads on to: hop_out (the next visit), detour (when that is no plain visit), balance (the chain is done), another
// worker (who owns the flow). A health check's probe ends here.
// Drops: AWS's InvalidGeneveTunnel, InvalidGwlbEndpointId, InvalidGwlbFlowCookie and MissingFlowEntry; one for each
// fault of the GENEVE header; MissingAttachmentId, GeneveVni, GeneveProtocolType, OuterUdpMalformed, InnerMalformed,
// FragmentOrphaned, IcmpUnrelated, HopOutOfOrder, MirrorReturned, FlowReset, EcnCongestion, VerdictDrop.
#include "geneve/gwlb.hpp"
#include "journey/cookie.hpp"
#include "journey/ecn.hpp"
#include "journey/fragments.hpp"
#include "journey/geneve_drops.hpp"
#include "journey/hop_times.hpp"
#include "journey/next_hop.hpp"
#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"
#include "journey/steps.hpp"
#include "journey/verdict.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

/// What the outer headers said, kept until the flow is known.
struct Returned {
    Packet* packet;
    IpAddress source;
    std::uint32_t cookie;
    std::uint16_t source_port;
    Ecn ecn;
    config::Payload payload;
    std::uint8_t option_bytes;

    /// They still stand in front of what was unwrapped.
    [[nodiscard]] std::span<const std::uint8_t> options() const noexcept {
        const std::size_t ethernet = payload == config::Payload::ethernet ? sizeof(EthernetHeader) : 0;
        return {packet->buffer + packet->l3 - ethernet - option_bytes, option_bytes};
    }
};

[[nodiscard]] std::optional<DropReason> read_tunnel(const Packet& packet, geneve::Decoded& decoded,
                                                    geneve::GwlbOptions& options) noexcept {
    const auto* udp = packet.header<UdpHeader>(packet.l4);
    if (udp == nullptr) return DropReason::OuterUdpMalformed;
    const unsigned length = udp->length.host();
    if (length < sizeof(UdpHeader) || packet.l4 + length > packet.end) return DropReason::OuterUdpMalformed;
    const std::span<const std::uint8_t> payload(packet.buffer + packet.l4 + sizeof(UdpHeader),
                                                length - sizeof(UdpHeader));
    if (const geneve::Fault fault = geneve::decode_gwlb(payload, decoded, options); fault != geneve::Fault::none) {
        return drop_reason(fault);
    }
    if (!options.has_endpoint_id) return DropReason::InvalidGwlbEndpointId;
    if (!options.has_flow_cookie) return DropReason::InvalidGwlbFlowCookie;
    // Sent as zero, and to be given back as it was.
    if (!options.has_attachment_id || options.attachment_id != 0) return DropReason::MissingAttachmentId;
    if (decoded.header.vni != 0) return DropReason::GeneveVni;
    return std::nullopt;
}

/// Makes the inner packet the one that the steps work on, and looks at what flow it says it is of.
[[nodiscard]] std::optional<DropReason> unwrap(Round& round, Returned& returned, const geneve::Decoded& decoded,
                                               EndpointIndex endpoint) noexcept {
    Packet& packet = *returned.packet;
    std::uint16_t type = decoded.header.protocol_type;
    packet.l3 = static_cast<std::uint16_t>(decoded.payload.data() - packet.buffer);
    packet.end = static_cast<std::uint16_t>(packet.l3 + decoded.payload.size());
    returned.payload = config::Payload::ip;
    if (type == geneve::protocol_type_ethernet) [[unlikely]] {
        const auto* ethernet = packet.header<EthernetHeader>(packet.l3);
        if (ethernet == nullptr) return DropReason::InnerMalformed;
        returned.payload = config::Payload::ethernet;
        type = ethernet->type.host();
        if (type != ethertype_ipv4 && type != ethertype_ipv6) return DropReason::GeneveProtocolType;
        packet.l3 = static_cast<std::uint16_t>(packet.l3 + sizeof(EthernetHeader));
    }
    if (parse_network(packet)) return DropReason::InnerMalformed;
    const std::uint16_t expected_type = packet.family == Family::ipv4 ? ethertype_ipv4 : ethertype_ipv6;
    if (type != expected_type) return DropReason::GeneveProtocolType;
    flow::Tuple tuple;
    if (parse_flow(packet, tuple)) return DropReason::InnerMalformed;

    packet.endpoint = endpoint;
    if (packet.kind != Kind::whole && packet.kind != Kind::icmp_error) [[unlikely]] {
        flow::Tuple recalled = tuple; // a copy, so that the other packets' fields may stay in registers
        if (const auto fault = recall_fragment(round, packet, recalled)) return fault;
        tuple = recalled;
    }
    tuple.endpoint = endpoint;
    packet.from_high = flow::orient(tuple, packet.key);
    packet.hash = flow::table_hash(round.worker.settings.keys.table, packet.key);
    round.worker.flows.prefetch_bucket(packet.hash);
    return std::nullopt;
}

/// The first half: all that can be said without the flow. True when the packet goes on to the second half.
[[nodiscard]] std::optional<DropReason> take_back(Round& round, Returned& returned) noexcept {
    Packet& packet = *returned.packet;
    geneve::Decoded decoded;
    geneve::GwlbOptions options;
    if (const auto fault = read_tunnel(packet, decoded, options)) return fault;
    const EndpointIndex endpoint = round.around.roster.endpoint_by_id(options.endpoint_id);
    if (endpoint == no_index) return DropReason::InvalidGwlbEndpointId;
    returned.source_port = packet.checked_header<UdpHeader>(packet.l4).source_port.host();
    returned.cookie = options.flow_cookie;
    returned.option_bytes = decoded.header.option_bytes;
    returned.ecn = ecn(packet);

    const WorkerSettings& settings = round.worker.settings;
    const unsigned owner = worker_of_cookie(returned.cookie);
    if (owner >= settings.count) return DropReason::InvalidGwlbFlowCookie;
    if (owner != settings.index) {
        // The owner reads it again from the outer header on: nothing has been changed.
        hand_over(round, &packet, owner, Resume::hop_return);
        returned.packet = nullptr;
        return std::nullopt;
    }
    return unwrap(round, returned, decoded, endpoint);
}

/// What only flows with detours meet. A hop that nobody was sent to for this flow gives nothing back.
[[nodiscard]] std::optional<DropReason> verify_detours(const Round& round, const flow::FlowEntry& entry,
                                                       ApplianceIndex appliance) noexcept {
    if (entry.state == flow::FlowState::tcp_reset) return DropReason::FlowReset;
    if (appliance == no_index) return DropReason::InvalidGwlbFlowCookie;
    const bool is_mirror = round.around.roster.appliances[appliance].mode == config::GroupMode::mirror;
    return is_mirror ? std::optional(DropReason::MirrorReturned) : std::nullopt;
}

/// The appliance of the hop's group that gave the packet back after the flow was moved away from it: it knows the
/// cookie of this hop, so it was sent the packet while the flow was still its own. no_index when it is not so.
[[nodiscard]] ApplianceIndex mover(const chain::Roster& roster, ApplianceIndex now_at,
                                   const IpAddress& source) noexcept {
    for (const ApplianceIndex other : roster.groups[roster.appliances[now_at].group].appliances) {
        const chain::Appliance& appliance = roster.appliances[other];
        if (appliance.address == source && appliance.flows_meet == chain::Meets::move) return other;
    }
    return no_index;
}

[[nodiscard]] bool is_at_another_hop(const Round& round, flow::FlowIndex flow, const IpAddress& source) noexcept {
    const flow::FlowTable& flows = round.worker.flows;
    for (unsigned hop = 0; hop < flows.entry(flow).hop_count; ++hop) {
        const ApplianceIndex appliance = flows.hop(flow, hop);
        if (appliance != no_index && round.around.roster.appliances[appliance].address == source) return true;
    }
    return false;
}

/// Whose cookie is none of the flow's visits.
[[nodiscard, gnu::cold]] DropReason refuse_cookie(const flow::FlowEntry& entry, std::uint32_t difference) noexcept {
    const bool is_copy = entry.has_detours && is_of_copy(difference, entry.hop_count);
    return is_copy ? DropReason::MirrorReturned : DropReason::InvalidGwlbFlowCookie;
}

/// Whether this appliance was sent this packet; sets packet.hop to the visit that it returns from.
[[nodiscard]] std::optional<DropReason> verify(Round& round, Returned& returned) noexcept {
    Packet& packet = *returned.packet;
    const flow::FlowTable& flows = round.worker.flows;
    const flow::Found found = flows.find(packet.hash, packet.key, packet.flow);
    packet.flow = flow::no_flow;
    // Appliances see flows as their clients do: never by the target's side of them.
    if (!found || found.is_second()) return DropReason::MissingFlowEntry;
    packet.flow = found.flow();
    const flow::FlowEntry& entry = flows.entry(packet.flow);
    if (round.worker.is_over(entry, round.around.now.wrapped_ms())) return DropReason::MissingFlowEntry;

    const std::uint32_t hop = entry.cookie ^ returned.cookie;
    if (hop >= entry.hop_count) return refuse_cookie(entry, hop);
    const chain::Roster& roster = round.around.roster;
    ApplianceIndex appliance = flows.hop(packet.flow, hop);
    if (entry.has_detours) [[unlikely]] {
        if (const auto fault = verify_detours(round, entry, appliance)) return fault;
    }
    if (!(roster.appliances[appliance].address == returned.source)) [[unlikely]] {
        if (is_at_another_hop(round, packet.flow, returned.source)) return DropReason::HopOutOfOrder;
        appliance = mover(roster, appliance, returned.source);
        if (appliance == no_index) return DropReason::InvalidGeneveTunnel;
    }
    if (returned.payload != roster.appliances[appliance].payload) return DropReason::GeneveProtocolType;
    // AWS counts ports that were not kept here, too. Switches that want Ethernet payloads choose ports of their own.
    if (returned.source_port != entry.outer_source_port && returned.payload == config::Payload::ip) {
        return DropReason::InvalidGeneveTunnel;
    }
    if (returned.ecn != Ecn::not_capable && !combine_ecn(packet, returned.ecn)) return DropReason::EcnCongestion;
    round.worker.counters.appliances[appliance].packets_returned.add(1);
    packet.hop = static_cast<std::uint8_t>(hop);
    packet.direction = entry.direction(packet.from_high);
    if (flows.has_hop_clocks()) [[unlikely]]
        note_return(round, packet);
    // An appliance that puts fragments together may have cut anew, with an identification of its own.
    if (packet.kind == Kind::first_fragment) [[unlikely]]
        static_cast<void>(remember_fragment(round, packet));
    return std::nullopt;
}

void send_on(Round& round, Packet* packet) noexcept {
    const flow::FlowEntry& entry = round.worker.flows.entry(packet->flow);
    packet->origin = no_index; // the flow knows; asked for only where it matters
    if (!pass_hop(*packet, entry.hop_count)) {
        if (entry.is_balanced) round.worker.flows.prefetch_translation(packet->flow);
        return round.balance.push(packet);
    }
    go_to_hop(round, packet, entry);
}

/// True when the packet ends by what its appliance says about it and those to come.
[[nodiscard, gnu::cold]] bool hear(Round& round, const Returned& returned) noexcept {
    return hear_verdict(round, *returned.packet, returned.options(), returned.source) == geneve::FlowVerdict::drop_rest;
}

/// True when it was a probe, which has done what it was for.
[[nodiscard]] bool take_probe(Round& round, const Returned& returned) noexcept {
    ProbeOnItsWay* probe = round.worker.probes.find(returned.cookie);
    if (probe == nullptr) return false;
    // From another appliance it proves nothing about this one; neither does an answer that refuses the packet inside,
    // which comes from its other side.
    const Packet& packet = *returned.packet;
    const bool is_it = packet.hash == probe->hash && packet.from_high == probe->from_high && packet.kind == Kind::whole;
    if (!is_it || !(round.around.roster.appliances[probe->appliance].address == returned.source)) return false;
    round.worker.counters.appliances[probe->appliance].probe_answered.set(probe->number);
    probe->appliance = no_index;
    round.dropped.push(returned.packet);
    return true;
}

/// A stranger's packet is a stranger's packet, whatever else is wrong with it.
void refuse(Round& round, const Returned& returned, DropReason reason) noexcept {
    const bool stranger = !round.around.roster.is_appliance(returned.source);
    drop(round, returned.packet, stranger ? DropReason::InvalidGeneveTunnel : reason);
}

} // namespace

void hop_return(Round& round) noexcept {
    std::array<Returned, max_burst> known;
    unsigned count = 0;
    for (Packet* packet : round.hop_return) {
        Returned& returned = known[count];
        returned.packet = packet;
        returned.source = source_address(*packet);
        if (const auto fault = take_back(round, returned)) {
            refuse(round, returned, *fault);
        } else if (returned.packet != nullptr) {
            ++count;
        }
    }
    const flow::FlowTable& flows = round.worker.flows;
    for (Returned& one : std::span(known.data(), count))
        one.packet->flow = flows.guess(one.packet->hash);
    for (Returned& one : std::span(known.data(), count)) {
        one.packet->flow = flows.guess_again(one.packet->hash, one.packet->flow);
    }
    for (unsigned i = 0; i < count; ++i) {
        if (const auto fault = verify(round, known[i])) {
            if (*fault == DropReason::MissingFlowEntry && take_probe(round, known[i])) continue;
            refuse(round, known[i], *fault);
        } else if (known[i].option_bytes > geneve::gwlb_options_size && hear(round, known[i])) [[unlikely]] {
            drop(round, known[i].packet, DropReason::VerdictDrop);
        } else {
            send_on(round, known[i].packet);
        }
    }
}

} // namespace sallyport::journey
