// SPDX-License-Identifier: Apache-2.0
// Inner packets of these tests, built byte by byte. That the bytes mean what they should is shown by scapy, in
// tests/lab/appliance_contract.py and in the traces under pcaps/.
#pragma once

#include "geneve/wire.hpp"
#include "kit/appliance.hpp"
#include "kit/inner_packet.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sallyport::appliances::test {

using Bytes = std::vector<std::uint8_t>;

inline void append16(Bytes& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

inline Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

inline Bytes operator+(Bytes left, const Bytes& right) {
    for (const std::uint8_t byte : right)
        left.push_back(byte);
    return left;
}

struct Ends {
    std::string_view source;
    std::string_view destination;
};

struct Ipv4 {
    std::uint8_t protocol = protocol::tcp;
    Bytes options;              // a multiple of four bytes
    std::uint16_t fragment = 0; // flags and offset
    std::uint16_t id = 1;
};

inline Bytes ipv4(const Ends& ends, const Ipv4& header, const Bytes& payload) {
    Bytes bytes{static_cast<std::uint8_t>(0x45 + header.options.size() / 4), 0};
    append16(bytes, 20 + header.options.size() + payload.size());
    append16(bytes, header.id);
    append16(bytes, header.fragment);
    for (const std::uint8_t byte : {std::uint8_t{64}, header.protocol, std::uint8_t{0}, std::uint8_t{0}}) {
        bytes.push_back(byte);
    }
    for (const auto& text : {ends.source, ends.destination}) {
        const auto address = IpAddress::parse(text)->v4_host_order();
        append16(bytes, address >> 16);
        append16(bytes, address & 0xFFFF);
    }
    return bytes + header.options + payload;
}

inline Bytes ipv6(const Ends& ends, std::uint8_t next_header, const Bytes& payload) {
    Bytes bytes;
    bytes.reserve(40 + payload.size());
    append16(bytes, 0x6000);
    append16(bytes, 0);
    append16(bytes, payload.size());
    bytes.push_back(next_header);
    bytes.push_back(64);
    for (const auto& text : {ends.source, ends.destination}) {
        const IpAddress address = *IpAddress::parse(text);
        for (const std::uint8_t byte : address.bytes())
            bytes.push_back(byte);
    }
    return bytes + payload;
}

struct Ports {
    std::uint16_t source;
    std::uint16_t destination;
};

inline Bytes tcp(const Ports& ports, std::uint8_t flags) {
    Bytes bytes(20);
    geneve::store_be16(&bytes[0], ports.source);
    geneve::store_be16(&bytes[2], ports.destination);
    bytes[12] = 0x50;
    bytes[13] = flags;
    return bytes;
}

inline Bytes udp(const Ports& ports) {
    Bytes bytes;
    append16(bytes, ports.source);
    append16(bytes, ports.destination);
    append16(bytes, 8);
    append16(bytes, 0);
    return bytes;
}

/// `id` is that of an echo; `quoted` stands behind the eight bytes of the header.
inline Bytes icmp(std::uint8_t type, std::uint16_t id, const Bytes& quoted = {}) {
    Bytes bytes{type, 0, 0, 0};
    append16(bytes, id);
    append16(bytes, 1);
    return bytes + quoted;
}

inline Instant seconds(std::uint64_t count) {
    return {count * 1'000'000'000};
}

inline Visit visit_of(const Bytes& packet, std::uint64_t endpoint_id = 1) {
    Visit visit;
    visit.protocol_type = !packet.empty() && packet[0] >> 4 == 6 ? 0x86DD : 0x0800;
    visit.options.endpoint_id = endpoint_id;
    visit.options.has_endpoint_id = true;
    visit.packet = packet;
    return visit;
}

} // namespace sallyport::appliances::test
