// SPDX-License-Identifier: Apache-2.0
// Walking over the options of a GENEVE packet (RFC 8926 3.5).
#pragma once

#include "geneve/fault.hpp"
#include "geneve/header.hpp"
#include "geneve/wire.hpp"

#include <cstdint>
#include <span>

namespace sallyport::geneve {

inline constexpr std::uint8_t critical_type_bit = 0x80;

struct Option {
    std::uint16_t option_class = 0;
    std::uint8_t type = 0;              // all eight bits: 0x01 and 0x81 are two types (RFC 8926 3.5)
    std::span<const std::uint8_t> data; // a multiple of four bytes

    [[nodiscard]] constexpr bool critical() const noexcept { return (type & critical_type_bit) != 0; }
};

/// Reads one option after the other: `while (reader.next(option)) ...`, then `reader.fault()` says whether it ended
/// because the options were over (none) or because they were wrong.
class OptionReader {
public:
    explicit constexpr OptionReader(std::span<const std::uint8_t> options,
                                    ReservedBits reserved = ReservedBits::refuse) noexcept
        : rest_(options), reserved_(reserved) {}

    [[nodiscard]] constexpr bool next(Option& option) noexcept {
        if (rest_.empty() || fault_ != Fault::none) return false;
        if (rest_.size() < option_header_size) return stop(Fault::option_header_truncated);

        const std::uint8_t length_octet = rest_[3];
        // RFC 8926 3.5: the three bits above Length are zero on transmission.
        if ((length_octet & 0xE0) != 0 && reserved_ == ReservedBits::refuse) {
            return stop(Fault::option_reserved_bits_set);
        }
        // RFC 8926 3.5: Length counts words and leaves out the option header; an option may have no data at all.
        const std::size_t data_size = std::size_t{length_octet & 0x1FU} * 4;
        if (data_size > rest_.size() - option_header_size) return stop(Fault::option_overrun);

        option.option_class = load_be16(rest_.data());
        option.type = rest_[2];
        option.data = rest_.subspan(option_header_size, data_size);
        rest_ = rest_.subspan(option_header_size + data_size);
        return true;
    }

    [[nodiscard]] constexpr Fault fault() const noexcept { return fault_; }

private:
    constexpr bool stop(Fault fault) noexcept {
        fault_ = fault;
        return false;
    }

    std::span<const std::uint8_t> rest_;
    ReservedBits reserved_;
    Fault fault_ = Fault::none;
};

/// Whether the options add up to exactly the bytes given.
[[nodiscard]] constexpr Fault check_options(std::span<const std::uint8_t> options,
                                            ReservedBits reserved = ReservedBits::refuse) noexcept {
    OptionReader reader(options, reserved);
    Option option;
    while (reader.next(option)) {
    }
    return reader.fault();
}

} // namespace sallyport::geneve
