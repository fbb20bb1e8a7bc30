// SPDX-License-Identifier: Apache-2.0
// What rules look at: a request's head, and the connection that it came on.
#pragma once

#include "balance/http/message.hpp"
#include "support/address.hpp"

#include <cstdint>
#include <string_view>

namespace sallyport::rules {

struct RequestFacts {
    const http::RequestHead& head;
    IpAddress client;        // the connection's peer (or that of its PROXY header), never X-Forwarded-For's
    std::string_view scheme; // "http", "https"
    std::uint16_t listener_port = 0;
};

} // namespace sallyport::rules
