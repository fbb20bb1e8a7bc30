// SPDX-License-Identifier: Apache-2.0
// Where does a redirect lead? The Location of its answer.
//
// It is always a whole URI, with the host that the configuration or the request names: a path such as "//elsewhere"
// stays a path. What a URI can not hold is percent-encoded. The port that is usual for the protocol is left out; ALB
// writes it, which means the same (RFC 9110 4.2.3).
#pragma once

#include "balance/rules/facts.hpp"
#include "config/http.hpp"

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace sallyport::rules {

inline constexpr std::size_t max_location_bytes = 8192;

enum class RedirectFault : std::uint8_t {
    too_long, // ALB's HTTP_Redirect_Url_Limit_Exceeded_Count
    no_host,  // the request's host is needed, and there is none that can stand in a URI
};

[[nodiscard]] tl::expected<std::string, RedirectFault> location_of(const config::RedirectAction& redirect,
                                                                   const RequestFacts& facts);

} // namespace sallyport::rules
