// SPDX-License-Identifier: Apache-2.0
// Where does an HTTP/1 head end, and does it stay within its limits? Looks at every byte once, however often more of
// them come, and finds excess while the head is incomplete, so that a peer cannot make us buffer more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::http {

/// In bytes, without the line ends; head_bytes is all of it.
struct HeadLimits {
    std::uint32_t line_bytes = 16384;
    std::uint32_t field_bytes = 16384;
    std::uint32_t head_bytes = 65536;
    std::uint32_t fields = 128;
};

enum class HeadState : std::uint8_t { needs_more, done, malformed };

/// What was too much.
enum class HeadExcess : std::uint8_t { none, empty_lines, line, field, head, fields };

class HeadFinder {
public:
    explicit HeadFinder(const HeadLimits& limits) noexcept : limits_(limits) {}

    /// `bytes` is all that came from the head's first byte on; with each call the same ones and more.
    [[nodiscard]] HeadState find(std::string_view bytes) noexcept;
    /// Before the next head of a connection.
    void clear() noexcept { *this = HeadFinder(limits_); }

    [[nodiscard]] const HeadLimits& limits() const noexcept { return limits_; }
    /// Where the first line begins: empty lines in front are skipped, a few (RFC 9112 2.2).
    [[nodiscard]] std::size_t begin() const noexcept { return begin_; }
    /// Behind the empty line; of done.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] HeadExcess excess() const noexcept { return excess_; }
    /// The first line is there to its end.
    [[nodiscard]] bool has_first_line() const noexcept { return lines_ > 0; }
    /// How many lines are behind the first one.
    [[nodiscard]] std::size_t fields() const noexcept { return lines_ > 0 ? lines_ - 1 : 0; }

private:
    [[nodiscard]] HeadExcess excess_at(std::string_view bytes, std::size_t end) const noexcept;

    HeadLimits limits_;
    HeadExcess excess_ = HeadExcess::none;
    std::uint32_t skipped_ = 0;
    std::size_t lines_ = 0;
    std::size_t begin_ = 0;
    std::size_t line_ = 0; // where the current one begins
    std::size_t searched_ = 0;
    std::size_t size_ = 0;
};

} // namespace sallyport::http
