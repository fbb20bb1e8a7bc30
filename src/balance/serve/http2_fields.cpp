// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_fields.hpp"

#include "balance/http/field_rules.hpp"
#include "balance/http/framing_fields.hpp"

#include <charconv>

namespace sallyport::serve {
namespace {

constexpr std::uint64_t field_overhead_bytes = 32; // RFC 9113 6.5.2

template <std::size_t Size>
std::string_view digits_of(std::array<char, Size>& room, std::uint64_t number) {
    const char* const end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
    return {room.data(), static_cast<std::size_t>(end - room.data())};
}

/// nghttp2 does not write to it.
std::uint8_t* bytes_of(std::string_view text) noexcept {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
}

} // namespace

void Http2Block::begin(http::TextArena* arena) {
    fields_.clear();
    arena_ = arena;
    bytes_ = 0;
    count_ = 0;
    line_bytes_ = 0;
    excess_ = 0;
}

std::uint16_t Http2Block::excess_with(std::string_view name, std::string_view value) const noexcept {
    if (line_bytes_ > limits_.request_line_bytes) return 414;
    const bool is_line = name == ":path" || name == ":method";
    if (!is_line && name.size() + value.size() > limits_.header_bytes) return 431;
    return bytes_ > limits_.request_headers_bytes || count_ > limits_.headers ? 431 : 0;
}

bool Http2Block::add(std::string_view name, std::string_view value) {
    bytes_ += name.size() + value.size() + field_overhead_bytes;
    if (!name.starts_with(':')) ++count_;
    if (name == ":path" || name == ":method") line_bytes_ += static_cast<std::uint32_t>(value.size()) + 1;
    if (excess_ == 0) excess_ = excess_with(name, value);
    if (excess_ != 0)
        return bytes_ <= 2 * std::uint64_t{limits_.request_headers_bytes} &&
               count_ <= 2 * std::uint64_t{limits_.headers};
    if (arena_ != nullptr) fields_.push_back({arena_->copy(name), arena_->copy(value)});
    return true;
}

void Http2Message::read(const http::ResponseHead& head) {
    list_.clear();
    // A tunnel of RFC 8441 begins with 200, one of HTTP/1 with 101.
    const std::uint16_t status = head.status == 101 ? 200 : head.status;
    add(":status", digits_of(status_, status));
    add_all(head.fields);
    if (!head.upgrade.empty()) return;
    if (head.body.framing == http::Framing::length) {
        add_length(head.body.length);
    } else if (head.body.framing == http::Framing::none && head.told_length && status != 204) {
        add_length(*head.told_length);
    }
}

void Http2Message::read(const http::RequestHead& head, std::string_view scheme, http::TextArena& arena) {
    list_.clear();
    add(":method", head.method);
    add(":scheme", scheme);
    if (!head.authority.empty()) add(":authority", head.authority);
    add(":path", head.has_query ? arena.join({head.path, "?", head.query}) : head.path);
    add_all(head.fields);
    if (head.takes_trailers) add("te", "trailers");
    if (head.body.framing == http::Framing::length) add_length(head.body.length);
}

void Http2Message::read(const http::Fields& trailers) {
    list_.clear();
    for (const http::Field& each : trailers)
        if (http::is_valid_name(each.name) && http::is_writable_value(each.value) &&
            !http::is_connection_specific(each.name))
            add(each.name, each.value);
}

void Http2Message::add_all(const http::Fields& fields) {
    for (const http::Field& each : fields) {
        const http::KnownField known = http::known_field(each.name);
        if (known != http::KnownField::none && known != http::KnownField::expect) continue;
        if (!http::is_valid_name(each.name) || !http::is_writable_value(each.value)) continue;
        // Different every time: they would push out of the table what comes again.
        const bool is_unique = http::equal_names(each.name, "set-cookie");
        add(each.name, each.value, is_unique ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
    }
}

void Http2Message::add_length(std::uint64_t length) {
    add("content-length", digits_of(length_, length));
}

void Http2Message::add(std::string_view name, std::string_view value, std::uint8_t flags) {
    list_.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), flags});
}

} // namespace sallyport::serve
