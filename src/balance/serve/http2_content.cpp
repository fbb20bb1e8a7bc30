// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/http2_content.hpp"

#include "balance/serve/http2_fields.hpp"

#include <algorithm>

namespace sallyport::serve {
namespace {

/// A buffer that has become larger than this is given back when it is empty.
constexpr std::size_t kept_capacity_bytes = 4'096;

ssize_t read_offered(nghttp2_session* /*session*/, std::int32_t number, std::uint8_t* /*room*/, std::size_t size,
                     std::uint32_t* flags, nghttp2_data_source* source, void* /*peer*/) {
    return static_cast<Http2Content*>(source->ptr)->offer(number, size, *flags);
}

} // namespace

nghttp2_data_provider Http2Content::provider() noexcept {
    return {.source = {.ptr = this}, .read_callback = read_offered};
}

void Http2Content::append(std::int32_t number, std::string_view bytes) {
    if (is_ended_ || bytes.empty()) return;
    bytes_.append(bytes);
    is_full_ = unsent() > stream_high_water_bytes;
    wake(number);
}

void Http2Content::end(std::int32_t number, const http::Fields& trailers) {
    if (is_ended_) return;
    is_ended_ = true;
    for (const http::Field& each : trailers)
        trailers_.emplace_back(each.name, each.value);
    wake(number);
}

void Http2Content::wake(std::int32_t number) {
    if (std::exchange(is_deferred_, false)) nghttp2_session_resume_data(session_, number);
}

bool Http2Content::has_drained() noexcept {
    if (!is_full_ || unsent() > stream_high_water_bytes / 2) return false;
    is_full_ = false;
    return true;
}

ssize_t Http2Content::offer(std::int32_t number, std::size_t room, std::uint32_t& flags) {
    const std::size_t size = std::min(room, unsent());
    if (size == 0 && !is_ended_) {
        is_deferred_ = true;
        return NGHTTP2_ERR_DEFERRED;
    }
    flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (!is_ended_ || size < unsent()) return static_cast<ssize_t>(size);
    flags |= NGHTTP2_DATA_FLAG_EOF;
    if (trailers_.empty()) return static_cast<ssize_t>(size);
    http::Fields fields;
    for (const auto& [name, value] : trailers_)
        fields.push_back({name, value});
    message_.read(fields);
    if (message_.size() > 0 && nghttp2_submit_trailer(session_, number, message_.data(), message_.size()) == 0)
        flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    return static_cast<ssize_t>(size);
}

void Http2Content::append_offered(std::string& out, std::size_t size) {
    out.append(bytes_, sent_, size);
    sent_ += size;
    if (unsent() == 0) {
        sent_ = 0;
        if (bytes_.capacity() > kept_capacity_bytes) {
            bytes_ = {};
        } else {
            bytes_.clear();
        }
    } else if (sent_ > stream_high_water_bytes) {
        bytes_.erase(0, std::exchange(sent_, 0));
    }
}

} // namespace sallyport::serve
