// SPDX-License-Identifier: Apache-2.0
// SipHash-1-3 (Aumasson and Bernstein, 2012) over whole 64-bit words: a keyed hash that nobody without the key can
// collide on purpose, cheap enough for every packet. The length byte of the original is the word count times eight,
// so the result equals the reference function's over the same bytes (little-endian words).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport {

struct SipKey {
    std::uint64_t k0 = 0;
    std::uint64_t k1 = 0;

    /// The key from its 16 bytes, as the reference implementation reads them.
    static constexpr SipKey from_bytes(const std::array<std::uint8_t, 16>& bytes) noexcept {
        SipKey key;
        for (unsigned i = 0; i < 8; ++i) {
            key.k0 |= std::uint64_t{bytes[i]} << (8 * i);
            key.k1 |= std::uint64_t{bytes[8 + i]} << (8 * i);
        }
        return key;
    }
    friend bool operator==(const SipKey&, const SipKey&) = default;
};

namespace detail {

struct SipState {
    std::uint64_t v0, v1, v2, v3;

    constexpr explicit SipState(const SipKey& key) noexcept
        : v0(key.k0 ^ 0x736f6d6570736575U), v1(key.k1 ^ 0x646f72616e646f6dU), v2(key.k0 ^ 0x6c7967656e657261U),
          v3(key.k1 ^ 0x7465646279746573U) {}

    constexpr void round() noexcept {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    constexpr void absorb(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        v0 ^= word;
    }
    constexpr std::uint64_t finish() noexcept {
        v2 ^= 0xff;
        round();
        round();
        round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

} // namespace detail

/// SipHash-1-3 of `words`. The count is a template argument so that the loop unrolls on the hot path.
template <std::size_t Count>
[[nodiscard]] constexpr std::uint64_t siphash13(const SipKey& key,
                                                const std::array<std::uint64_t, Count>& words) noexcept {
    detail::SipState state(key);
    for (const std::uint64_t word : words)
        state.absorb(word);
    state.absorb(std::uint64_t{(Count * 8) & 0xff} << 56);
    return state.finish();
}

/// SipHash-1-3 of a text; not for the hot path.
[[nodiscard]] constexpr std::uint64_t siphash13(const SipKey& key, std::string_view text) noexcept {
    detail::SipState state(key);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        word |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * (i % 8));
        if (i % 8 == 7) {
            state.absorb(word);
            word = 0;
        }
    }
    state.absorb(word | std::uint64_t{text.size() & 0xff} << 56);
    return state.finish();
}

} // namespace sallyport
