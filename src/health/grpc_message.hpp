// SPDX-License-Identifier: Apache-2.0
// What is asked of gRPC's standard health service, and what does it answer? Two messages of one field each, written and
// read by hand (grpc/doc/health-checking.md, grpc/doc/PROTOCOL-HTTP2.md, protobuf's encoding).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::health {

/// HealthCheckResponse.ServingStatus; what it has no name for here is kept as the number it is.
enum class Serving : std::uint64_t { unknown = 0, serving = 1, not_serving = 2, service_unknown = 3 };

/// `message` as gRPC sends it: not compressed, its length before it.
[[nodiscard]] std::string framed(std::string_view message);

/// HealthCheckRequest, framed; `service` empty: the server as a whole.
[[nodiscard]] std::string health_request(std::string_view service);

/// Of the first message in `content`, a HealthCheckResponse; none: it is not one, or not whole.
[[nodiscard]] std::optional<Serving> serving_status(std::string_view content) noexcept;

/// NOT_SERVING, or the number of what has no name.
[[nodiscard]] std::string name_of(Serving status);

} // namespace sallyport::health
