// SPDX-License-Identifier: Apache-2.0
// Any bytes as a target's answer: in whatever pieces they come they are read the same, and what is written for a client
// is read as one answer with the same status, fields and framing; so are its chunks and trailers, written anew.
#include "balance/http/field_rules.hpp"
#include "balance/http/read_head.hpp"
#include "balance/http/status.hpp"
#include "balance/http/write_head.hpp"
#include "http_parts.hpp"

using namespace sallyport::http;

namespace {

constexpr HeadLimits limits = {.line_bytes = 512, .field_bytes = 512, .head_bytes = 2048, .fields = 16}; // soon met
constexpr ChunkLimits chunk_limits = {.line_bytes = 64, .trailer_bytes = 256, .trailers = 4};

struct Read {
    Read(std::string_view bytes, std::size_t step, std::string_view method, const HeadLimits& within) : finder(within) {
        for (std::size_t size = 0; reading.state == HeadState::needs_more && size < bytes.size();) {
            size = std::min(bytes.size(), size + step);
            // An exact copy, so that AddressSanitizer notices a read past what has come.
            const std::string exact(bytes.substr(0, size));
            reading = read_response_head(exact, finder, method, arena, head);
        }
    }
    HeadFinder finder;
    TextArena arena;
    ResponseHead head;
    ResponseReading reading;
};

void check_pieces(const Read& whole, const Read& pieces) {
    require(whole.reading.state == pieces.reading.state);
    if (whole.reading.state == HeadState::malformed) require(!pieces.reading.fault.empty());
    if (whole.reading.state != HeadState::done) return;
    require(whole.reading.size == pieces.reading.size && whole.head.status == pieces.head.status);
    require(whole.head.reason == pieces.head.reason && are_equal(whole.head.fields, pieces.head.fields));
    require(whole.head.body.framing == pieces.head.body.framing);
    require(whole.head.body.length == pieces.head.body.length && whole.head.keeps_alive == pieces.head.keeps_alive);
}

void check_parts(const ResponseHead& head) {
    require(head.status >= 100 && head.status <= 999 && is_of_one_line(head.reason) && is_of_one_line(head.upgrade));
    for (const Field& each : head.fields) {
        require(is_valid_name(each.name) && is_valid_value(each.value) && !is_connection_specific(each.name));
        require(!equal_names(each.name, "Content-Length"));
    }
    const bool has_no_content = head.status < 200 || head.status == 204 || head.status == 304;
    if (has_no_content) require(head.body.framing == Framing::none);
    require(head.status == 101 || head.upgrade.empty());
    if (head.body.framing == Framing::until_close) require(!head.keeps_alive);
}

/// As a client of that version gets it.
void check_written(const ResponseHead& head, std::string_view method, Version client) {
    std::string written;
    append_response(written, head, client, true);
    const HeadLimits wide = {.line_bytes = 8192, .field_bytes = 8192, .head_bytes = 65536, .fields = 64};
    const Read again(written, written.size(), method, wide);
    require(again.reading.state == HeadState::done && again.reading.size == written.size());
    require(again.head.status == head.status && are_equal(again.head.fields, head.fields));
    require(again.head.reason == (head.reason.empty() ? reason_phrase(head.status) : head.reason));
    require(again.head.upgrade == head.upgrade);
    const Framing framing = client_framing(head, client);
    require(again.head.body.framing == framing && again.head.body.length == head.body.length);
    if (head.status >= 200) require(again.head.keeps_alive == (framing != Framing::until_close));
    if (framing == Framing::until_close) require(written.find("\r\nConnection: close\r\n") != std::string::npos);
    if (head.status != 204) require(again.head.told_length == head.told_length);
}

void check_content(std::string_view bytes) {
    const ChunkedContent content(bytes, bytes.size() + 1, chunk_limits);
    check_in_pieces(content, bytes, chunk_limits);
    for (const Field& each : content.trailers) {
        require(is_valid_name(each.name) && is_valid_value(each.value) && !is_forbidden_trailer(each.name));
    }
    if (content.state != ChunkReader::State::done) return;
    std::string written;
    if (!content.text.empty()) {
        append_chunk_head(written, content.text.size());
        written.append(content.text).append(chunk_end);
    }
    append_last_chunk(written, content.trailers);
    const ChunkedContent again(written, written.size());
    require(again.state == ChunkReader::State::done && again.size == written.size());
    require(again.text == content.text && are_equal(again.trailers, content.trailers));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const std::string_view method : {"GET", "HEAD"}) {
        const Read whole(bytes, bytes.size() + 1, method, limits);
        check_pieces(whole, Read(bytes, method == "GET" ? 1 : 7, method, limits));
        if (whole.reading.state != HeadState::done) return 0;
        check_parts(whole.head);
        for (const Version client : {Version::http10, Version::http11})
            check_written(whole.head, method, client);
        if (method == "GET") check_content(bytes.substr(whole.reading.size));
    }
    return 0;
}
