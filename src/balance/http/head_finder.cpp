// SPDX-License-Identifier: Apache-2.0
#include "balance/http/head_finder.hpp"

#include <cstring>

namespace sallyport::http {
namespace {

constexpr std::uint32_t most_empty_lines = 2;

} // namespace

/// Of the current line when it reaches to `end`. The same whether the line is complete or not yet.
HeadExcess HeadFinder::excess_at(std::string_view bytes, std::size_t end) const noexcept {
    std::size_t length = end - line_;
    if (length > 0 && bytes[end - 1] == '\r') --length;
    if (lines_ == 0)
        return length > limits_.line_bytes || end - begin_ > limits_.head_bytes ? HeadExcess::line : HeadExcess::none;
    if (length > limits_.field_bytes) return HeadExcess::field;
    if (end - begin_ > limits_.head_bytes) return HeadExcess::head;
    return length > 0 && lines_ > limits_.fields ? HeadExcess::fields : HeadExcess::none;
}

HeadState HeadFinder::find(std::string_view bytes) noexcept {
    if (excess_ != HeadExcess::none) return HeadState::malformed;
    while (searched_ < bytes.size()) {
        const void* const found = std::memchr(bytes.data() + searched_, '\n', bytes.size() - searched_);
        const std::size_t end =
            found == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        excess_ = excess_at(bytes, end);
        if (excess_ != HeadExcess::none) return HeadState::malformed;
        searched_ = end;
        if (found == nullptr) break;
        const bool is_empty = end == line_ || (end == line_ + 1 && bytes[line_] == '\r');
        line_ = searched_ = end + 1;
        if (!is_empty) {
            ++lines_;
        } else if (lines_ > 0) {
            size_ = end + 1;
            return HeadState::done;
        } else {
            begin_ = end + 1;
            if (++skipped_ > most_empty_lines) {
                excess_ = HeadExcess::empty_lines;
                return HeadState::malformed;
            }
        }
    }
    return HeadState::needs_more;
}

} // namespace sallyport::http
