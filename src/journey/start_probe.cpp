// SPDX-License-Identifier: Apache-2.0
#include "journey/start_probe.hpp"

#include "journey/cookie.hpp"
#include "journey/encapsulate.hpp"
#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"

namespace sallyport::journey {
namespace {

constexpr std::uint16_t first_dynamic_port = 49152; // RFC 6335 section 6

/// The probe's IP packet in a buffer of its own; nullptr when there is none that holds it.
[[nodiscard]] Packet* make_packet(Round& round, std::span<const std::uint8_t> bytes) noexcept {
    Packet* packet = round.outlet.allocate();
    if (packet == nullptr) return nullptr;
    packet->l3 = static_cast<std::uint16_t>(packet->begin + max_encapsulation_bytes);
    if (packet->l3 + bytes.size() > packet->capacity) {
        round.give_back(packet);
        return nullptr;
    }
    packet->end = static_cast<std::uint16_t>(packet->l3 + bytes.size());
    std::memcpy(packet->buffer + packet->l3, bytes.data(), bytes.size());
    if (!parse_network(*packet)) return packet;
    round.give_back(packet);
    return nullptr;
}

} // namespace

void start_probe(Round& round, const Probe& probe) noexcept {
    WorkerState& worker = round.worker;
    // Whoever sent it may already go by a newer roster than this round.
    if (probe.appliance >= round.around.roster.appliances.size()) return;
    Packet* packet = make_packet(round, probe.packet);
    if (packet == nullptr) return;
    packet->endpoint = probe.endpoint;
    flow::Tuple tuple;
    if (parse_flow(*packet, tuple)) return round.give_back(packet);
    tuple.endpoint = probe.endpoint;
    packet->from_high = flow::orient(tuple, packet->key);
    const std::uint64_t hash = flow::table_hash(worker.settings.keys.table, packet->key);
    const Tunnel tunnel{.appliance = probe.appliance,
                        .source_port = static_cast<std::uint16_t>(first_dynamic_port | (probe.number & 0x3fffU)),
                        .cookie =
                            make_cookie(worker.settings.keys.cookie, worker.settings.index, worker.cookie_sequence++),
                        .endpoint_id = round.around.roster.endpoints[probe.endpoint].id};
    if (encapsulate(round, *packet, tunnel) != Encapsulation::done) return round.give_back(packet);
    worker.probes.add({.cookie = tunnel.cookie,
                       .from_high = packet->from_high,
                       .hash = hash,
                       .appliance = probe.appliance,
                       .number = probe.number});
    round.egress.push(packet);
}

} // namespace sallyport::journey
