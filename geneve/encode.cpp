// SPDX-License-Identifier: Apache-2.0
#include "geneve/encode.hpp"

#include <algorithm>

namespace sallyport::geneve {

namespace {

/// Bytes that the options take on the wire, or nothing if the wire cannot hold them (RFC 8926 3.4, 3.5).
std::optional<std::size_t> size_of(std::span<const Option> options) noexcept {
    std::size_t size = 0;
    for (const Option& option : options) {
        if (option.data.size() > max_option_data_size || option.data.size() % 4 != 0) return std::nullopt;
        size += option_header_size + option.data.size();
        if (size > max_options_size) return std::nullopt;
    }
    return size;
}

} // namespace

std::optional<std::span<std::uint8_t>> encode_in_front(std::span<std::uint8_t> headroom,
                                                       const Encapsulation& encapsulation,
                                                       std::span<const Option> options) noexcept {
    const std::optional<std::size_t> options_size = size_of(options);
    if (!options_size || encapsulation.vni > max_vni) return std::nullopt;
    if (headroom.size() < header_size + *options_size) return std::nullopt;

    const std::span<std::uint8_t> header = headroom.last(header_size + *options_size);
    // RFC 8926 3.4: C says that at least one of the options is critical.
    const bool critical = std::any_of(options.begin(), options.end(), [](const Option& o) { return o.critical(); });
    header[0] = static_cast<std::uint8_t>(*options_size / 4);
    header[1] = static_cast<std::uint8_t>((encapsulation.control ? 0x80 : 0) | (critical ? 0x40 : 0));
    store_be16(&header[2], encapsulation.protocol_type);
    store_be32(&header[4], encapsulation.vni << 8);

    std::uint8_t* at = header.data() + header_size;
    for (const Option& option : options) {
        store_be16(at, option.option_class);
        at[2] = option.type;
        at[3] = static_cast<std::uint8_t>(option.data.size() / 4);
        at = std::copy(option.data.begin(), option.data.end(), at + option_header_size);
    }
    return header;
}

} // namespace sallyport::geneve
