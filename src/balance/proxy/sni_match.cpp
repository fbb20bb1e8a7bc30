// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/sni_match.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

constexpr std::size_t max_name_size = 253;
constexpr std::size_t max_label_size = 63;

/// Of ASCII only, whatever the process' locale.
char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_label(std::string_view label) noexcept {
    return !label.empty() && label.size() <= max_label_size && std::all_of(label.begin(), label.end(), [](char c) {
        const char small = lower(c);
        return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

} // namespace

bool is_server_name_pattern(std::string_view text) noexcept {
    if (text == "*") return true;
    if (text.starts_with("*.")) text.remove_prefix(2);
    if (text.size() > max_name_size) return false;
    for (;;) {
        const std::size_t dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool server_name_fits(std::string_view pattern, std::string_view name) noexcept {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty()) return false;
    if (pattern == "*") return true;
    if (!pattern.starts_with("*.")) return same(pattern, name);
    const std::string_view tail = pattern.substr(1); // with its dot
    return name.size() > tail.size() && name.front() != '.' && same(name.substr(name.size() - tail.size()), tail);
}

std::optional<std::size_t> first_fitting(std::span<const std::string> patterns, std::string_view name) noexcept {
    for (std::size_t i = 0; i < patterns.size(); ++i)
        if (server_name_fits(patterns[i], name)) return i;
    return std::nullopt;
}

} // namespace sallyport::balance
