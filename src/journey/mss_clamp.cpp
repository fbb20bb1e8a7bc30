// SPDX-License-Identifier: Apache-2.0
#include "journey/mss_clamp.hpp"

#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <algorithm>

namespace sallyport::journey {
namespace {

constexpr std::uint8_t option_end = 0;
constexpr std::uint8_t option_nop = 1;
constexpr std::uint8_t option_mss = 2;
constexpr unsigned mss_option_bytes = 4;

/// The largest packet that passes the endpoint's ports and the flow's appliances.
[[nodiscard]] unsigned way_mtu(const Round& round, const Packet& packet) noexcept {
    const chain::Roster& roster = round.around.roster;
    unsigned mtu = 0xffff;
    for (const PortIndex port : roster.endpoints[packet.endpoint].ports)
        mtu = std::min<unsigned>(mtu, roster.ports[port].mtu);
    const flow::FlowTable& flows = round.worker.flows;
    for (unsigned hop = 0; hop < flows.entry(packet.flow).hop_count; ++hop) {
        const ApplianceIndex index = flows.hop(packet.flow, hop);
        if (index == no_index) continue; // a hop that is passed by
        const PortIndex port = round.around.forwarding.to_appliance(index).port;
        if (port == no_index) continue;
        mtu = std::min<unsigned>(mtu, roster.ports[port].mtu - unsigned{roster.appliances[index].overhead_bytes});
    }
    return mtu;
}

[[nodiscard]] std::uint16_t largest_segment(const Round& round, const Packet& packet) noexcept {
    const chain::Endpoint& endpoint = round.around.roster.endpoints[packet.endpoint];
    if (endpoint.mss_clamp == config::MssClamp::fixed) return endpoint.mss;
    // RFC 9293 3.7.1: the fixed headers, options not counted.
    const unsigned headers =
        sizeof(TcpHeader) + (packet.family == Family::ipv4 ? sizeof(Ipv4Header) : sizeof(Ipv6Header));
    return static_cast<std::uint16_t>(way_mtu(round, packet) - headers);
}

/// The option's value stands at `at`, behind `tcp`; the checksum is that of before with the difference in it.
void lower(TcpHeader& tcp, std::uint8_t* at, std::uint16_t mss) noexcept {
    be16 value;
    std::memcpy(&value, at, sizeof value);
    if (value.host() <= mss) return;
    const be16 lowered{mss};
    std::memcpy(at, &lowered, sizeof lowered);
    // At an odd place its bytes are halves of two of the checksum's words: the same sum with the bytes swapped.
    const bool is_odd = (at - reinterpret_cast<const std::uint8_t*>(&tcp)) % 2 != 0;
    const std::uint16_t before = is_odd ? __builtin_bswap16(value.raw()) : value.raw();
    const std::uint16_t after = is_odd ? __builtin_bswap16(lowered.raw()) : lowered.raw();
    const std::uint16_t sum = checksum_update(tcp.checksum.raw(), before, after);
    tcp.checksum.set_raw(sum);
}

} // namespace

void clamp_mss(Round& round, Packet& packet) noexcept {
    if (round.around.roster.endpoints[packet.endpoint].mss_clamp == config::MssClamp::off) return;
    const std::uint16_t mss = largest_segment(round, packet);
    // parse_flow has held the header's length against the packet.
    auto& tcp = packet.checked_header<TcpHeader>(packet.l4);
    const unsigned end = packet.l4 + (tcp.words >> 4) * 4U;
    for (unsigned at = packet.l4 + unsigned{sizeof(TcpHeader)}; at < end;) {
        const std::uint8_t kind = packet.buffer[at];
        if (kind == option_end) return;
        if (kind == option_nop) {
            ++at;
            continue;
        }
        if (at + 1 >= end) return;
        const unsigned length = packet.buffer[at + 1];
        if (length < 2 || at + length > end) return;
        if (kind == option_mss && length == mss_option_bytes) lower(tcp, packet.buffer + at + 2, mss);
        at += length;
    }
}

} // namespace sallyport::journey
