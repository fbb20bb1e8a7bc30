// SPDX-License-Identifier: Apache-2.0
// Frames of these tests, built and read byte by byte: nothing here is shared with the code that is tested but the
// address type, so that a wrong offset or checksum there is not repeated here.
#pragma once

#include "support/address.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace sallyport::journey::test {

using Bytes = std::vector<std::uint8_t>;

inline IpAddress address(const std::string& text) {
    return IpAddress::parse(text).value();
}

inline unsigned get16(const Bytes& bytes, std::size_t at) {
    return bytes.at(at) * 256U + bytes.at(at + 1);
}
inline std::uint32_t get32(const Bytes& bytes, std::size_t at) {
    return get16(bytes, at) << 16 | get16(bytes, at + 2);
}
inline std::uint64_t get64(const Bytes& bytes, std::size_t at) {
    return std::uint64_t{get32(bytes, at)} << 32 | get32(bytes, at + 4);
}
inline void put16(Bytes& bytes, std::size_t at, unsigned value) {
    bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
    bytes.at(at + 1) = static_cast<std::uint8_t>(value);
}
inline void put32(Bytes& bytes, std::size_t at, std::uint32_t value) {
    put16(bytes, at, value >> 16);
    put16(bytes, at + 2, value & 0xffff);
}
inline Bytes part(const Bytes& bytes, std::size_t from, std::size_t size) {
    if (from + size > bytes.size()) throw std::out_of_range("a packet is shorter than the test thinks");
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}
inline void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

/// RFC 1071, word by word in network order.
inline unsigned plain_checksum(const Bytes& bytes) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 2)
        sum += bytes[at] * 256U + (at + 1 < bytes.size() ? bytes[at + 1] : 0U);
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<unsigned>(~sum & 0xffff);
}

/// A packet of a flow, with everything at a harmless default.
struct Spec {
    std::string source = "192.0.2.10";
    std::string destination = "203.0.113.10";
    std::uint8_t protocol = 17;
    std::uint16_t source_port = 40000;
    std::uint16_t destination_port = 53;
    std::uint8_t tcp_flags = 0x10;
    std::uint8_t ttl = 64;
    std::size_t payload_bytes = 20;
    bool dont_fragment = true;
    unsigned fragment = 0;         // the fragment field's offset and MF bits
    Bytes ip_options;              // IPv4: a multiple of four; IPv6: whole extension headers
    std::uint8_t first_header = 0; // IPv6: type of the first extension header in ip_options
    Bytes transport;               // instead of what would be built
};

inline Spec tcp(std::uint8_t flags) {
    Spec spec;
    spec.protocol = 6;
    spec.destination_port = 443;
    spec.tcp_flags = flags;
    return spec;
}

/// The same flow from its other side.
inline Spec answered(Spec spec) {
    std::swap(spec.source, spec.destination);
    std::swap(spec.source_port, spec.destination_port);
    return spec;
}

inline Spec over_ipv6(Spec spec) {
    spec.source = "2001:db8:1::10";
    spec.destination = "2001:db8:2::10";
    return spec;
}

inline Bytes transport_of(const Spec& spec) {
    if (!spec.transport.empty()) return spec.transport;
    const std::size_t header = spec.protocol == 6 ? 20 : 8;
    Bytes bytes(header + spec.payload_bytes);
    for (std::size_t i = header; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i);
    if (spec.protocol == 6) {
        put16(bytes, 0, spec.source_port);
        put16(bytes, 2, spec.destination_port);
        bytes[12] = 0x50;
        bytes[13] = spec.tcp_flags;
    } else if (spec.protocol == 17) {
        put16(bytes, 0, spec.source_port);
        put16(bytes, 2, spec.destination_port);
        put16(bytes, 4, static_cast<unsigned>(bytes.size()));
    } else if (spec.protocol == 1 || spec.protocol == 58) {
        bytes[0] = spec.protocol == 1 ? 8 : 128; // an echo request
    }
    return bytes;
}

inline void fix_ipv4_checksum(Bytes& ip) {
    put16(ip, 10, 0);
    put16(ip, 10, plain_checksum(part(ip, 0, (ip[0] & 0xfU) * 4U)));
}

inline Bytes ip_packet(const Spec& spec) {
    const IpAddress source = address(spec.source);
    const IpAddress destination = address(spec.destination);
    const Bytes transport = transport_of(spec);
    Bytes ip;
    if (source.is_v4()) {
        ip.resize(20);
        append(ip, spec.ip_options);
        ip[0] = static_cast<std::uint8_t>(0x40 + ip.size() / 4);
        put16(ip, 2, static_cast<unsigned>(ip.size() + transport.size()));
        put16(ip, 4, 0x1234);
        put16(ip, 6, spec.fragment | (spec.dont_fragment ? 0x4000U : 0U));
        ip[8] = spec.ttl;
        ip[9] = spec.protocol;
        put32(ip, 12, source.v4_host_order());
        put32(ip, 16, destination.v4_host_order());
        fix_ipv4_checksum(ip);
    } else {
        ip.resize(40);
        ip[0] = 0x60;
        put16(ip, 4, static_cast<unsigned>(spec.ip_options.size() + transport.size()));
        ip[6] = spec.ip_options.empty() ? spec.protocol : spec.first_header;
        ip[7] = spec.ttl;
        std::copy(source.bytes().begin(), source.bytes().end(), ip.begin() + 8);
        std::copy(destination.bytes().begin(), destination.bytes().end(), ip.begin() + 24);
        append(ip, spec.ip_options);
    }
    append(ip, transport);
    return ip;
}

inline Bytes frame(const MacAddress& to, const MacAddress& from, const Bytes& ip) {
    Bytes bytes(to.bytes.begin(), to.bytes.end());
    append(bytes, {from.bytes.begin(), from.bytes.end()});
    append(bytes, ip.empty() || ip[0] >> 4 == 4 ? Bytes{0x08, 0x00} : Bytes{0x86, 0xdd});
    append(bytes, ip);
    return bytes;
}

inline Bytes ip_of(const Bytes& frame) {
    return part(frame, 14, frame.size() - 14);
}

inline IpAddress source_of(const Bytes& ip) {
    return ip.at(0) >> 4 == 4 ? IpAddress::v4(get32(ip, 12)) : IpAddress::v6(part(ip, 8, 16).data());
}
inline IpAddress destination_of(const Bytes& ip) {
    return ip.at(0) >> 4 == 4 ? IpAddress::v4(get32(ip, 16)) : IpAddress::v6(part(ip, 24, 16).data());
}
inline std::size_t header_bytes_of(const Bytes& ip) {
    return ip.at(0) >> 4 == 4 ? (ip[0] & 0xfU) * 4U : 40U;
}

/// Whether the IPv4 header checksum is right, and the lengths agree with the bytes there are.
inline bool is_sound_ip(const Bytes& ip) {
    if (ip.at(0) >> 4 == 6) return get16(ip, 4) + 40 == ip.size();
    return get16(ip, 2) == ip.size() && plain_checksum(part(ip, 0, header_bytes_of(ip))) == 0;
}

/// Whether the checksum over pseudo-header and transport is right: for ICMPv6, and for UDP over IPv6.
inline bool has_sound_ipv6_checksum(const Bytes& ip) {
    Bytes covered = part(ip, 8, 32);
    append(covered, {0, 0, ip[4], ip[5], 0, 0, 0, ip[6]});
    append(covered, part(ip, 40, ip.size() - 40));
    return plain_checksum(covered) == 0;
}

/// Where the fields of our GENEVE packets stand behind the outer IP header.
struct Tunnel {
    IpAddress source;
    IpAddress destination;
    unsigned source_port = 0;
    unsigned destination_port = 0;
    Bytes geneve; // header and options, 40 bytes
    Bytes inner;

    [[nodiscard]] std::uint64_t endpoint_id() const { return get64(geneve, 12); }
    [[nodiscard]] std::uint64_t attachment_id() const { return get64(geneve, 24); }
    [[nodiscard]] std::uint32_t cookie() const { return get32(geneve, 36); }
};

inline Tunnel tunnel_of(const Bytes& frame) {
    const Bytes ip = ip_of(frame);
    const std::size_t udp = header_bytes_of(ip);
    Tunnel tunnel;
    tunnel.source = source_of(ip);
    tunnel.destination = destination_of(ip);
    tunnel.source_port = get16(ip, udp);
    tunnel.destination_port = get16(ip, udp + 2);
    tunnel.geneve = part(ip, udp + 8, 40);
    tunnel.inner = part(ip, udp + 48, ip.size() - udp - 48);
    return tunnel;
}

/// What a well-behaved appliance gives back: the frame with both pairs of addresses swapped, all else as it was.
inline Bytes returned(Bytes frame) {
    for (std::size_t i = 0; i < 6; ++i)
        std::swap(frame.at(i), frame.at(6 + i));
    const bool v4 = frame.at(14) >> 4 == 4;
    const std::size_t from = v4 ? 26 : 22;
    const std::size_t size = v4 ? 4 : 16;
    for (std::size_t i = 0; i < size; ++i)
        std::swap(frame.at(from + i), frame.at(from + size + i));
    return frame;
}

/// Where the UDP payload (the GENEVE header) begins in a frame of ours over IPv4.
inline constexpr std::size_t geneve_at = 14 + 20 + 8;

/// The same with one more option behind the three that were there; over IPv4.
inline Bytes returned_with_option(const Bytes& sent, const Bytes& option) {
    Bytes frame = returned(sent);
    frame.insert(frame.begin() + geneve_at + 40, option.begin(), option.end());
    const auto grown = static_cast<unsigned>(option.size());
    frame[geneve_at] = static_cast<std::uint8_t>(frame[geneve_at] + grown / 4);
    put16(frame, geneve_at - 4, get16(frame, geneve_at - 4) + grown);
    put16(frame, 16, get16(frame, 16) + grown);
    Bytes outer = part(frame, 14, 20);
    fix_ipv4_checksum(outer);
    std::copy(outer.begin(), outer.end(), frame.begin() + 14);
    return frame;
}

} // namespace sallyport::journey::test
