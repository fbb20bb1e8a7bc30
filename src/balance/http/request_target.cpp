// SPDX-License-Identifier: Apache-2.0
#include "balance/http/request_target.hpp"

#include <algorithm>

namespace sallyport::http {
namespace {

[[nodiscard]] bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

[[nodiscard]] bool is_host_character(char c) noexcept {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-._~!$&'()*+,;=%").find(c) != std::string_view::npos;
}

[[nodiscard]] bool has_to_be_encoded(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7F;
}

[[nodiscard]] std::string_view encoded(std::string_view text, TextArena& arena, DesyncReport& desync) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(text, has_to_be_encoded));
    if (count == 0) return text;
    constexpr std::string_view digits = "0123456789ABCDEF";
    const std::size_t size = text.size() + 2 * count;
    char* const begin = arena.take(size);
    char* to = begin;
    for (const char each : text) {
        if (!has_to_be_encoded(each)) {
            *to++ = each;
            continue;
        }
        const auto byte = static_cast<unsigned char>(each);
        if (each == ' ')
            desync.note(DesyncClass::acceptable, DesyncReason::space_in_uri);
        else
            desync.note(DesyncClass::ambiguous, DesyncReason::ambiguous_uri);
        *to++ = '%';
        *to++ = digits[byte >> 4U];
        *to++ = digits[byte & 15U];
    }
    return {begin, size};
}

/// Behind "http://" or "https://"; npos for other schemes. Which of the two is the connection's to say, not the
/// client's.
[[nodiscard]] std::size_t scheme_size(std::string_view target) noexcept {
    for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")})
        if (equal_names(target.substr(0, scheme.size()), scheme)) return scheme.size();
    return std::string_view::npos;
}

} // namespace

bool is_valid_authority(std::string_view authority) noexcept {
    std::string_view rest = authority;
    if (rest.starts_with('[')) {
        const std::size_t end = rest.find(']');
        if (end == std::string_view::npos) return false;
        const auto is_inside = [](char c) { return c == ':' || is_host_character(c); };
        if (end == 1 || !std::ranges::all_of(rest.substr(1, end - 1), is_inside)) return false;
        rest.remove_prefix(end + 1);
    } else {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        if (end == 0 && !rest.empty()) return false;
        if (!std::ranges::all_of(rest.substr(0, end), is_host_character)) return false;
        rest.remove_prefix(end);
    }
    if (rest.empty()) return true;
    return rest.front() == ':' && rest.size() <= 6 && std::ranges::all_of(rest.substr(1), is_digit);
}

bool read_target(RequestHead& head, TextArena& arena, DesyncReport& desync) {
    std::string_view target = head.target;
    if (target.empty() || target.front() == ' ' || target.back() == ' ') return false;
    if (const std::size_t fragment = target.find('#'); fragment != std::string_view::npos) {
        target = target.substr(0, fragment);
        desync.note(DesyncClass::ambiguous, DesyncReason::ambiguous_uri);
    }
    if (target == "*") {
        head.path = target;
        return head.method == "OPTIONS";
    }
    if (!target.starts_with('/')) {
        const std::size_t scheme = scheme_size(target);
        if (scheme == std::string_view::npos) return false;
        target.remove_prefix(scheme);
        const std::size_t end = std::min(target.find_first_of("/?"), target.size());
        head.authority = target.substr(0, end);
        if (head.authority.empty() || !is_valid_authority(head.authority)) return false;
        target.remove_prefix(end);
    }
    const std::size_t mark = target.find('?');
    head.path = encoded(target.substr(0, mark), arena, desync);
    if (mark != std::string_view::npos) {
        head.has_query = true;
        head.query = encoded(target.substr(mark + 1), arena, desync);
    }
    // RFC 9112 3.2.4: asking about the server itself by an absolute target has no path.
    if (head.path.empty()) head.path = head.method == "OPTIONS" && !head.has_query ? "*" : "/";
    return true;
}

} // namespace sallyport::http
