// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/stream_end.hpp"

namespace sallyport::balance {
namespace {

constexpr std::string_view words[] = {
    "client_closed",     "target_closed",  "client_reset", "target_reset",     "idle_timeout",
    "client_left",       "denied",         "over_limit",   "bad_proxy_header", "bad_client_hello",
    "client_tls_failed", "intake_timeout", "no_target",    "connect_failed",   "target_tls_failed",
    "terminated",        "listener_gone",  "stopped",      "no_resources",
};
static_assert(std::size(words) == stream_end_count);
static_assert(static_cast<std::size_t>(StreamEnd::no_resources) + 1 == stream_end_count);

} // namespace

std::string_view word(StreamEnd end) noexcept {
    return words[static_cast<std::size_t>(end)];
}

} // namespace sallyport::balance
