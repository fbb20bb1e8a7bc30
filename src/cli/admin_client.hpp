// SPDX-License-Identifier: Apache-2.0
// The other end of the admin socket: asks a running gateway one thing.
#pragma once

#include "support/result.hpp"

#include <boost/json/object.hpp>
#include <chrono>
#include <string>

namespace sallyport::cli {

/// The `result` of the gateway's answer; the sentence of an Error is for the operator, be it the gateway's own or that
/// none answers at `path`. Gives up when nothing is heard for `patience`.
[[nodiscard]] Result<boost::json::object> ask_gateway(const std::string& path, const boost::json::object& request,
                                                      std::chrono::seconds patience = std::chrono::seconds(30));

} // namespace sallyport::cli
