// SPDX-License-Identifier: Apache-2.0
// Packets of these tests: a canonical GWLB packet, and a seeded generator of arbitrary ones.
#pragma once

#include "geneve/options.hpp"

#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace sallyport::geneve::test {

using Bytes = std::vector<std::uint8_t>;

/// "01 08 01 02" as bytes; blanks between the bytes are free.
inline Bytes from_hex(std::string_view text) {
    Bytes bytes;
    int high = -1;
    for (const char c : text) {
        if (c == ' ' || c == '\n') continue;
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (high < 0) {
            high = digit;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    return bytes;
}

/// Endpoint 0x2b8ee1d4db0c51c4, attachment 0, cookie 0xcafe0001, VNI 0, then the first word of an IPv4 header.
inline Bytes gwlb_packet() {
    return from_hex("08 00 08 00 00 00 00 00"
                    "01 08 01 02 2b 8e e1 d4 db 0c 51 c4"
                    "01 08 02 02 00 00 00 00 00 00 00 00"
                    "01 08 03 01 ca fe 00 01"
                    "45 00 00 14");
}

struct StoredOption {
    std::uint16_t option_class = 0;
    std::uint8_t type = 0;
    Bytes data;
};

/// Always the same packets for the same seed, so that a failure can be run again.
class Generator {
public:
    explicit Generator(std::uint64_t seed) : engine_(seed) {}

    std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }

    Bytes bytes(std::size_t size) {
        Bytes result(size);
        for (auto& byte : result)
            byte = static_cast<std::uint8_t>(below(256));
        return result;
    }

    /// Up to eight options that fit into one header together.
    std::vector<StoredOption> options() {
        std::vector<StoredOption> result;
        std::size_t left = max_options_size;
        for (std::uint32_t wanted = below(9); wanted > 0 && left >= option_header_size; --wanted) {
            const auto most_words = static_cast<std::uint32_t>((left - option_header_size) / 4);
            const std::size_t size = std::size_t{below(std::min(most_words, 31U) + 1)} * 4;
            result.push_back(
                {static_cast<std::uint16_t>(below(0x10000)), static_cast<std::uint8_t>(below(256)), bytes(size)});
            left -= option_header_size + size;
        }
        return result;
    }

private:
    std::mt19937_64 engine_;
};

inline std::vector<Option> views(const std::vector<StoredOption>& stored) {
    std::vector<Option> result;
    for (const auto& option : stored)
        result.push_back({option.option_class, option.type, option.data});
    return result;
}

} // namespace sallyport::geneve::test
