// SPDX-License-Identifier: Apache-2.0
#include "health/probe_packet.hpp"

#include "support/big_endian.hpp"
#include "support/checksum.hpp"

#include <span>
#include <string_view>

namespace sallyport::health {
namespace {

constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;
constexpr std::uint8_t icmp6 = 58;
constexpr std::uint8_t hop_limit = 64;
constexpr std::string_view text = "sallyport probe";

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::string_view characters) {
    bytes.insert(bytes.end(), characters.begin(), characters.end());
}
void put8(Bytes& bytes, std::uint8_t value) {
    bytes.push_back(value);
}
void put16(Bytes& bytes, std::uint16_t value) {
    put8(bytes, static_cast<std::uint8_t>(value >> 8U));
    put8(bytes, static_cast<std::uint8_t>(value));
}
void put32(Bytes& bytes, std::uint32_t value) {
    put16(bytes, static_cast<std::uint16_t>(value >> 16U));
    put16(bytes, static_cast<std::uint16_t>(value));
}
void put(Bytes& bytes, const IpAddress& address) {
    const auto& sixteen = address.bytes();
    bytes.insert(bytes.end(), sixteen.begin() + (address.is_v4() ? 12 : 0), sixteen.end());
}

void store_checksum(Bytes& bytes, std::size_t at, std::uint64_t sum) {
    const std::uint16_t checksum = checksum_finish(sum); // in memory order
    std::memcpy(bytes.data() + at, &checksum, sizeof checksum);
}

/// The dynamic ports (RFC 6335 section 6).
std::uint16_t source_port(std::uint32_t number) {
    return static_cast<std::uint16_t>(49152 + number % 16384);
}

/// RFC 768; checksum still missing, as in those below.
Bytes udp_datagram(const config::GeneveProbe& probe, std::uint32_t number) {
    Bytes bytes;
    put16(bytes, source_port(number));
    put16(bytes, probe.port);
    put16(bytes, static_cast<std::uint16_t>(8 + text.size()));
    put16(bytes, 0);
    put(bytes, text);
    return bytes;
}

/// RFC 9293 section 3.1: a SYN with the option that every SYN has, the largest segment.
Bytes tcp_syn(const config::GeneveProbe& probe, std::uint32_t number) {
    Bytes bytes;
    put16(bytes, source_port(number));
    put16(bytes, probe.port);
    put32(bytes, number * 0x9e37'79b9U); // far from the numbers of the last one with this source port
    put32(bytes, 0);
    put16(bytes, 0x6002); // six words of header, SYN
    put16(bytes, 64'240);
    put32(bytes, 0);
    put32(bytes, 0x0204'0000U | (probe.source.is_v4() ? 1460U : 1440U));
    return bytes;
}

/// RFC 792 and RFC 4443 section 4.1.
Bytes echo_request(const config::GeneveProbe& probe, std::uint32_t number) {
    Bytes bytes;
    put8(bytes, probe.source.is_v4() ? 8 : 128);
    put8(bytes, 0);
    put16(bytes, 0);
    put16(bytes, static_cast<std::uint16_t>(number >> 16U));
    put16(bytes, static_cast<std::uint16_t>(number));
    put(bytes, text);
    return bytes;
}

/// RFC 9293 section 3.1, RFC 8200 section 8.1.
std::uint64_t pseudo_header_sum(const config::GeneveProbe& probe, std::uint8_t protocol, std::size_t length) {
    Bytes header;
    put(header, probe.source);
    put(header, probe.destination);
    put32(header, static_cast<std::uint32_t>(length));
    put32(header, protocol);
    return checksum_add(0, header.data(), header.size());
}

void finish_transport(Bytes& bytes, const config::GeneveProbe& probe, std::uint8_t protocol) {
    const std::uint64_t pseudo = protocol == icmp ? 0 : pseudo_header_sum(probe, protocol, bytes.size());
    const std::size_t at = protocol == tcp ? 16 : protocol == udp ? 6 : 2;
    store_checksum(bytes, at, checksum_add(pseudo, bytes.data(), bytes.size()));
    const bool reads_as_absent = protocol == udp && bytes[at] == 0 && bytes[at + 1] == 0;
    if (reads_as_absent) bytes[at] = bytes[at + 1] = 0xff; // RFC 768
}

/// RFC 791, RFC 8200.
Bytes ip_header(const config::GeneveProbe& probe, std::uint8_t protocol, std::uint32_t number, std::size_t length) {
    Bytes bytes;
    if (probe.source.is_v4()) {
        put16(bytes, 0x4500);
        put16(bytes, static_cast<std::uint16_t>(20 + length));
        put16(bytes, static_cast<std::uint16_t>(number));
        put16(bytes, 0x4000); // don't fragment
        put8(bytes, hop_limit);
        put8(bytes, protocol);
        put16(bytes, 0);
    } else {
        put32(bytes, 0x6000'0000);
        put16(bytes, static_cast<std::uint16_t>(length));
        put8(bytes, protocol);
        put8(bytes, hop_limit);
    }
    put(bytes, probe.source);
    put(bytes, probe.destination);
    if (probe.source.is_v4()) store_checksum(bytes, 10, checksum_add(0, bytes.data(), bytes.size()));
    return bytes;
}

} // namespace

Bytes probe_packet(const config::GeneveProbe& probe, std::uint32_t number) {
    if (probe.source.family() != probe.destination.family()) return {};
    std::uint8_t protocol = probe.protocol;
    const bool is_echo = protocol == icmp || protocol == icmp6;
    if (is_echo) protocol = probe.source.is_v4() ? icmp : icmp6;
    if (!is_echo && protocol != tcp && protocol != udp) return {};

    Bytes transport = is_echo           ? echo_request(probe, number)
                      : protocol == tcp ? tcp_syn(probe, number)
                                        : udp_datagram(probe, number);
    finish_transport(transport, probe, protocol);
    Bytes packet = ip_header(probe, protocol, number, transport.size());
    packet.insert(packet.end(), transport.begin(), transport.end());
    return packet;
}

} // namespace sallyport::health
