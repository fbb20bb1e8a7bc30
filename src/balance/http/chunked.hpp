// SPDX-License-Identifier: Apache-2.0
// Where is the content in a chunked body (RFC 9112 7.1)? The reader gives it without copying, and is strict: what
// others could read differently is malformed.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace sallyport::http {

struct ChunkLimits {
    std::uint32_t line_bytes = 1024;     // a chunk's size with its extensions, which are skipped
    std::uint32_t trailer_bytes = 16384; // all of them
    std::uint32_t trailers = 64;
};

class ChunkReader {
public:
    enum class State : std::uint8_t { needs_more, data, done, malformed };
    struct Piece {
        std::size_t consumed = 0; // of `in`: what is never needed again; needs_more: all of it
        std::string_view data;    // state data: in `in`, not empty
        State state = State::needs_more;
    };

    explicit ChunkReader(const ChunkLimits& limits = {}) noexcept : limits_(limits) {}

    /// What comes next; call again with what was not consumed while it gives data. With `done` the trailers are in
    /// `trailers`, their texts in the arena, without those that must not come there (RFC 9110 6.5.1). Bytes behind the
    /// body's end are not looked at.
    [[nodiscard]] Piece next(std::string_view in, TextArena& trailers_arena, Fields& trailers);
    /// For the next body.
    void clear() noexcept;

private:
    enum class At : std::uint8_t { size, extension, size_lf, data, data_cr, data_lf, trailer, done, malformed };

    [[nodiscard]] bool take_size_line(char c) noexcept;
    [[nodiscard]] bool take_digit(char c) noexcept;
    [[nodiscard]] bool take_trailer(char c, TextArena& arena, Fields& trailers);
    [[nodiscard]] bool end_trailer(TextArena& arena, Fields& trailers);

    ChunkLimits limits_;
    At at_ = At::size;
    std::uint32_t digits_ = 0;
    std::uint32_t line_bytes_ = 0;
    std::uint32_t trailer_bytes_ = 0;
    std::uint64_t left_ = 0; // of the chunk
    std::string line_;       // a trailer so far
};

/// In front of `size` bytes, which are not 0; behind them goes `chunk_end`.
void append_chunk_head(std::string& out, std::uint64_t size);
inline constexpr std::string_view chunk_end = "\r\n";
/// The chunk of size 0 with the trailers, those that may be there.
void append_last_chunk(std::string& out, const Fields& trailers = {});

} // namespace sallyport::http
