// SPDX-License-Identifier: Apache-2.0
// What are the lines of an HTTP/1 head (RFC 9112 2.1, 5)? Of a complete head in memory of our own, which is written
// over where a value has what must not be passed on.
#pragma once

#include <span>
#include <string_view>

namespace sallyport::http {

struct FieldLine {
    std::string_view name;
    std::string_view value; // without blanks around it, control characters and line ends written over with blanks
    bool has_colon = false;
    bool begins_with_blank = false; // a fold with nothing to go on from
    bool is_folded = false;
    bool had_control = false;
    bool has_high = false; // bytes above 127
};

[[nodiscard]] std::string_view without_blanks(std::string_view text) noexcept;
/// A CR that ends no line, or a NUL.
[[nodiscard]] bool hides_line_ends(std::string_view head) noexcept;

class HeadLines {
public:
    /// From the first line's begin to behind the empty line's LF.
    explicit HeadLines(std::span<char> head) noexcept : at_(head.data()), end_(head.data() + head.size()) {}

    /// To be called once, before the fields.
    [[nodiscard]] std::span<char> first() noexcept;
    /// The next field with its folds; false: the empty line.
    [[nodiscard]] bool next(FieldLine& line) noexcept;
    /// Of what was read: a line ended without CR.
    [[nodiscard]] bool has_bare_lf() const noexcept { return has_bare_lf_; }

private:
    struct Line {
        char* end;  // of the text
        char* next; // line
    };
    [[nodiscard]] Line line_at(char* begin) noexcept;

    char* at_;
    char* end_;
    bool has_bare_lf_ = false;
};

} // namespace sallyport::http
