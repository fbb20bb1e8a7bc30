// SPDX-License-Identifier: Apache-2.0
#include "balance/http/h2_response.hpp"

#include "balance/http/field_rules.hpp"
#include "balance/http/framing_fields.hpp"

#include <algorithm>
#include <span>

namespace sallyport::http {
namespace {

/// 0: none.
[[nodiscard]] std::uint16_t status_of(std::string_view text) noexcept {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 3 || !std::ranges::all_of(text, is_digit) || text.front() == '0') return 0;
    unsigned status = 0;
    for (const char each : text)
        status = status * 10 + static_cast<unsigned>(each - '0');
    // RFC 9113 8.6: a connection of HTTP/2 is never upgraded.
    return status == 101 ? 0 : static_cast<std::uint16_t>(status);
}

/// RFC 9110 6.4.1.
void frame(const FramingFields& framing, bool ends, std::string_view request_method, ResponseHead& head) noexcept {
    const bool has_no_content = head.status < 200 || head.status == 204;
    if (has_no_content || head.status == 304 || request_method == "HEAD") {
        if (!has_no_content && framing.has_length) head.told_length = framing.length;
    } else if (framing.has_length) {
        head.body = {Framing::length, framing.length};
    } else if (!ends) {
        head.body = {Framing::chunked, 0};
    } else {
        head.body = {Framing::length, 0};
    }
}

} // namespace

std::string_view read_h2_response(const Fields& fields, bool ends, std::string_view request_method,
                                  ResponseHead& head) {
    head.clear();
    head.version = Version::http2;
    if (fields.empty() || fields.front().name != ":status") return "no status in front";
    head.status = status_of(fields.front().value);
    if (head.status == 0) return "a status that is none";
    FramingFields framing;
    for (const Field& each : std::span(fields).subspan(1)) {
        if (!is_valid_h2_name(each.name) || !is_writable_value(each.value)) return "a malformed field";
        switch (known_field(each.name)) {
        case KnownField::none:
        case KnownField::expect:
            if (!looks_like_content_length(each.name) && !looks_like_transfer_encoding(each.name))
                head.fields.push_back({each.name, each.value});
            break;
        case KnownField::content_length:
            if (framing.add_length(each.value) != FramingFault::none) return "a bad content-length";
            break;
        case KnownField::host:
            break;
        default:
            return "a field of a connection"; // RFC 9113 8.2.2
        }
    }
    frame(framing, ends, request_method, head);
    if (ends && head.body.length > 0) return "a length, and no content";
    return {};
}

} // namespace sallyport::http
