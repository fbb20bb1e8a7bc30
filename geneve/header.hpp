// SPDX-License-Identifier: Apache-2.0
// The fixed part of GENEVE (RFC 8926 3.4) and the constants of the wire.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sallyport::geneve {

inline constexpr std::uint16_t udp_port = 6081;
inline constexpr std::size_t header_size = 8;
inline constexpr std::size_t option_header_size = 4;
/// Opt Len has six bits and counts in units of four bytes (RFC 8926 3.4).
inline constexpr std::size_t max_options_size = 63 * 4;
/// An option's Length has five bits and counts in units of four bytes, its header not included (RFC 8926 3.5).
inline constexpr std::size_t max_option_data_size = 31 * 4;
inline constexpr std::uint32_t max_vni = 0xFFFFFF;

inline constexpr std::uint16_t protocol_type_ipv4 = 0x0800;
inline constexpr std::uint16_t protocol_type_ipv6 = 0x86DD;
inline constexpr std::uint16_t protocol_type_ethernet = 0x6558;

struct Header {
    std::uint8_t version = 0;
    std::uint8_t option_bytes = 0;   // 0..252, a multiple of four
    bool control = false;            // O: the payload is a control message
    bool critical = false;           // C: at least one option is critical
    std::uint16_t protocol_type = 0; // an EtherType
    std::uint32_t vni = 0;           // 24 bits

    friend bool operator==(const Header&, const Header&) = default;
};

/// What to do when reserved bits are set. RFC 8926 3.4 and 3.5 have a receiver ignore them: an appliance does, for a
/// later gateway may use them. A gateway refuses them, for it only ever takes back what it sent, and it sends zeros.
enum class ReservedBits : std::uint8_t { refuse, ignore };

} // namespace sallyport::geneve
