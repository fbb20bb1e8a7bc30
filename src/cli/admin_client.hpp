// SPDX-License-Identifier: Apache-2.0
// The other end of the admin socket: asks a running gateway one thing.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>
#include <tl/expected.hpp>

namespace sallyport::cli {

struct AskError {
    std::string message;
    bool is_refusal = false; // what was asked for can not be had: the operator's fault, not the gateway's
};

/// The `result` of the gateway's answer; the sentence of an Error is for the operator, be it the gateway's own or that
/// none answers at `path`. Gives up when nothing is heard for `patience`.
[[nodiscard]] tl::expected<boost::json::object, AskError>
ask_gateway(const std::string& path, const boost::json::object& request,
            std::chrono::seconds patience = std::chrono::seconds(30));

} // namespace sallyport::cli
