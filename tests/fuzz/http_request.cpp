// SPDX-License-Identifier: Apache-2.0
// Any bytes as a request of HTTP/1: in whatever pieces they come they are read the same, and what is written for a
// target is read by the same rules as one request without any doubt.
#include "balance/http/read_head.hpp"
#include "balance/http/write_head.hpp"
#include "http_parts.hpp"

using namespace sallyport::http;

namespace {

constexpr HeadLimits limits = {.line_bytes = 512, .field_bytes = 512, .head_bytes = 2048, .fields = 16}; // soon met
constexpr ChunkLimits chunk_limits = {.line_bytes = 64, .trailer_bytes = 256, .trailers = 4};

struct Read {
    explicit Read(std::string_view bytes, std::size_t step) {
        for (std::size_t size = 0; reading.state == HeadState::needs_more && size < bytes.size();) {
            size = std::min(bytes.size(), size + step);
            // An exact copy, so that AddressSanitizer notices a read past what has come.
            const std::string exact(bytes.substr(0, size));
            reading = read_request_head(exact, finder, arena, head);
        }
    }
    HeadFinder finder{limits};
    TextArena arena;
    RequestHead head;
    RequestReading reading;
};

void check_pieces(const Read& whole, const Read& pieces) {
    require(whole.reading.state == pieces.reading.state);
    if (whole.reading.state == HeadState::malformed) require(pieces.reading.status >= 400);
    if (whole.reading.state != HeadState::done) return;
    require(whole.reading.size == pieces.reading.size && whole.reading.desync == pieces.reading.desync);
    require(whole.head.method == pieces.head.method && whole.head.target == pieces.head.target);
    require(whole.head.authority == pieces.head.authority && whole.head.path == pieces.head.path);
    require(are_equal(whole.head.fields, pieces.head.fields));
}

/// As a target gets it.
void check_written(const RequestHead& head) {
    if (head.path.empty()) return; // CONNECT
    std::string written;
    append_request(written, head);
    HeadFinder finder(HeadLimits{.line_bytes = 8192, .field_bytes = 8192, .head_bytes = 65536, .fields = 64});
    TextArena arena;
    RequestHead again;
    const RequestReading reading = read_request_head(written, finder, arena, again);
    require(reading.state == HeadState::done && reading.size == written.size());
    require(reading.desync.worst < DesyncClass::severe);
    require(again.method == head.method && again.path == head.path && again.query == head.query);
    require(again.body.framing == head.body.framing && again.body.length == head.body.length);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Read whole(bytes, bytes.size() + 1);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}})
        check_pieces(whole, Read(bytes, step));
    if (whole.reading.state != HeadState::done) return 0;
    check_written(whole.head);
    const std::string_view behind = bytes.substr(whole.reading.size);
    check_in_pieces(ChunkedContent(behind, behind.size() + 1, chunk_limits), behind, chunk_limits);
    return 0;
}
