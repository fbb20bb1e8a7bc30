// SPDX-License-Identifier: Apache-2.0
// What do Content-Length, Transfer-Encoding and Connection say, however often they come (RFC 9112 6, RFC 9110 7.6.1)?
#pragma once

#include "balance/http/head_lines.hpp"
#include "balance/http/message.hpp"

#include <array>

namespace sallyport::http {

/// The elements of a list between commas, without the blanks around them, empty ones as well. False as soon as `take`
/// says so.
template <typename Take>
bool each_element(std::string_view list, Take&& take) {
    for (;;) {
        const std::size_t comma = list.find(',');
        if (!take(without_blanks(list.substr(0, comma)))) return false;
        if (comma == std::string_view::npos) return true;
        list.remove_prefix(comma + 1);
    }
}

enum class FramingFault : std::uint8_t {
    none,
    bad_length,
    different_lengths,
    bad_coding,
    repeated_coding,
    unknown_coding
};

struct FramingFields {
    std::uint64_t length = 0;
    bool has_length = false;
    bool repeats_length = false; // equal ones
    bool has_leading_zeros = false;
    bool has_coding = false;
    bool is_chunked = false;
    bool has_identity = false;

    [[nodiscard]] FramingFault add_length(std::string_view value) noexcept;
    [[nodiscard]] FramingFault add_coding(std::string_view value) noexcept;
};

struct ConnectionOptions {
    static constexpr std::size_t most = 16;

    bool closes = false;
    bool keeps_alive = false;
    bool upgrades = false;

    /// False: more than `most` names, which nobody needs, and which would make us search long.
    [[nodiscard]] bool add(std::string_view value) noexcept;
    /// What was named is not passed on, but for protected fields.
    void remove_named(Fields& fields) const noexcept;

private:
    std::array<std::string_view, most> names_{};
    std::size_t count_ = 0;
};

/// The fields that a reader treats on its own; none: all others.
enum class KnownField : std::uint8_t {
    none,
    connection,
    content_length,
    expect,
    host,
    of_connection, // without a meaning for us
    te,
    transfer_encoding,
    upgrade
};
[[nodiscard]] KnownField known_field(std::string_view name) noexcept;

/// The first protocol of an Upgrade that may be asked for: not h2c. Empty: none.
[[nodiscard]] std::string_view chosen_upgrade(std::string_view value) noexcept;

} // namespace sallyport::http
