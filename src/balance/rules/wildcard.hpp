// SPDX-License-Identifier: Apache-2.0
// Does a text fit a pattern with `*` (any characters) and `?` (one)? In one pass over the text, whatever the pattern: a
// client must not be able to make us work by what it sends.
//
// What is before the first `*` and behind the last one is compared in its place. Each piece between is searched for
// from the left, all its beginnings at once, a bit for each (Baeza-Yates and Gonnet 1992, "Shift-And"); the first place
// is as good as any, for a `*` follows.
#pragma once

#include "config/regex.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::rules {

class Wildcard {
public:
    static constexpr std::size_t max_size = 128; // a bit a character

    /// `\*`, `\?` and `\\` are the characters themselves (as in ALB's query strings); another `\` is itself. Nothing
    /// when it is longer than `max_size` or has control characters.
    static std::optional<Wildcard> compile(std::string_view pattern, config::LetterCase letters);

    [[nodiscard]] bool matches(std::string_view text) const noexcept;

private:
    __extension__ using Bits = unsigned __int128;

    /// What stands between two stars.
    struct Piece {
        std::array<Bits, 256> places = {}; // of the text's byte: where in the piece it may stand
        Bits last = 0;
        /// Behind the first place where it fits; npos: none.
        [[nodiscard]] std::size_t end_in(std::string_view text) const noexcept;
    };

    /// What stands in one place.
    struct End {
        std::string text;     // with `any_character` for `?`, and in small letters where their case is ignored
        bool is_plain = true; // compared as it is: what most patterns are
    };

    Wildcard() = default;
    [[nodiscard]] End end_of(std::string text) const;
    void add_middle(std::string_view piece);
    [[nodiscard]] bool fits(const End& end, const char* text) const noexcept;

    End front_;
    End back_;
    std::vector<Piece> middle_;
    bool has_star_ = false;
    bool ignores_case_ = false;
};

} // namespace sallyport::rules
