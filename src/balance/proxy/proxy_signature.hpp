// SPDX-License-Identifier: Apache-2.0
// How PROXY headers begin, for those who write and read them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sallyport::balance::detail {

inline constexpr std::array<std::uint8_t, 12> v2_signature = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D,
                                                              0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
inline constexpr std::string_view v1_signature = "PROXY ";
inline constexpr std::size_t v2_fixed_size = 16; // signature, version and command, family and transport, length
inline constexpr std::size_t checksum_size = 4;

} // namespace sallyport::balance::detail
