// SPDX-License-Identifier: Apache-2.0
// What a target answers to a check by HTTP/2, and what the standard health service says in it: whatever comes, little
// of it is kept, and the verdict does not depend on the pieces that it comes in.
//
// The input: a byte whose lowest bit says whether it is a GET or a call of the health service, the others how large the
// pieces are; then what the target sends.
#include "config/grpc_methods.hpp"
#include "health/grpc_message.hpp"
#include "health/http2_check.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

using namespace sallyport;
using namespace sallyport::health;

namespace {

constexpr std::size_t read_at_once = 16U * 1024; // by Http2Exchange

void require(bool holds) {
    if (!holds) std::abort();
}

config::HealthCheck check_by(bool is_grpc) {
    config::HealthCheck check;
    check.is_grpc = is_grpc;
    if (is_grpc) check.path = config::standard_grpc_method;
    check.grpc_matcher = {{.first = 0, .last = 0}};
    return check;
}

/// None: the answer is not over.
using Verdict = std::optional<Reason>;

Verdict verdict(const config::HealthCheck& check, std::span<const std::uint8_t> bytes, std::size_t piece) {
    Http2Call call(http2_request(check, IpAddress::v4(0xcb007115), "http"));
    require(!call.to_send().empty());
    while (!bytes.empty() && !call.is_over()) {
        const auto next = bytes.first(std::min(piece, bytes.size()));
        call.take(next);
        static_cast<void>(call.to_send());
        bytes = bytes.subspan(next.size());
    }
    require(call.answer().content.size() <= 4096);
    if (!call.is_over()) return std::nullopt;
    return call.fault().empty() ? judged(check, call.answer()).failure : Reason::failed_health_checks;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > read_at_once) return 0;
    const bool is_grpc = (data[0] & 1U) != 0;
    const config::HealthCheck check = check_by(is_grpc);
    const std::span<const std::uint8_t> bytes(data + 1, size - 1);
    require(verdict(check, bytes, read_at_once) == verdict(check, bytes, std::size_t{1} + (data[0] >> 1U)));
    return 0;
}
