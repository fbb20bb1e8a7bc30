// SPDX-License-Identifier: Apache-2.0
// What stands in front of the IP packet in a trace's records, by the trace's link type.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace sallyport::replay {

struct LinkFrame {
    bool is_ethernet = false;     // `bytes` is a whole Ethernet frame, `ether_type` unused
    std::uint16_t ether_type = 0; // of `bytes`, which follow the link header
    std::span<const std::uint8_t> bytes;
};

/// Whether records of this libpcap DLT can be read at all.
[[nodiscard]] bool is_readable_link_type(int link_type) noexcept;

/// Nothing when the link type is unknown, the record ends within the link header, or the header names no protocol.
[[nodiscard]] std::optional<LinkFrame> read_link_layer(int link_type, std::span<const std::uint8_t> record) noexcept;

} // namespace sallyport::replay
