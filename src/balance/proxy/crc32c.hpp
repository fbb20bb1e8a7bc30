// SPDX-License-Identifier: Apache-2.0
// CRC32c (RFC 4960 Appendix B), by the instruction that every machine has that Sallyport is built for.
#pragma once

#include <cstdint>
#include <nmmintrin.h>
#include <span>

namespace sallyport::balance {

/// Begin with ~0, and invert what comes out last.
[[nodiscard]] inline std::uint32_t crc32c_add(std::uint32_t state, std::span<const std::uint8_t> bytes) noexcept {
    for (const std::uint8_t byte : bytes)
        state = _mm_crc32_u8(state, byte);
    return state;
}

} // namespace sallyport::balance
