// SPDX-License-Identifier: Apache-2.0
// How is a request found again in the logs of all who had it? X-Amzn-Trace-Id in ALB's form, and the W3C's traceparent
// (Trace Context, level 1). The ids are no secrets.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "balance/l7/unix_time.hpp"
#include "config/http.hpp"
#include "support/random.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace sallyport::l7 {

/// A longer X-Amzn-Trace-Id is written anew, with Root alone.
inline constexpr std::size_t max_trace_id_bytes = 7 * 1024;

/// Returns what the log calls the request: X-Amzn-Trace-Id, or traceparent when that is the only one; empty for none.
/// It lives as long as the arena's bytes and the fields that came.
std::string_view add_trace(config::TraceHeader which, UnixTime now, SplitMix64& random, http::TextArena& arena,
                           http::Fields& fields);

/// Ties the lines of a connection's requests to that of the connection: "TID_" and 32 hexadecimal digits.
class ConnectionTraceId {
public:
    ConnectionTraceId() = default;
    explicit ConnectionTraceId(SplitMix64& random) noexcept;
    /// Empty when none was made.
    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), text_[0] == '\0' ? 0 : text_.size()}; }

private:
    std::array<char, 36> text_ = {};
};

} // namespace sallyport::l7
