// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/line_text.hpp"

#include <array>
#include <charconv>

namespace sallyport::l7 {
namespace {

void append_padded(std::string& line, std::uint64_t number, unsigned digits) {
    std::array<char, 20> text = {};
    for (unsigned i = digits; i > 0; --i, number /= 10)
        text[i - 1] = static_cast<char>('0' + number % 10);
    line.append(text.data(), digits);
}

void append_escaped_byte(std::string& line, unsigned char byte) {
    constexpr std::string_view alphabet = "0123456789ABCDEF";
    line += "\\x";
    line += alphabet[byte >> 4U];
    line += alphabet[byte & 0xfU];
}

/// Runs that need no escape are copied whole: nearly all are such.
template <typename IsPlain>
void append_escaped(std::string& line, std::string_view text, const IsPlain& is_plain) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_plain(text[i])) continue;
        line.append(text, begin, i - begin);
        append_escaped_byte(line, static_cast<unsigned char>(text[i]));
        begin = i + 1;
    }
    line.append(text, begin);
}

bool is_plain_quoted(char c) noexcept {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/// Bytes of the UTF-8 character at the beginning (RFC 3629 4); 0: it is none.
std::size_t utf8_size(std::string_view text) noexcept {
    const auto byte = [&](std::size_t at) -> unsigned { return static_cast<unsigned char>(text[at]); };
    const unsigned first = byte(0);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
    if (size == 0 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return 0;
    }
    if (size < 3) return size;
    const unsigned second = byte(1);
    const bool is_sound = first == 0xe0   ? second >= 0xa0
                          : first == 0xed ? second < 0xa0 // surrogates
                          : first == 0xf0 ? second >= 0x90
                          : first == 0xf4 ? second < 0x90
                                          : true;
    return is_sound ? size : 0;
}

void append_json_escape(std::string& line, char c) {
    if (c == '"' || c == '\\') {
        line += '\\';
        line += c;
        return;
    }
    constexpr std::string_view alphabet = "0123456789abcdef";
    line += "\\u00";
    line += alphabet[static_cast<unsigned char>(c) >> 4U];
    line += alphabet[static_cast<unsigned char>(c) & 0xfU];
}

} // namespace

void append_number(std::string& line, std::uint64_t number) {
    std::array<char, 20> digits;
    line.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append_time(std::string& line, UnixTime at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(at - day);
    append_padded(line, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    line += '-';
    append_padded(line, static_cast<unsigned>(date.month()), 2);
    line += '-';
    append_padded(line, static_cast<unsigned>(date.day()), 2);
    line += 'T';
    append_padded(line, static_cast<std::uint64_t>(time.hours().count()), 2);
    line += ':';
    append_padded(line, static_cast<std::uint64_t>(time.minutes().count()), 2);
    line += ':';
    append_padded(line, static_cast<std::uint64_t>(time.seconds().count()), 2);
    line += '.';
    append_padded(line, static_cast<std::uint64_t>(time.subseconds().count()), 6);
    line += 'Z';
}

void append_seconds(std::string& line, std::chrono::microseconds time, unsigned digits) {
    const auto count = static_cast<std::uint64_t>(time.count() < 0 ? 0 : time.count());
    append_number(line, count / 1'000'000);
    line += '.';
    const std::uint64_t fraction = count % 1'000'000;
    append_padded(line, digits == 3 ? fraction / 1000 : fraction, digits);
}

void append_address(std::string& line, const LogAddress& address) {
    const bool is_v6 = !address.address.is_v4();
    if (is_v6) line += '[';
    line += address.address.to_string();
    if (is_v6) line += ']';
    line += ':';
    append_number(line, address.port);
}

void append_quoted(std::string& line, std::string_view text) {
    line += '"';
    if (text.empty()) line += '-';
    append_escaped(line, text, is_plain_quoted);
    line += '"';
}

void append_word(std::string& line, std::string_view text) {
    if (text.empty()) line += '-';
    append_escaped(line, text, [](char c) { return c != ' ' && is_plain_quoted(c); });
}

void append_json_string(std::string& line, std::string_view text) {
    line += '"';
    while (!text.empty()) {
        const std::size_t size = utf8_size(text);
        if (size == 0) {
            line += "\\ufffd";
        } else if (size == 1 && (!is_plain_quoted(text[0]))) {
            append_json_escape(line, text[0]);
        } else {
            line.append(text, 0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    line += '"';
}

std::string& JsonMembers::key(std::string_view name) {
    if (!is_first_) line_ += ',';
    is_first_ = false;
    line_ += '"';
    line_ += name;
    line_ += "\":";
    return line_;
}

void JsonMembers::text(std::string_view name, std::string_view value) {
    if (!value.empty()) append_json_string(key(name), value);
}

void JsonMembers::seconds(std::string_view name, std::optional<std::chrono::microseconds> value) {
    if (value) append_seconds(key(name), *value, 6);
}

void JsonMembers::time(std::string_view name, UnixTime value) {
    key(name) += '"';
    append_time(line_, value);
    line_ += '"';
}

void JsonMembers::address(std::string_view name, const std::optional<LogAddress>& value) {
    if (!value) return;
    key(name) += '"';
    append_address(line_, *value);
    line_ += '"';
}

} // namespace sallyport::l7
