// SPDX-License-Identifier: Apache-2.0
// For whom a gateway's proxy opened the connection that a packet is of: an option of the gateway's own, for appliances
// that ask for it (docs/appliances.md). Not critical: who does not know it sees the packet as it is.
#pragma once

#include "geneve/options.hpp"
#include "geneve/verdict.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace sallyport::geneve {

/// Beside the verdict, of the same class. Data: 4 or 6 for the family, a zero, the port (16 bits), the address.
inline constexpr std::uint8_t sallyport_type_client = 2;
inline constexpr std::size_t client_option_size_v4 = option_header_size + 8;
inline constexpr std::size_t client_option_size_v6 = option_header_size + 20;

struct ClientOption {
    bool is_v4 = true;
    std::uint16_t port = 0;
    std::array<std::uint8_t, 16> address = {}; // network order; IPv4 in the first four

    [[nodiscard]] constexpr std::size_t size() const noexcept {
        return is_v4 ? client_option_size_v4 : client_option_size_v6;
    }
    friend bool operator==(const ClientOption&, const ClientOption&) = default;
};

/// Looks for the client among the options of a packet. False: it is not told, or not as this file has it.
[[nodiscard]] inline bool read_client(std::span<const std::uint8_t> options, ClientOption& out) noexcept {
    OptionReader reader(options, ReservedBits::ignore);
    Option option;
    while (reader.next(option)) {
        if (option.option_class != sallyport_option_class || option.type != sallyport_type_client) continue;
        const std::uint8_t* data = option.data.data();
        const bool is_v4 = option.data.size() == client_option_size_v4 - option_header_size && data[0] == 4;
        const bool is_v6 = option.data.size() == client_option_size_v6 - option_header_size && data[0] == 6;
        if (!is_v4 && !is_v6) return false;
        out = {};
        out.is_v4 = is_v4;
        out.port = load_be16(data + 2);
        std::copy_n(data + 4, is_v4 ? 4 : 16, out.address.begin());
        return true;
    }
    return false;
}

/// The whole option, into client.size() bytes.
inline void write_client(std::uint8_t* out, const ClientOption& client) noexcept {
    store_be16(out, sallyport_option_class);
    out[2] = sallyport_type_client;
    out[3] = static_cast<std::uint8_t>((client.size() - option_header_size) / 4);
    out[4] = client.is_v4 ? 4 : 6;
    out[5] = 0;
    store_be16(out + 6, client.port);
    std::copy_n(client.address.begin(), client.is_v4 ? 4 : 16, out + 8);
}

} // namespace sallyport::geneve
