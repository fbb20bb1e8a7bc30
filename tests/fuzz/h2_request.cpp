// SPDX-License-Identifier: Apache-2.0
// Any fields as a request of HTTP/2: what is accepted has nothing in it that could begin a line or hide, and written as
// HTTP/1 it is read as the same request, one alone and without any doubt.
//
// The input: a byte whose lowest bit says that the stream ends with the head; then fields (http_parts.hpp).
#include "balance/http/h2_request.hpp"
#include "balance/http/field_rules.hpp"
#include "balance/http/read_head.hpp"
#include "balance/http/write_head.hpp"
#include "http_parts.hpp"

using namespace sallyport::http;

namespace {

/// In a request line, or Host: nothing that separates their parts.
bool is_word(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
}

void check_parts(const RequestHead& head, bool ends) {
    require(head.version == Version::http2 && is_valid_name(head.method));
    require(!head.authority.empty() && is_word(head.authority));
    require((head.path.starts_with('/') || head.path == "*") && is_word(head.path) && is_word(head.query));
    require(head.path.find('?') == std::string_view::npos && (head.has_query || head.query.empty()));
    require(is_of_one_line(head.target) && is_word(head.upgrade));
    require((head.method == "CONNECT") == !head.upgrade.empty());
    for (const Field& each : head.fields) {
        require(is_valid_h2_name(each.name) && is_valid_value(each.value));
        require(!is_connection_specific(each.name) && each.name != "host" && each.name != "content-length");
    }
    require(head.body.framing != Framing::until_close);
    if (ends) require(head.body.framing != Framing::chunked && head.body.length == 0);
}

/// As a target of HTTP/1 gets it.
void check_written(RequestHead head) {
    // The caller's part for a tunnel (RFC 8441 5): serve/prepare.cpp.
    if (!head.upgrade.empty()) head.method = "GET";
    std::string written;
    append_request(written, head);
    HeadFinder finder(HeadLimits{.line_bytes = 65536, .field_bytes = 65536, .head_bytes = 262144, .fields = 128});
    TextArena arena;
    RequestHead again;
    const RequestReading reading = read_request_head(written, finder, arena, again);
    require(reading.state == HeadState::done && reading.size == written.size());
    require(reading.desync.worst < DesyncClass::severe);
    require(again.method == head.method && again.authority == head.authority);
    require(again.path == head.path && again.has_query == head.has_query && again.query == head.query);
    require(are_equal(again.fields, head.fields) && again.upgrade == head.upgrade);
    require(again.body.framing == head.body.framing || head.body.framing == Framing::length);
    require(again.body.length == head.body.length && again.takes_trailers == head.takes_trailers);
}

void check_trailers(Fields fields) {
    if (!read_h2_trailers(fields)) return;
    for (const Field& each : fields)
        require(is_valid_h2_name(each.name) && is_valid_value(each.value) && !is_forbidden_trailer(each.name));
    std::string written;
    append_last_chunk(written, fields);
    const ChunkedContent again(written, written.size());
    require(again.state == ChunkReader::State::done && again.size == written.size() && again.text.empty());
    require(are_equal(again.trailers, fields));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const bool ends = !bytes.empty() && (bytes.front() & 1) != 0;
    bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 1));
    const Fields fields = fields_of(bytes);
    TextArena arena;
    RequestHead head;
    const H2RequestReading reading = read_h2_request(fields, ends, arena, head);
    if (reading.status == 0) {
        require(reading.desync.worst < DesyncClass::severe);
        check_parts(head, ends);
        check_written(head);
    } else {
        require(reading.status == 400 || reading.status == 405 || reading.status == 501);
        require(reading.desync.worst == DesyncClass::severe);
    }
    check_trailers(fields);
    return 0;
}
