// SPDX-License-Identifier: Apache-2.0
// Where do numbers that look random come from on a worker? SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; Vigna's
// constants): eight bytes of state, a handful of instructions, the seed an input, so that a replay draws the same
// numbers again. No secret: who sees a number can know the next.
#pragma once

#include <cstdint>

namespace sallyport {

class SplitMix64 {
public:
    /// Any seed is good, 0 too.
    explicit constexpr SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}

    /// 64 bits; each number comes once in a cycle of 2^64.
    constexpr std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15U; // 2^64 divided by the golden ratio
        std::uint64_t mixed = state_;
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
        return mixed ^ mixed >> 31;
    }

private:
    std::uint64_t state_;
};

} // namespace sallyport
