// SPDX-License-Identifier: Apache-2.0
#include "kit/outer_header.hpp"

#include "geneve/wire.hpp"
#include "kit/inner_packet.hpp"
#include "support/big_endian.hpp"
#include "support/checksum.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport::appliances {

namespace {

using geneve::store_be16;
using geneve::store_be32;

constexpr std::size_t udp_header_size = 8;
constexpr std::uint8_t hop_limit = 64;

void write_udp(std::uint8_t* udp, const OuterAddresses& received, std::size_t udp_size) noexcept {
    store_be16(udp, received.source_port);
    store_be16(udp + 2, received.destination_port);
    store_be16(udp + 4, static_cast<std::uint16_t>(udp_size));
    store_be16(udp + 6, 0);
}

void write_ipv4(OuterHeader& header, const OuterAddresses& received, std::size_t udp_size) noexcept {
    constexpr std::size_t ip_size = 20;
    std::uint8_t* ip = header.bytes.data();
    ip[0] = 0x45;
    ip[1] = received.traffic_class;
    store_be16(ip + 2, static_cast<std::uint16_t>(ip_size + udp_size));
    store_be16(ip + 4, 0);
    // RFC 791 3.1: DF, for a tunnel that fragments hides its MTU; so the identification may be anything (RFC 6864 4.1).
    store_be16(ip + 6, 0x4000);
    ip[8] = hop_limit;
    ip[9] = protocol::udp;
    store_be16(ip + 10, 0);
    store_be32(ip + 12, received.destination.v4_host_order());
    store_be32(ip + 16, received.source.v4_host_order());
    write_udp(ip + ip_size, received, udp_size);
    header.size = ip_size + udp_header_size;
}

void write_ipv6(OuterHeader& header, const OuterAddresses& received, std::span<const std::uint8_t> head,
                std::span<const std::uint8_t> rest) noexcept {
    constexpr std::size_t ip_size = 40;
    const std::size_t udp_size = udp_header_size + head.size() + rest.size();
    std::uint8_t* ip = header.bytes.data();
    store_be32(ip, 0x60000000U | (std::uint32_t{received.traffic_class} << 20));
    store_be16(ip + 4, static_cast<std::uint16_t>(udp_size));
    ip[6] = protocol::udp;
    ip[7] = hop_limit;
    std::copy(received.destination.bytes().begin(), received.destination.bytes().end(), ip + 8);
    std::copy(received.source.bytes().begin(), received.source.bytes().end(), ip + 24);
    std::uint8_t* udp = ip + ip_size;
    write_udp(udp, received, udp_size);
    header.size = ip_size + udp_header_size;

    // RFC 8200 8.1: over both addresses, the length and the protocol as well; a result of zero is sent as 0xFFFF.
    std::uint64_t sum = be16(static_cast<std::uint16_t>(udp_size)).raw();
    sum += be16(std::uint16_t{protocol::udp}).raw();
    sum = checksum_add(sum, ip + 8, 32 + udp_header_size);
    sum = checksum_add(sum, head.data(), head.size());
    const std::uint16_t checksum = checksum_finish(checksum_add(sum, rest.data(), rest.size()));
    const std::uint16_t sent = checksum == 0 ? std::uint16_t{0xFFFF} : checksum;
    std::memcpy(udp + 6, &sent, sizeof sent);
}

} // namespace

OuterHeader answer_header(const OuterAddresses& received, std::span<const std::uint8_t> head,
                          std::span<const std::uint8_t> rest) noexcept {
    OuterHeader header;
    header.bytes.fill(0);
    if (received.source.is_v4()) {
        write_ipv4(header, received, udp_header_size + head.size() + rest.size());
    } else {
        write_ipv6(header, received, head, rest);
    }
    return header;
}

} // namespace sallyport::appliances
