// SPDX-License-Identifier: Apache-2.0
#include "replay/link_layer.hpp"

#include "geneve/wire.hpp"
#include "journey/wire.hpp"

#include <pcap/pcap.h>

namespace sallyport::replay {
namespace {

using Bytes = std::span<const std::uint8_t>;
using geneve::load_be16;
using geneve::load_be32;
using journey::ethertype_ipv4;
using journey::ethertype_ipv6;

// DLT_RAW has three numbers: 12 on most systems, 14 on OpenBSD, 101 in files (www.tcpdump.org/linktypes.html).
constexpr int raw_openbsd = 14;
constexpr int raw_in_files = 101;

std::optional<LinkFrame> behind(std::size_t header_bytes, std::uint16_t ether_type, Bytes record) noexcept {
    return LinkFrame{false, ether_type, record.subspan(header_bytes)};
}

/// No header: the IP version tells.
std::optional<LinkFrame> read_raw(Bytes record) noexcept {
    if (record.empty()) return std::nullopt;
    switch (record[0] >> 4U) {
    case 4:
        return behind(0, ethertype_ipv4, record);
    case 6:
        return behind(0, ethertype_ipv6, record);
    default:
        return std::nullopt;
    }
}

/// BSD loopback: an address family in the byte order of the machine that captured (NULL) or of the network (LOOP).
/// AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 on the BSDs, and 10 on Linux.
std::optional<LinkFrame> read_loopback(Bytes record) noexcept {
    if (record.size() < 4) return std::nullopt;
    const std::uint32_t word = load_be32(record.data());
    switch (word > 0xffff ? __builtin_bswap32(word) : word) {
    case 2:
        return behind(4, ethertype_ipv4, record);
    case 10:
    case 24:
    case 28:
    case 30:
        return behind(4, ethertype_ipv6, record);
    default:
        return std::nullopt;
    }
}

/// A header of fixed length that has an EtherType in it.
std::optional<LinkFrame> read_ether_type(std::size_t header_bytes, std::size_t type_at, Bytes record) noexcept {
    if (record.size() < header_bytes) return std::nullopt;
    return behind(header_bytes, load_be16(record.data() + type_at), record);
}

} // namespace

bool is_readable_link_type(int link_type) noexcept {
    switch (link_type) {
    case DLT_EN10MB:
    case DLT_RAW:
    case raw_openbsd:
    case raw_in_files:
    case DLT_IPV4:
    case DLT_IPV6:
    case DLT_NULL:
    case DLT_LOOP:
    case DLT_LINUX_SLL:
    case DLT_LINUX_SLL2:
    case DLT_C_HDLC:
        return true;
    default:
        return false;
    }
}

std::optional<LinkFrame> read_link_layer(int link_type, Bytes record) noexcept {
    switch (link_type) {
    case DLT_EN10MB:
        return LinkFrame{true, 0, record};
    case DLT_RAW:
    case raw_openbsd:
    case raw_in_files:
        return read_raw(record);
    case DLT_IPV4:
        return behind(0, ethertype_ipv4, record);
    case DLT_IPV6:
        return behind(0, ethertype_ipv6, record);
    case DLT_NULL:
    case DLT_LOOP:
        return read_loopback(record);
    case DLT_LINUX_SLL: // packet type, ARPHRD type, address length, address, protocol
        return read_ether_type(16, 14, record);
    case DLT_LINUX_SLL2: // protocol first
        return read_ether_type(20, 0, record);
    case DLT_C_HDLC: // address, control, protocol
        return read_ether_type(4, 2, record);
    default:
        return std::nullopt;
    }
}

} // namespace sallyport::replay
