// SPDX-License-Identifier: Apache-2.0
#include "balance/rules/wildcard.hpp"

#include "support/letters.hpp"

#include <algorithm>
#include <cstring>

namespace sallyport::rules {
namespace {

constexpr char any_character = '\0'; // no pattern has it as itself

/// The pieces between the stars: one more than there are stars.
std::vector<std::string> split(std::string_view pattern) {
    std::vector<std::string> pieces(1);
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        if (c == '*') {
            pieces.emplace_back();
        } else if (c == '?') {
            pieces.back() += any_character;
        } else {
            const bool escapes =
                c == '\\' && at + 1 < pattern.size() && std::string_view("*?\\").find(pattern[at + 1]) < 3;
            pieces.back() += escapes ? pattern[++at] : c;
        }
    }
    return pieces;
}

std::size_t byte_of(char c) noexcept {
    return static_cast<unsigned char>(c);
}

} // namespace

std::optional<Wildcard> Wildcard::compile(std::string_view pattern, config::LetterCase letters) {
    if (pattern.size() > max_size || std::ranges::any_of(pattern, [](char c) { return byte_of(c) < 0x20; })) return {};
    Wildcard compiled;
    compiled.ignores_case_ = letters == config::LetterCase::ignored;
    std::vector<std::string> pieces = split(pattern);
    if (compiled.ignores_case_)
        for (std::string& piece : pieces)
            std::ranges::transform(piece, piece.begin(), small_letter);
    compiled.has_star_ = pieces.size() > 1;
    compiled.front_ = compiled.end_of(pieces.front());
    if (!compiled.has_star_) return compiled;
    compiled.back_ = compiled.end_of(pieces.back());
    for (std::size_t i = 1; i + 1 < pieces.size(); ++i)
        if (!pieces[i].empty()) compiled.add_middle(pieces[i]);
    return compiled;
}

Wildcard::End Wildcard::end_of(std::string text) const {
    const bool is_plain =
        std::ranges::none_of(text, [&](char c) { return c == any_character || (ignores_case_ && is_letter(c)); });
    return {.text = std::move(text), .is_plain = is_plain};
}

void Wildcard::add_middle(std::string_view text) {
    Piece& piece = middle_.emplace_back();
    Bits place = 1;
    for (const char wanted : text) {
        for (std::size_t byte = 0; byte < piece.places.size(); ++byte) {
            const char c = static_cast<char>(byte);
            const char seen = ignores_case_ ? small_letter(c) : c;
            if (wanted == any_character || wanted == seen) piece.places[byte] |= place;
        }
        piece.last = place;
        place <<= 1U;
    }
}

std::size_t Wildcard::Piece::end_in(std::string_view text) const noexcept {
    Bits begun = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        begun = ((begun << 1U) | 1U) & places[byte_of(text[at])];
        if ((begun & last) != 0) return at + 1;
    }
    return std::string_view::npos;
}

bool Wildcard::fits(const End& end, const char* text) const noexcept {
    const std::string& wanted = end.text;
    if (end.is_plain) return wanted.empty() || std::memcmp(wanted.data(), text, wanted.size()) == 0;
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        const char seen = ignores_case_ ? small_letter(text[at]) : text[at];
        if (wanted[at] != seen && wanted[at] != any_character) return false;
    }
    return true;
}

bool Wildcard::matches(std::string_view text) const noexcept {
    const std::size_t front = front_.text.size();
    const std::size_t back = back_.text.size();
    if (has_star_ ? text.size() < front + back : text.size() != front) return false;
    if (!fits(front_, text.data())) return false;
    if (!has_star_) return true;
    if (!fits(back_, text.data() + text.size() - back)) return false;
    text = text.substr(front, text.size() - front - back);
    for (const Piece& piece : middle_) {
        const std::size_t end = piece.end_in(text);
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end);
    }
    return true;
}

} // namespace sallyport::rules
