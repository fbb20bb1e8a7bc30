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

/// Which bytes stand for themselves.
class PlainBytes {
public:
    constexpr explicit PlainBytes(bool with_blank) {
        for (std::size_t byte = with_blank ? 0x20 : 0x21; byte < 0x7f; ++byte)
            is_plain_[byte] = byte != '"' && byte != '\\';
    }
    [[nodiscard]] constexpr bool has(char c) const noexcept { return is_plain_[static_cast<unsigned char>(c)]; }
    /// How many of them `text` begins with.
    [[nodiscard]] std::size_t run(std::string_view text) const noexcept {
        std::size_t size = 0;
        while (size < text.size() && has(text[size]))
            ++size;
        return size;
    }

private:
    std::array<bool, 256> is_plain_ = {};
};
constexpr PlainBytes plain_in_quotes(true);
constexpr PlainBytes plain_in_words(false);

/// Runs that need no escape are copied whole: nearly all texts are one.
void append_escaped(std::string& line, std::string_view text, const PlainBytes& plain) {
    while (true) {
        const std::size_t run = plain.run(text);
        line.append(text.data(), run);
        if (run == text.size()) return;
        append_escaped_byte(line, static_cast<unsigned char>(text[run]));
        text.remove_prefix(run + 1);
    }
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
    const auto in_day = static_cast<std::uint64_t>((at - day).count());
    const std::uint64_t seconds = in_day / 1'000'000;
    std::array<char, 27> text;
    char* to = text.data();
    const auto put = [&](std::uint64_t number, unsigned digits, char behind) {
        for (unsigned i = digits; i > 0; --i, number /= 10)
            to[i - 1] = static_cast<char>('0' + number % 10);
        to += digits;
        *to++ = behind;
    };
    put(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, '-');
    put(static_cast<unsigned>(date.month()), 2, '-');
    put(static_cast<unsigned>(date.day()), 2, 'T');
    put(seconds / 3600, 2, ':');
    put(seconds / 60 % 60, 2, ':');
    put(seconds % 60, 2, '.');
    put(in_day % 1'000'000, 6, 'Z');
    line.append(text.data(), text.size());
}

void append_seconds(std::string& line, std::chrono::microseconds time, unsigned digits) {
    const auto count = static_cast<std::uint64_t>(time.count() < 0 ? 0 : time.count());
    append_number(line, count / 1'000'000);
    line += '.';
    const std::uint64_t fraction = count % 1'000'000;
    append_padded(line, digits == 3 ? fraction / 1000 : fraction, digits);
}

void append_address(std::string& line, const LogAddress& address) {
    if (address.address.is_v4()) {
        // Of every line twice or more: inet_ntop() takes longer than the rest of the line.
        const std::uint32_t number = address.address.v4_host_order();
        for (unsigned shift = 24; shift > 0; shift -= 8) {
            append_number(line, number >> shift & 0xffU);
            line += '.';
        }
        append_number(line, number & 0xffU);
    } else {
        line += '[';
        line += address.address.to_string();
        line += ']';
    }
    line += ':';
    append_number(line, address.port);
}

void append_inside_quotes(std::string& line, std::string_view text) {
    append_escaped(line, text, plain_in_quotes);
}

void append_quoted(std::string& line, std::string_view text) {
    line += '"';
    if (text.empty()) line += '-';
    append_escaped(line, text, plain_in_quotes);
    line += '"';
}

void append_word(std::string& line, std::string_view text) {
    if (text.empty()) line += '-';
    append_escaped(line, text, plain_in_words);
}

void append_json_string(std::string& line, std::string_view text) {
    line += '"';
    while (true) {
        const std::size_t run = plain_in_quotes.run(text);
        line.append(text.data(), run);
        text.remove_prefix(run);
        if (text.empty()) break;
        const std::size_t size = utf8_size(text);
        if (size == 0) {
            line += "\\ufffd";
        } else if (size == 1) {
            append_json_escape(line, text[0]);
        } else {
            line.append(text.data(), size);
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
