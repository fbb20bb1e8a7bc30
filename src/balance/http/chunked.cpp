// SPDX-License-Identifier: Apache-2.0
#include "balance/http/chunked.hpp"

#include "balance/http/field_rules.hpp"
#include "balance/http/head_lines.hpp"

#include <algorithm>
#include <charconv>

namespace sallyport::http {
namespace {

constexpr std::uint32_t most_digits = 15; // so that no size overflows

[[nodiscard]] int digit_of(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// Whether it may stand in an extension or a trailer: what ends no line and hides nothing.
[[nodiscard]] bool is_text(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

} // namespace

void ChunkReader::clear() noexcept {
    at_ = At::size;
    digits_ = line_bytes_ = trailer_bytes_ = 0;
    left_ = 0;
    line_.clear();
}

bool ChunkReader::take_digit(char c) noexcept {
    const int digit = digit_of(c);
    if (digit < 0 || ++digits_ > most_digits) return false;
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return true;
}

/// A size, extensions behind ";", CR LF: no blanks in front of them, no LF alone (RFC 9112 7.1).
bool ChunkReader::take_size_line(char c) noexcept {
    if (++line_bytes_ > limits_.line_bytes) return false;
    switch (at_) {
    case At::size:
        if (digits_ > 0 && c == '\r')
            at_ = At::size_lf;
        else if (digits_ > 0 && c == ';')
            at_ = At::extension;
        else
            return take_digit(c);
        return true;
    case At::extension:
        if (c == '\r') at_ = At::size_lf;
        return c == '\r' || is_text(c);
    default: // size_lf
        at_ = left_ == 0 ? At::trailer : At::data;
        digits_ = line_bytes_ = 0;
        return c == '\n';
    }
}

bool ChunkReader::take_trailer(char c, TextArena& arena, Fields& trailers) {
    if (++trailer_bytes_ > limits_.trailer_bytes) return false;
    const bool is_behind_cr = line_.ends_with('\r');
    if (c == '\n') return is_behind_cr && end_trailer(arena, trailers);
    if (is_behind_cr || (c != '\r' && !is_text(c))) return false;
    line_.push_back(c);
    return true;
}

bool ChunkReader::end_trailer(TextArena& arena, Fields& trailers) {
    line_.pop_back();
    if (line_.empty()) {
        at_ = At::done;
        return true;
    }
    const std::string_view line = line_;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_valid_name(line.substr(0, colon))) return false; // folds as well
    if (++digits_ > limits_.trailers) return false; // no size is read any more: it counts trailers
    if (!is_forbidden_trailer(line.substr(0, colon)))
        trailers.push_back({arena.copy(line.substr(0, colon)), arena.copy(without_blanks(line.substr(colon + 1)))});
    line_.clear();
    return true;
}

ChunkReader::Piece ChunkReader::next(std::string_view in, TextArena& trailers_arena, Fields& trailers) {
    Piece piece;
    while (piece.consumed < in.size() && at_ != At::done && at_ != At::malformed) {
        if (at_ == At::data) {
            const std::uint64_t here = std::min<std::uint64_t>(left_, in.size() - piece.consumed);
            piece.data = in.substr(piece.consumed, static_cast<std::size_t>(here));
            piece.consumed += piece.data.size();
            piece.state = State::data;
            left_ -= here;
            if (left_ == 0) at_ = At::data_cr;
            return piece;
        }
        const char c = in[piece.consumed++];
        bool is_good = false;
        if (at_ == At::trailer) {
            is_good = take_trailer(c, trailers_arena, trailers);
        } else if (at_ == At::data_cr) {
            is_good = c == '\r';
            at_ = At::data_lf;
        } else if (at_ == At::data_lf) {
            is_good = c == '\n';
            at_ = At::size;
        } else {
            is_good = take_size_line(c);
        }
        if (!is_good) at_ = At::malformed;
    }
    if (at_ == At::done) piece.state = State::done;
    if (at_ == At::malformed) piece.state = State::malformed;
    return piece;
}

void append_chunk_head(std::string& out, std::uint64_t size) {
    std::array<char, 18> text{};
    char* const end = std::to_chars(text.data(), text.data() + 16, size, 16).ptr;
    out.append(text.data(), end).append("\r\n");
}

void append_last_chunk(std::string& out, const Fields& trailers) {
    out.append("0\r\n");
    for (const Field& each : trailers) {
        if (!is_valid_name(each.name) || !is_writable_value(each.value) || is_forbidden_trailer(each.name)) continue;
        out.append(each.name).append(": ").append(each.value).append("\r\n");
    }
    out.append("\r\n");
}

} // namespace sallyport::http
