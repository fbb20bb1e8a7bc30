// SPDX-License-Identifier: Apache-2.0
// Any fields as a target's answer over HTTP/2: what is accepted has nothing in it that could begin a line or hide, and
// written for a client of HTTP/1 it is read as one answer with the same status, fields and framing.
//
// The input: a byte (bit 0: the stream ends with the head, bit 1: the answer to HEAD); then fields (http_parts.hpp).
#include "balance/http/h2_response.hpp"
#include "balance/http/field_rules.hpp"
#include "balance/http/head_lines.hpp"
#include "balance/http/read_head.hpp"
#include "balance/http/write_head.hpp"
#include "http_parts.hpp"

using namespace sallyport::http;

namespace {

void check_parts(const ResponseHead& head, bool ends) {
    require(head.version == Version::http2 && head.status >= 100 && head.status <= 999 && head.status != 101);
    require(head.reason.empty() && head.upgrade.empty());
    for (const Field& each : head.fields) {
        require(is_valid_h2_name(each.name) && is_of_one_line(each.value) && !is_connection_specific(each.name));
        require(each.name != "content-length" && each.name != "host");
    }
    if (head.status < 200 || head.status == 204 || head.status == 304) require(head.body.framing == Framing::none);
    if (ends) require(head.body.framing != Framing::chunked && head.body.length == 0);
    require(head.body.framing != Framing::until_close);
}

/// A client reads blanks in the place of control characters, and none at the ends.
std::string as_read(std::string_view value) {
    std::string text(value);
    for (char& each : text)
        if ((static_cast<unsigned char>(each) < 0x20 && each != '\t') || each == 0x7F) each = ' ';
    return std::string(without_blanks(text));
}

void check_written(const ResponseHead& head, std::string_view method, Version client) {
    std::string written;
    append_response(written, head, client, true);
    HeadFinder finder(HeadLimits{.line_bytes = 65536, .field_bytes = 65536, .head_bytes = 262144, .fields = 128});
    TextArena arena;
    ResponseHead again;
    const ResponseReading reading = read_response_head(written, finder, method, arena, again);
    require(reading.state == HeadState::done && reading.size == written.size() && again.status == head.status);
    require(std::ranges::equal(again.fields, head.fields, [](const Field& a, const Field& b) {
        return a.name == b.name && a.value == as_read(b.value);
    }));
    const Framing framing = client_framing(head, client);
    require(again.body.framing == framing && again.body.length == head.body.length);
    if (head.status >= 200) require(again.keeps_alive == (framing != Framing::until_close));
    if (framing == Framing::until_close) require(written.find("\r\nConnection: close\r\n") != std::string::npos);
    if (head.status != 204) require(again.told_length == head.told_length);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const unsigned flags = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 1));
    const bool ends = (flags & 1U) != 0;
    const std::string_view method = (flags & 2U) != 0 ? "HEAD" : "GET";
    const Fields fields = fields_of(bytes);
    ResponseHead head;
    if (!read_h2_response(fields, ends, method, head).empty()) return 0;
    check_parts(head, ends);
    for (const Version client : {Version::http10, Version::http11})
        check_written(head, method, client);
    return 0;
}
