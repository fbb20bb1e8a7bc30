// SPDX-License-Identifier: Apache-2.0
// From the bytes behind the UDP header to the GENEVE header, its options and the packet inside. Nothing is copied.
#pragma once

#include "geneve/fault.hpp"
#include "geneve/header.hpp"
#include "geneve/options.hpp"
#include "geneve/wire.hpp"

#include <cstdint>
#include <span>

namespace sallyport::geneve {

struct Decoded {
    Header header;
    std::span<const std::uint8_t> options; // header.option_bytes long
    std::span<const std::uint8_t> payload; // what is left; may be empty
};

/// The header, and that the options lie within the packet. Whoever goes on to read the options anyway (as
/// `read_gwlb_options` does) need not walk them twice and starts here; everybody else wants `decode`.
[[nodiscard]] inline Fault decode_header(std::span<const std::uint8_t> udp_payload, Decoded& out,
                                         ReservedBits reserved = ReservedBits::refuse) noexcept {
    if (udp_payload.size() < header_size) return Fault::header_truncated;
    const std::uint8_t* bytes = udp_payload.data();

    // RFC 8926 3.4: packets of an unknown version are dropped.
    const auto version = static_cast<std::uint8_t>(bytes[0] >> 6);
    if (version != 0) return Fault::version_unsupported;
    // RFC 8926 3.4: six bits after C and eight after the VNI, zero on transmission.
    if (reserved == ReservedBits::refuse && ((bytes[1] & 0x3F) | bytes[7]) != 0) return Fault::reserved_bits_set;
    // RFC 8926 3.4: Opt Len counts words and leaves out the fixed header.
    const auto option_bytes = static_cast<std::uint8_t>((bytes[0] & 0x3F) * 4);
    if (option_bytes > udp_payload.size() - header_size) return Fault::options_truncated;

    out.header.version = version;
    out.header.option_bytes = option_bytes;
    out.header.control = (bytes[1] & 0x80) != 0;
    out.header.critical = (bytes[1] & 0x40) != 0;
    out.header.protocol_type = load_be16(bytes + 2);
    out.header.vni = load_be32(bytes + 4) >> 8;
    out.options = udp_payload.subspan(header_size, option_bytes);
    out.payload = udp_payload.subspan(header_size + option_bytes);
    return Fault::none;
}

/// The header and every option's bounds. `out` is written unless the fault is one of the header.
[[nodiscard]] Fault decode(std::span<const std::uint8_t> udp_payload, Decoded& out,
                           ReservedBits reserved = ReservedBits::refuse) noexcept;

/// Whether the payload is traffic that a gateway or an appliance may pass on.
[[nodiscard]] constexpr Fault check_traffic(const Header& header) noexcept {
    // RFC 8926 3.4: the payload of a control message is not forwarded.
    if (header.control) return Fault::control_packet;
    switch (header.protocol_type) {
    case protocol_type_ipv4:
    case protocol_type_ipv6:
    case protocol_type_ethernet:
        return Fault::none;
    default:
        return Fault::protocol_type_unsupported;
    }
}

} // namespace sallyport::geneve
