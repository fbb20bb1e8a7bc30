// SPDX-License-Identifier: Apache-2.0
// GENEVE in front of a packet, written backwards into the room before it: no allocation, nothing moved.
#pragma once

#include "geneve/gwlb.hpp"
#include "geneve/header.hpp"
#include "geneve/options.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace sallyport::geneve {

/// What the sender decides about a header; version, Opt Len and C follow from the rest.
struct Encapsulation {
    std::uint16_t protocol_type = protocol_type_ipv4;
    std::uint32_t vni = 0;
    bool control = false;
};

/// Header and options, ending where `headroom` ends, so that the packet follows at once. Gives the bytes written, or
/// nothing (and no byte touched) if they do not fit, if an option's data or all options together are longer than the
/// wire can say, if data is not a multiple of four bytes, or if the VNI has more than 24 bits.
[[nodiscard]] std::optional<std::span<std::uint8_t>> encode_in_front(std::span<std::uint8_t> headroom,
                                                                     const Encapsulation& encapsulation,
                                                                     std::span<const Option> options) noexcept;

/// The same for the three GWLB options in AWS's order.
[[nodiscard]] inline std::optional<std::span<std::uint8_t>> encode_gwlb_in_front(std::span<std::uint8_t> headroom,
                                                                                 const Encapsulation& encapsulation,
                                                                                 const GwlbOptions& options) noexcept {
    if (headroom.size() < gwlb_header_size || encapsulation.vni > max_vni || encapsulation.control) return std::nullopt;
    const auto header = headroom.last<gwlb_header_size>();
    write_gwlb_header(header, encapsulation.protocol_type, encapsulation.vni, options);
    return header;
}

} // namespace sallyport::geneve
