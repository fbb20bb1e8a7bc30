// SPDX-License-Identifier: Apache-2.0
// Letters of protocols' texts: ASCII alone, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace sallyport {

[[nodiscard]] constexpr char small_letter(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
    return small_letter(c) >= 'a' && small_letter(c) <= 'z';
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
/// Of RFC 9110's tokens (5.6.2): methods and field names.
[[nodiscard]] constexpr bool is_token_character(char c) noexcept {
    return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
/// Neither a blank nor a control character nor beyond ASCII.
[[nodiscard]] constexpr bool is_visible(char c) noexcept {
    return c > 0x20 && c < 0x7f;
}
[[nodiscard]] constexpr bool equal_letters(std::string_view one, std::string_view other) noexcept {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return small_letter(a) == small_letter(b); });
}

} // namespace sallyport
