// SPDX-License-Identifier: Apache-2.0
#include "balance/http/head_lines.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport::http {
namespace {

[[nodiscard]] bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

void write_over(char* begin, char* end, FieldLine& line) noexcept {
    for (char* each = begin; each != end; ++each) {
        const auto byte = static_cast<unsigned char>(*each);
        if (byte >= 0x20 && byte < 0x7F) continue;
        if (byte > 0x7F) {
            line.has_high = true;
        } else if (byte != '\t') {
            line.had_control = true;
            *each = ' ';
        }
    }
}

} // namespace

std::string_view without_blanks(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool hides_line_ends(std::string_view head) noexcept {
    if (head.find('\0') != std::string_view::npos) return true;
    for (std::size_t at = head.find('\r'); at != std::string_view::npos; at = head.find('\r', at + 1))
        if (at + 1 == head.size() || head[at + 1] != '\n') return true;
    return false;
}

HeadLines::Line HeadLines::line_at(char* begin) noexcept {
    void* const found = std::memchr(begin, '\n', static_cast<std::size_t>(end_ - begin));
    if (found == nullptr) return {end_, end_}; // a caller's error: it is no complete head
    char* const lf = static_cast<char*>(found);
    if (lf != begin && lf[-1] == '\r') return {lf - 1, lf + 1};
    has_bare_lf_ = true;
    return {lf, lf + 1};
}

std::span<char> HeadLines::first() noexcept {
    char* const begin = at_;
    const Line line = line_at(begin);
    at_ = line.next;
    return {begin, line.end};
}

bool HeadLines::next(FieldLine& line) noexcept {
    line = {};
    char* const begin = at_;
    Line last = line_at(begin);
    if (last.end == begin) return false;
    const std::string_view text(begin, static_cast<std::size_t>(last.end - begin));
    while (last.next != end_ && is_blank(*last.next)) { // RFC 9112 5.2
        line.is_folded = true;
        char* const fold = last.end;
        char* const behind = last.next;
        last = line_at(behind);
        std::fill(fold, behind, ' ');
    }
    at_ = last.next;
    line.begins_with_blank = is_blank(*begin);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return true;
    line.has_colon = true;
    line.name = text.substr(0, colon);
    char* const value = begin + colon + 1;
    write_over(value, last.end, line);
    line.value = without_blanks({value, static_cast<std::size_t>(last.end - value)});
    return true;
}

} // namespace sallyport::http
