// SPDX-License-Identifier: Apache-2.0
#include "balance/http/field_rules.hpp"

#include "balance/http/message.hpp"

#include <algorithm>
#include <array>

namespace sallyport::http {
namespace {

[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> table{};
    for (std::size_t each = 0; each < table.size(); ++each)
        table[each] = is_alphanumeric(static_cast<char>(each));
    for (const char each : std::string_view("!#$%&'*+-.^_`|~"))
        table[static_cast<unsigned char>(each)] = true;
    return table;
}();

[[nodiscard]] bool is_one_of(std::string_view name, const auto& names) noexcept {
    return std::ranges::any_of(names, [&](std::string_view each) { return equal_names(each, name); });
}

[[nodiscard]] bool begins_with(std::string_view name, std::string_view prefix) noexcept {
    return name.size() >= prefix.size() && equal_names(name.substr(0, prefix.size()), prefix);
}

/// `letters` are small ones. Names that are no longer than the letters cannot hide anything.
[[nodiscard]] bool has_letters(std::string_view name, std::string_view letters) noexcept {
    if (name.size() < letters.size()) return false;
    std::size_t met = 0;
    for (const char each : name) {
        if (!is_alphanumeric(each)) continue;
        const char small = each >= 'A' && each <= 'Z' ? static_cast<char>(each | 0x20) : each;
        if (met == letters.size() || letters[met] != small) return false;
        ++met;
    }
    return met == letters.size();
}

constexpr std::array<std::string_view, 7> connection_specific{
    "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "TE"};

constexpr std::array<std::string_view, 11> deciding{"Authorization", "Cookie",     "Forwarded",    "Host",
                                                    "Origin",        "Via",        "Content-Type", "Set-Cookie",
                                                    "Traceparent",   "Tracestate", "Expect"};

constexpr std::array<std::string_view, 9> deciding_kin{"Content-", "Proxy-Auth",  "Sec-",        "X-Amzn-", "X-Auth",
                                                       "X-Client", "X-Forwarded", "X-Original-", "X-Real-"};

constexpr std::array<std::string_view, 21> not_in_trailers{"Content-Length",
                                                           "Host",
                                                           "Trailer",
                                                           "Content-Encoding",
                                                           "Content-Type",
                                                           "Content-Range",
                                                           "Authorization",
                                                           "Cookie",
                                                           "Set-Cookie",
                                                           "Cache-Control",
                                                           "Expect",
                                                           "Max-Forwards",
                                                           "Pragma",
                                                           "Range",
                                                           "WWW-Authenticate",
                                                           "Forwarded",
                                                           "Location",
                                                           "Vary",
                                                           "Age",
                                                           "Expires",
                                                           "Retry-After"};

} // namespace

bool is_valid_name(std::string_view name) noexcept {
    return !name.empty() &&
           std::ranges::all_of(name, [](char each) { return token_characters[static_cast<unsigned char>(each)]; });
}

bool is_writable_value(std::string_view value) noexcept {
    return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_valid_value(std::string_view value) noexcept {
    const auto is_blank = [](char each) { return each == ' ' || each == '\t'; };
    return is_writable_value(value) && (value.empty() || (!is_blank(value.front()) && !is_blank(value.back())));
}

bool is_plain_name(std::string_view name) noexcept {
    return !name.empty() && std::ranges::all_of(name, [](char each) { return each == '-' || is_alphanumeric(each); });
}

bool is_valid_h2_name(std::string_view name) noexcept {
    return is_valid_name(name) && std::ranges::none_of(name, [](char each) { return each >= 'A' && each <= 'Z'; });
}

bool is_connection_specific(std::string_view name) noexcept {
    return is_one_of(name, connection_specific);
}

bool is_protected_from_connection(std::string_view name) noexcept {
    return is_one_of(name, deciding) ||
           std::ranges::any_of(deciding_kin, [&](std::string_view each) { return begins_with(name, each); });
}

bool is_forbidden_trailer(std::string_view name) noexcept {
    return is_one_of(name, not_in_trailers) || is_connection_specific(name) || begins_with(name, "Proxy-") ||
           begins_with(name, "X-Forwarded-") || begins_with(name, "X-Amzn-") || begins_with(name, "If-") ||
           looks_like_content_length(name) || looks_like_transfer_encoding(name);
}

bool looks_like_content_length(std::string_view name) noexcept {
    return has_letters(name, "contentlength") && !equal_names(name, "Content-Length");
}

bool looks_like_transfer_encoding(std::string_view name) noexcept {
    return has_letters(name, "transferencoding") && !equal_names(name, "Transfer-Encoding");
}

} // namespace sallyport::http
