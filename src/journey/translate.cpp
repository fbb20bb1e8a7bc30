// SPDX-License-Identifier: Apache-2.0
#include "journey/translate.hpp"

#include "journey/icmp_quote.hpp"
#include "journey/wire.hpp"
#include "support/checksum.hpp"

#include <cstring>

namespace sallyport::journey {
namespace {

struct Side {
    std::array<std::uint64_t, 2> address; // halves, host order
    std::uint16_t port;
};

/// Source and destination of a packet.
struct Sides {
    Side source;
    Side destination;
};

[[nodiscard]] Side low_side(const flow::FlowKey& key) noexcept {
    return {key.low, key.low_port()};
}
[[nodiscard]] Side high_side(const flow::FlowKey& key) noexcept {
    return {key.high, key.high_port()};
}

[[nodiscard]] Sides sides(const flow::FlowKey& key, bool client_is_high, Sender sender) noexcept {
    if (client_is_high == (sender == Sender::client)) return {high_side(key), low_side(key)};
    return {low_side(key), high_side(key)};
}

[[nodiscard]] Sides sides(const flow::FlowEntry& entry, const flow::Translation& translation, View view,
                          Sender sender) noexcept {
    return view == View::client ? sides(entry.key, entry.initiator_is_high, sender)
                                : sides(translation.key, translation.client_is_high, sender);
}

[[nodiscard]] std::uint64_t sum_of(const Side& side, Family family, bool with_port) noexcept {
    std::uint64_t sum = with_port ? __builtin_bswap16(side.port) : 0;
    if (family == Family::ipv4) {
        const std::uint32_t address = __builtin_bswap32(static_cast<std::uint32_t>(side.address[1]));
        return checksum_add(sum, &address, sizeof address);
    }
    const std::array<std::uint64_t, 2> address = {__builtin_bswap64(side.address[0]),
                                                  __builtin_bswap64(side.address[1])};
    return checksum_add(sum, address.data(), sizeof address);
}

[[nodiscard]] std::uint16_t difference(const Sides& from, const Sides& to, Family family, bool with_ports) noexcept {
    const std::uint64_t before = sum_of(from.source, family, with_ports) + sum_of(from.destination, family, with_ports);
    const std::uint64_t after = sum_of(to.source, family, with_ports) + sum_of(to.destination, family, with_ports);
    return checksum_fold(after + static_cast<std::uint16_t>(~checksum_fold(before)));
}

/// RFC 1624, equation 3, with the difference known beforehand.
[[nodiscard]] std::uint16_t adjusted(std::uint16_t checksum, std::uint16_t delta) noexcept {
    return checksum_finish(std::uint64_t{static_cast<std::uint16_t>(~checksum)} + delta);
}

struct Deltas {
    std::uint16_t header;
    std::uint16_t transport;
};

/// Back is what undoes forth.
[[nodiscard]] Deltas deltas(const flow::Translation& translation, View to) noexcept {
    if (to == View::target) return {translation.header_delta, translation.transport_delta};
    return {static_cast<std::uint16_t>(~translation.header_delta),
            static_cast<std::uint16_t>(~translation.transport_delta)};
}

void write_ipv4(Ipv4Header& ip, const Sides& to, std::uint16_t delta) noexcept {
    ip.source.set(static_cast<std::uint32_t>(to.source.address[1]));
    ip.destination.set(static_cast<std::uint32_t>(to.destination.address[1]));
    ip.checksum.set_raw(adjusted(ip.checksum.raw(), delta));
}

void write_address(std::array<std::uint8_t, 16>& to, const std::array<std::uint64_t, 2>& halves) noexcept {
    const std::uint64_t high = __builtin_bswap64(halves[0]);
    const std::uint64_t low = __builtin_bswap64(halves[1]);
    std::memcpy(to.data(), &high, 8);
    std::memcpy(to.data() + 8, &low, 8);
}

void write_ipv6(Ipv6Header& ip, const Sides& to) noexcept {
    write_address(ip.source, to.source.address);
    write_address(ip.destination, to.destination.address);
}

/// The start of TCP and UDP alike.
struct Ports {
    be16 source;
    be16 destination;
};

void write_ports(std::uint8_t* at, const Sides& to) noexcept {
    auto& ports = *reinterpret_cast<Ports*>(at);
    ports.source.set(to.source.port);
    ports.destination.set(to.destination.port);
}

/// The transport header at `at`, of which `bytes` are there: a quoted one may end before its checksum.
void write_transport(std::uint8_t* at, std::size_t bytes, std::uint8_t protocol, const Sides& to,
                     std::uint16_t delta) noexcept {
    write_ports(at, to);
    if (protocol == protocol_tcp) {
        if (bytes < offsetof(TcpHeader, checksum) + 2) return;
        auto& checksum = reinterpret_cast<TcpHeader*>(at)->checksum;
        checksum.set_raw(adjusted(checksum.raw(), delta));
        return;
    }
    if (bytes < sizeof(UdpHeader)) return;
    auto& checksum = reinterpret_cast<UdpHeader*>(at)->checksum;
    if (checksum.raw() == 0) return; // RFC 768: its sender made none
    const std::uint16_t sum = adjusted(checksum.raw(), delta);
    checksum.set_raw(sum == 0 ? std::uint16_t{0xffff} : sum);
}

void translate_packet(Packet& packet, const Sides& to, Deltas deltas) noexcept {
    if (packet.family == Family::ipv4) {
        write_ipv4(packet.checked_header<Ipv4Header>(packet.l3), to, deltas.header);
    } else {
        write_ipv6(packet.checked_header<Ipv6Header>(packet.l3), to);
    }
    if (packet.kind == Kind::later_fragment) return;
    write_transport(packet.buffer + packet.l4, static_cast<std::size_t>(packet.end - packet.l4), packet.protocol, to,
                    deltas.transport);
}

/// Of all that an ICMP error's own checksum covers and translating may change.
[[nodiscard]] std::uint16_t sum_of_error(const Packet& packet) noexcept {
    std::uint64_t sum = 0;
    if (packet.family == Family::ipv6)
        sum = checksum_add(0, packet.checked_header<Ipv6Header>(packet.l3).source.data(), 32);
    const std::size_t quote = quote_at(packet);
    return checksum_fold(checksum_add(sum, packet.buffer + quote, packet.end - quote));
}

/// Routers on the way sign with their own addresses, which stay.
void translate_outer_source(Packet& packet, const Side& from, const Side& to) noexcept {
    if (packet.family == Family::ipv4) {
        auto& source = packet.checked_header<Ipv4Header>(packet.l3).source;
        if (source.host() == static_cast<std::uint32_t>(from.address[1]))
            source.set(static_cast<std::uint32_t>(to.address[1]));
        return;
    }
    auto& source = packet.checked_header<Ipv6Header>(packet.l3).source;
    if (halves(source) == from.address) write_address(source, to.address);
}

void translate_outer_destination(Packet& packet, const Side& to) noexcept {
    if (packet.family == Family::ipv4) {
        packet.checked_header<Ipv4Header>(packet.l3).destination.set(static_cast<std::uint32_t>(to.address[1]));
    } else {
        write_address(packet.checked_header<Ipv6Header>(packet.l3).destination, to.address);
    }
}

/// `from` and `to` are the sides of the packet that the error's sender would send: the quoted one's, turned around.
void translate_error(Packet& packet, const Sides& from, const Sides& to, Deltas deltas) noexcept {
    const std::uint16_t before = sum_of_error(packet);
    translate_outer_source(packet, from.source, to.source);
    translate_outer_destination(packet, to.destination);
    const Sides quoted = {to.destination, to.source};
    const std::size_t ip_at = quote_at(packet);
    if (packet.family == Family::ipv4) {
        write_ipv4(packet.checked_header<Ipv4Header>(ip_at), quoted, deltas.header);
    } else {
        write_ipv6(packet.checked_header<Ipv6Header>(ip_at), quoted);
    }
    if (const auto transport = quoted_transport(packet)) {
        write_transport(packet.buffer + transport->at, packet.end - transport->at, transport->protocol, quoted,
                        deltas.transport);
    }
    auto& icmp = packet.checked_header<IcmpErrorHeader>(packet.l4);
    const auto delta = checksum_fold(std::uint64_t{sum_of_error(packet)} + static_cast<std::uint16_t>(~before));
    icmp.checksum.set_raw(adjusted(icmp.checksum.raw(), delta));
    if (packet.family != Family::ipv4) return;
    // A router's address in place of the flow's: no difference that was known beforehand.
    auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    ip.checksum.set_raw(0);
    const std::uint16_t header_sum = checksum_finish(checksum_add(0, &ip, ip.header_bytes()));
    ip.checksum.set_raw(header_sum);
}

} // namespace

void note_differences(const flow::FlowEntry& entry, flow::Translation& translation) noexcept {
    const Sides from = sides(entry, translation, View::client, Sender::client);
    const Sides to = sides(entry, translation, View::target, Sender::client);
    const Family family = entry.key.family();
    translation.transport_delta = difference(from, to, family, true);
    translation.header_delta = difference(from, to, family, false);
}

void translate(Round& round, Packet& packet, View to, Sender sender) noexcept {
    const flow::FlowEntry& entry = round.worker.flows.entry(packet.flow);
    const flow::Translation& translation = round.worker.flows.translation(packet.flow);
    const Sides new_sides = sides(entry, translation, to, sender);
    packet.is_rewritten = to == View::target;
    if (packet.kind != Kind::icmp_error) [[likely]]
        return translate_packet(packet, new_sides, deltas(translation, to));
    const View from = to == View::target ? View::client : View::target;
    translate_error(packet, sides(entry, translation, from, sender), new_sides, deltas(translation, to));
}

} // namespace sallyport::journey
