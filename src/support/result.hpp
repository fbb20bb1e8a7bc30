// SPDX-License-Identifier: Apache-2.0
// A value, or the sentence that says why there is none. For the operator's faults (config, ports, memory at start);
// a packet's fault is a counted drop, never one of these.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace sallyport {

struct Error {
    std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(std::string message) {
    return tl::unexpected<Error>(Error{std::move(message)});
}

} // namespace sallyport
