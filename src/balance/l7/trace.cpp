// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/trace.hpp"

#include "balance/l7/hex.hpp"
#include "balance/l7/list_fields.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace sallyport::l7 {
namespace {

constexpr std::string_view x_amzn_trace_id = "X-Amzn-Trace-Id";
constexpr std::string_view traceparent = "traceparent";
constexpr std::string_view tracestate = "tracestate";

/// "1-" seconds since 1970 "-" 96 random bits.
std::string_view new_amazon_id(UnixTime now, SplitMix64& random, http::TextArena& arena) {
    constexpr std::size_t size = 2 + 8 + 1 + 24;
    char* const begin = arena.take(size);
    char* to = begin;
    *to++ = '1';
    *to++ = '-';
    to = write_hex(to, static_cast<std::uint64_t>(whole_seconds(now).time_since_epoch().count()), 8);
    *to++ = '-';
    to = write_hex(to, random.next(), 16);
    write_hex(to, random.next(), 8);
    return {begin, size};
}

bool is_called(std::string_view part, std::string_view name) noexcept {
    return part.size() > name.size() && part[name.size()] == '=' &&
           http::equal_names(part.substr(0, name.size()), name);
}

struct AmazonTrace {
    bool has_root = false;
    std::string_view rest; // all but Self, in the order that it came
};

AmazonTrace read_amazon(std::string_view value, http::TextArena& arena) {
    AmazonTrace trace;
    std::string_view rest = value;
    bool has_self = false;
    std::size_t parts = 0;
    while (!rest.empty()) {
        const std::string_view part = take_part(rest, ';');
        has_self = has_self || is_called(part, "Self");
        trace.has_root = trace.has_root || (is_called(part, "Root") && part.size() > 5);
        ++parts;
    }
    if (!has_self) {
        trace.rest = value;
        return trace;
    }
    // What stays is shorter than what came.
    char* const begin = arena.take(value.size());
    char* to = begin;
    for (rest = value; !rest.empty();) {
        const std::string_view part = take_part(rest, ';');
        if (part.empty() || is_called(part, "Self")) continue;
        if (to != begin) *to++ = ';';
        to = std::copy(part.begin(), part.end(), to);
    }
    trace.rest = {begin, static_cast<std::size_t>(to - begin)};
    return trace;
}

std::string_view add_amazon(UnixTime now, SplitMix64& random, http::TextArena& arena, http::Fields& fields) {
    const std::string_view own = new_amazon_id(now, random, arena);
    const http::Field* const came = http::find(fields, x_amzn_trace_id);
    const bool is_kept = came != nullptr && came->value.size() <= max_trace_id_bytes;
    const AmazonTrace trace = is_kept ? read_amazon(trim(came->value), arena) : AmazonTrace{};
    const std::string_view separator = trace.rest.empty() ? "" : ";";
    const std::string_view value = arena.join({trace.has_root ? "Self=" : "Root=", own, separator, trace.rest});
    replace_all(x_amzn_trace_id, value, fields);
    return value;
}

/// Trace Context 3.2.2: small letters only, and not all zeros.
bool is_id(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }) &&
           text.find_first_not_of('0') != std::string_view::npos;
}

struct Parent {
    std::string_view trace_id;
    unsigned flags = 0;
};

/// version "-" trace-id "-" parent-id "-" trace-flags; of a version to come more may follow (3.2.1, 4.1).
std::optional<Parent> read_parent(std::string_view text) noexcept {
    constexpr std::size_t size = 55;
    if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
    const std::string_view version = text.substr(0, 2);
    const int version_high = hex_digit(version[0]);
    const int version_low = hex_digit(version[1]);
    if (version_high < 0 || version_low < 0 || version == "ff") return {};
    if (version == "00" ? text.size() != size : text.size() > size && text[size] != '-') return {};
    const int flags_high = hex_digit(text[53]);
    const int flags_low = hex_digit(text[54]);
    if (flags_high < 0 || flags_low < 0) return {};
    Parent parent{.trace_id = text.substr(3, 32)};
    if (!is_id(parent.trace_id) || !is_id(text.substr(36, 16))) return {};
    constexpr unsigned known_flags = 0x03; // sampled, and level 2's random
    parent.flags = static_cast<unsigned>(flags_low) & known_flags;
    return parent;
}

/// Never 0.
std::uint64_t new_span(SplitMix64& random) noexcept {
    const std::uint64_t number = random.next();
    return number == 0 ? 1 : number;
}

std::string_view write_parent(const std::optional<Parent>& parent, SplitMix64& random, http::TextArena& arena) {
    constexpr std::size_t size = 55;
    char* const begin = arena.take(size);
    char* to = begin;
    const auto put = [&](std::string_view text) { to = std::copy(text.begin(), text.end(), to); };
    put("00-");
    if (parent) {
        put(parent->trace_id);
    } else {
        to = write_hex(to, new_span(random), 16);
        to = write_hex(to, random.next(), 16);
    }
    put("-");
    to = write_hex(to, new_span(random), 16);
    put("-");
    // A trace that begins here is not said to be recorded: 3.2.3.1.
    write_hex(to, parent ? parent->flags : 0, 2);
    return {begin, size};
}

std::optional<Parent> parent_of(const http::Fields& fields) noexcept {
    std::optional<std::string_view> value;
    for (const http::Field& field : fields) {
        if (!http::equal_names(field.name, traceparent)) continue;
        if (value) return {}; // two of them: neither is believed
        value = trim(field.value);
    }
    return value ? read_parent(*value) : std::nullopt;
}

std::string_view add_w3c(SplitMix64& random, http::TextArena& arena, http::Fields& fields) {
    const std::optional<Parent> parent = parent_of(fields);
    // It belongs to the traceparent that came: 4.3.
    if (!parent) http::erase(fields, tracestate);
    const std::string_view value = write_parent(parent, random, arena);
    replace_all(traceparent, value, fields);
    return value;
}

} // namespace

std::string_view add_trace(config::TraceHeader which, UnixTime now, SplitMix64& random, http::TextArena& arena,
                           http::Fields& fields) {
    std::string_view parent;
    if (which == config::TraceHeader::w3c || which == config::TraceHeader::both) {
        parent = add_w3c(random, arena, fields);
    }
    if (which == config::TraceHeader::amazon || which == config::TraceHeader::both) {
        return add_amazon(now, random, arena, fields);
    }
    return parent;
}

ConnectionTraceId::ConnectionTraceId(SplitMix64& random) noexcept {
    constexpr std::string_view mark = "TID_";
    char* to = std::copy(mark.begin(), mark.end(), text_.data());
    to = write_hex(to, random.next(), 16);
    write_hex(to, random.next(), 16);
}

} // namespace sallyport::l7
