// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::config {

namespace {

template <typename Integer>
bool whole(std::string_view text, Integer& out, int base = 10) noexcept {
    if (text.empty() || text.front() == '-') return false;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return fault == std::errc{} && end == text.data() + text.size();
}

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_letter_or_digit(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units = {
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};

} // namespace

std::optional<std::uint64_t> parse_integer(std::string_view text) noexcept {
    std::uint64_t value = 0;
    if (text.starts_with("0x") || text.starts_with("0X"))
        return whole(text.substr(2), value, 16) ? std::optional(value) : std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    return whole(text, value) ? std::optional(value) : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == std::string_view::npos) return std::nullopt;
    const auto* const unit = std::ranges::find(units, text.substr(digits), [](const auto& each) { return each.first; });
    std::uint32_t count = 0;
    if (unit == units.end() || !whole(text.substr(0, digits), count)) return std::nullopt;
    return std::chrono::milliseconds(count * unit->second);
}

std::string to_text(std::chrono::milliseconds duration) {
    if (duration.count() == 0) return "0s";
    auto unit = units.rbegin();
    while (duration.count() % unit->second != 0)
        ++unit;
    return std::to_string(duration.count() / unit->second) + std::string(unit->first);
}

std::optional<PortRange> parse_port_range(std::string_view text) noexcept {
    const std::size_t dash = text.find('-');
    PortRange range;
    if (!whole(text.substr(0, dash), range.first)) return std::nullopt;
    range.last = range.first;
    if (dash != std::string_view::npos && !whole(text.substr(dash + 1), range.last)) return std::nullopt;
    return range.first <= range.last ? std::optional(range) : std::nullopt;
}

namespace {

std::optional<std::vector<StatusRange>> parse_code_ranges(std::string_view text, StatusRange within) {
    std::vector<StatusRange> ranges;
    while (true) {
        const std::size_t comma = text.find(',');
        const auto range = parse_port_range(text.substr(0, comma));
        if (!range || range->first < within.first || range->last > within.last) return std::nullopt;
        ranges.push_back({.first = range->first, .last = range->last});
        if (comma == std::string_view::npos) return ranges;
        text.remove_prefix(comma + 1);
    }
}

} // namespace

std::optional<std::vector<StatusRange>> parse_status_ranges(std::string_view text) {
    return parse_code_ranges(text, {.first = 200, .last = 599});
}

std::optional<std::vector<StatusRange>> parse_grpc_ranges(std::string_view text) {
    return parse_code_ranges(text, {.first = 0, .last = 99});
}

std::optional<std::array<std::uint8_t, 16>> parse_hash_key(std::string_view text) noexcept {
    std::array<std::uint8_t, 16> key = {};
    if (text.size() != key.size() * 2) return std::nullopt;
    for (std::size_t i = 0; i < key.size(); ++i)
        if (!whole(text.substr(i * 2, 2), key[i], 16)) return std::nullopt;
    return key;
}

std::optional<std::string> parse_pci_address(std::string_view text) {
    constexpr std::string_view shape = "hhhh:hh:hh.o";
    std::string full(text);
    if (full.size() + 5 == shape.size()) full.insert(0, "0000:");
    if (full.size() != shape.size()) return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        char& c = full[i];
        const bool fits = shape[i] == 'h' ? is_hex(c) : shape[i] == 'o' ? c >= '0' && c <= '7' : c == shape[i];
        if (!fits) return std::nullopt;
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return full;
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 63 && is_letter_or_digit(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; });
}

bool is_host_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > 253) return false;
    std::size_t label = 0;
    for (const char c : text) {
        if (c == '.' ? label == 0 : !is_letter_or_digit(c) && c != '-' && c != '_') return false;
        label = c == '.' ? 0 : label + 1;
        if (label > 63) return false;
    }
    return label > 0;
}

bool is_interface_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 15 && text != "." && text != ".." &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':'; });
}

} // namespace sallyport::config
