// SPDX-License-Identifier: Apache-2.0
// How do times, addresses and what peers have written stand in a log's line? Nothing that a peer wrote can end a line,
// a field or a string.
#pragma once

#include "balance/l7/unix_time.hpp"
#include "support/address.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::l7 {

struct LogAddress {
    IpAddress address;
    std::uint16_t port = 0;
};

/// "2026-11-21T12:00:00.123456Z".
void append_time(std::string& line, UnixTime at);
/// Seconds with `digits` (3 or 6) behind the point.
void append_seconds(std::string& line, std::chrono::microseconds time, unsigned digits);
void append_number(std::string& line, std::uint64_t number);
/// IPv6 in brackets.
void append_address(std::string& line, const LogAddress& address);

/// In quotes; `"`, `\`, control characters and all that is not ASCII become \xHH. Empty is "-".
void append_quoted(std::string& line, std::string_view text);
/// A part of such a text, without the quotes.
void append_inside_quotes(std::string& line, std::string_view text);
/// The same as append_quoted() without quotes, and blanks are written as \x20. Empty is -.
void append_word(std::string& line, std::string_view text);
/// A JSON string (RFC 8259 7); bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& line, std::string_view text);

/// The members of one JSON object, in order; what is not known is left out.
class JsonMembers {
public:
    explicit JsonMembers(std::string& line) : line_(line) { line_ += '{'; }
    /// Writes the name; the value is the caller's.
    std::string& key(std::string_view name);
    void text(std::string_view name, std::string_view value);
    void number(std::string_view name, std::uint64_t value) { append_number(key(name), value); }
    void seconds(std::string_view name, std::optional<std::chrono::microseconds> value);
    void time(std::string_view name, UnixTime value);
    void address(std::string_view name, const std::optional<LogAddress>& value);
    void end() { line_ += "}\n"; }

private:
    std::string& line_;
    bool is_first_ = true;
};

} // namespace sallyport::l7
