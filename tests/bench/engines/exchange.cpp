// SPDX-License-Identifier: Apache-2.0
#include "exchange.hpp"

#include <charconv>
#include <optional>
#include <strings.h>

namespace sallyport::engines {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view length_name = "content-length:";

/// `head` from the start line to the empty line. Nothing when there is no such field.
std::optional<std::size_t> content_length(std::string_view head) {
    for (auto line = head.find("\r\n"); line + head_end.size() < head.size(); line = head.find("\r\n", line + 2)) {
        const auto field = head.substr(line + 2);
        if (field.size() < length_name.size() ||
            ::strncasecmp(field.data(), length_name.data(), length_name.size()) != 0)
            continue;
        const auto digits = field.substr(field.find_first_not_of(' ', length_name.size()));
        std::size_t length = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (error != std::errc{} || *end != '\r') return std::nullopt;
        return length;
    }
    return std::nullopt;
}

} // namespace

bool Exchange::received(std::size_t count) {
    end_ += count;
    if (!head_seen_) return read_head();
    if (count > body_missing_) return false;
    body_missing_ -= count;
    return true;
}

bool Exchange::read_head() {
    const std::string_view bytes(bytes_.data(), end_);
    const auto found = bytes.find(head_end);
    if (found == std::string_view::npos) return end_ < bytes_.size();
    const auto head = bytes.substr(0, found + head_end.size());
    const auto body = source_ == Side::client ? std::size_t{0} : content_length(head);
    const auto body_here = bytes.size() - head.size();
    if (!body || body_here > *body) return false;
    body_missing_ = *body - body_here;
    head_seen_ = true;
    return true;
}

void Exchange::sent(std::size_t count) {
    begin_ += count;
    if (begin_ < end_) return;
    begin_ = end_ = 0;
    if (body_missing_ > 0) return;
    head_seen_ = false;
    source_ = other(source_);
}

} // namespace sallyport::engines
