// SPDX-License-Identifier: Apache-2.0
// The option set of AWS Gateway Load Balancer, class 0x0108: who the traffic belongs to, and which flow it is of.
// Reading and writing are inline: a gateway does both for every packet.
#pragma once

#include "geneve/decode.hpp"
#include "geneve/fault.hpp"
#include "geneve/header.hpp"
#include "geneve/wire.hpp"

#include <cstdint>
#include <span>

namespace sallyport::geneve {

inline constexpr std::uint16_t gwlb_option_class = 0x0108;
inline constexpr std::uint8_t gwlb_type_endpoint_id = 1;   // 8 bytes
inline constexpr std::uint8_t gwlb_type_attachment_id = 2; // 8 bytes
inline constexpr std::uint8_t gwlb_type_flow_cookie = 3;   // 4 bytes

inline constexpr std::size_t gwlb_options_size = 32;
inline constexpr std::size_t gwlb_header_size = header_size + gwlb_options_size;

struct GwlbOptions {
    std::uint64_t endpoint_id = 0;
    std::uint64_t attachment_id = 0;
    std::uint32_t flow_cookie = 0;
    bool has_endpoint_id = false;
    bool has_attachment_id = false;
    bool has_flow_cookie = false;

    [[nodiscard]] constexpr bool complete() const noexcept {
        return has_endpoint_id && has_attachment_id && has_flow_cookie;
    }
    friend bool operator==(const GwlbOptions&, const GwlbOptions&) = default;
};

namespace detail {

/// An option header as one word: class, type, three reserved bits, length in words (RFC 8926 3.5).
constexpr std::uint32_t gwlb_option_word(std::uint8_t type, std::uint8_t length_words) noexcept {
    return (std::uint32_t{gwlb_option_class} << 16) | (std::uint32_t{type} << 8) | length_words;
}

inline constexpr std::uint32_t endpoint_id_word = gwlb_option_word(gwlb_type_endpoint_id, 2);
inline constexpr std::uint32_t attachment_id_word = gwlb_option_word(gwlb_type_attachment_id, 2);
inline constexpr std::uint32_t flow_cookie_word = gwlb_option_word(gwlb_type_flow_cookie, 1);

/// Where each option header stands when they come in AWS's order.
inline constexpr std::size_t endpoint_id_at = 0;
inline constexpr std::size_t attachment_id_at = 12;
inline constexpr std::size_t flow_cookie_at = 24;

[[nodiscard]] Fault read_gwlb_options_in_any_order(std::span<const std::uint8_t> options, GwlbOptions& out,
                                                   ReservedBits reserved) noexcept;

} // namespace detail

/// Reads the GWLB options among `options`. Missing ones are no fault: see the `has_` members. Options that are not
/// GWLB's are passed over, unless critical (RFC 8926 3.5).
[[nodiscard]] inline Fault read_gwlb_options(std::span<const std::uint8_t> options, GwlbOptions& out,
                                             ReservedBits reserved = ReservedBits::refuse) noexcept {
    const std::uint8_t* bytes = options.data();
    if (options.size() == gwlb_options_size && load_be32(bytes + detail::endpoint_id_at) == detail::endpoint_id_word &&
        load_be32(bytes + detail::attachment_id_at) == detail::attachment_id_word &&
        load_be32(bytes + detail::flow_cookie_at) == detail::flow_cookie_word) [[likely]] {
        out.endpoint_id = load_be64(bytes + detail::endpoint_id_at + option_header_size);
        out.attachment_id = load_be64(bytes + detail::attachment_id_at + option_header_size);
        out.flow_cookie = load_be32(bytes + detail::flow_cookie_at + option_header_size);
        out.has_endpoint_id = out.has_attachment_id = out.has_flow_cookie = true;
        return Fault::none;
    }
    return detail::read_gwlb_options_in_any_order(options, out, reserved);
}

/// Header, kind of payload and GWLB options in one pass: what a gateway asks of a packet that comes back.
[[nodiscard]] inline Fault decode_gwlb(std::span<const std::uint8_t> udp_payload, Decoded& out, GwlbOptions& options,
                                       ReservedBits reserved = ReservedBits::refuse) noexcept {
    if (const Fault fault = decode_header(udp_payload, out, reserved); fault != Fault::none) return fault;
    if (const Fault fault = check_traffic(out.header); fault != Fault::none) return fault;
    return read_gwlb_options(out.options, options, reserved);
}

/// Writes the GENEVE header with all three options, whatever the `has_` members say: AWS sends an attachment id of
/// zero rather than none. `vni` has 24 bits. Reserved bits are zero, and so is C, for none of the options is critical.
inline void write_gwlb_header(std::span<std::uint8_t, gwlb_header_size> out, std::uint16_t protocol_type,
                              std::uint32_t vni, const GwlbOptions& options) noexcept {
    std::uint8_t* bytes = out.data();
    // RFC 8926 3.4: version 0, Opt Len in words; no O, no C.
    constexpr std::uint64_t fixed = std::uint64_t{gwlb_options_size / 4} << 56;
    store_be64(bytes, fixed | (std::uint64_t{protocol_type} << 32) | (std::uint64_t{vni} << 8));
    bytes += header_size;
    store_be32(bytes + detail::endpoint_id_at, detail::endpoint_id_word);
    store_be64(bytes + detail::endpoint_id_at + option_header_size, options.endpoint_id);
    store_be32(bytes + detail::attachment_id_at, detail::attachment_id_word);
    store_be64(bytes + detail::attachment_id_at + option_header_size, options.attachment_id);
    store_be32(bytes + detail::flow_cookie_at, detail::flow_cookie_word);
    store_be32(bytes + detail::flow_cookie_at + option_header_size, options.flow_cookie);
}

} // namespace sallyport::geneve
