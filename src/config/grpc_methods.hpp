// SPDX-License-Identifier: Apache-2.0
// Which methods of gRPC are health checks to all the world?
#pragma once

#include <string_view>

namespace sallyport::config {

/// ELB's, that no service has: the answer is 12, UNIMPLEMENTED.
inline constexpr std::string_view elb_grpc_method = "/AWS.ALB/healthcheck";
/// https://github.com/grpc/grpc/blob/master/doc/health-checking.md
inline constexpr std::string_view standard_grpc_method = "/grpc.health.v1.Health/Check";

} // namespace sallyport::config
