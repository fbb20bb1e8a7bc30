// SPDX-License-Identifier: Apache-2.0
// What several fuzz targets about HTTP need: a check that stays in every build, contents in pieces, and an HTTP/2
// block of fields from any bytes.
#pragma once

#include "balance/http/chunked.hpp"
#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace sallyport::http {

inline void require(bool holds) {
    if (!holds) std::abort();
}

inline bool are_equal(const Fields& one, const Fields& other) {
    return std::ranges::equal(one, other,
                              [](const Field& a, const Field& b) { return a.name == b.name && a.value == b.value; });
}

/// No line begins in it, and nothing hides: no CR, LF, NUL.
inline bool is_of_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// A chunked content as it is read when so many bytes of it come at a time.
struct ChunkedContent {
    explicit ChunkedContent(std::string_view bytes, std::size_t step, const ChunkLimits& limits = {})
        : reader(limits), size(bytes.size()) {
        std::string waiting;
        while (state == ChunkReader::State::needs_more || state == ChunkReader::State::data) {
            const std::size_t more = std::min(step, bytes.size());
            waiting += bytes.substr(0, more);
            bytes.remove_prefix(more);
            take(waiting);
            if (more == 0) break;
        }
        size -= bytes.size() + waiting.size();
    }
    void take(std::string& waiting) {
        while (!waiting.empty()) {
            // An exact copy, so that AddressSanitizer notices a read past what has come.
            const std::string exact = waiting;
            const ChunkReader::Piece piece = reader.next(exact, arena, trailers);
            require(piece.consumed <= exact.size());
            text += piece.data;
            state = piece.state;
            waiting.erase(0, piece.consumed);
            if (state != ChunkReader::State::data) return;
        }
    }

    ChunkReader reader;
    TextArena arena;
    Fields trailers;
    std::string text;
    std::size_t size; // that was read
    ChunkReader::State state = ChunkReader::State::needs_more;
};

/// The same, in whatever pieces it comes.
inline void check_in_pieces(const ChunkedContent& whole, std::string_view bytes, const ChunkLimits& limits = {}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{5}}) {
        const ChunkedContent pieces(bytes, step, limits);
        require(pieces.state == whole.state);
        if (whole.state != ChunkReader::State::malformed) require(pieces.text == whole.text);
        if (whole.state == ChunkReader::State::done)
            require(are_equal(pieces.trailers, whole.trailers) && pieces.size == whole.size);
    }
}

/// "name US value RS" each, with ASCII's separators: all other bytes may stand in both.
inline Fields fields_of(std::string_view bytes) {
    Fields fields;
    while (!bytes.empty() && fields.size() < 64) {
        const std::size_t end = bytes.find('\x1E');
        const std::string_view field = bytes.substr(0, end);
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        const std::size_t middle = field.find('\x1F');
        fields.push_back({field.substr(0, middle),
                          middle == std::string_view::npos ? std::string_view() : field.substr(middle + 1)});
    }
    return fields;
}

} // namespace sallyport::http
