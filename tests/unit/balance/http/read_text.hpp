// SPDX-License-Identifier: Apache-2.0
// Heads from texts, for tests: with all that they point into.
#pragma once

#include "balance/http/read_head.hpp"

#include <string>
#include <string_view>

namespace sallyport::http {

struct ReadRequest {
    TextArena arena;
    RequestHead head;
    RequestReading reading;

    explicit ReadRequest(std::string_view bytes, const HeadLimits& limits = {}) {
        HeadFinder finder(limits);
        reading = read_request_head(bytes, finder, arena, head);
    }
};

struct ReadResponse {
    TextArena arena;
    ResponseHead head;
    ResponseReading reading;

    explicit ReadResponse(std::string_view bytes, std::string_view method = "GET") {
        HeadFinder finder(HeadLimits{});
        reading = read_response_head(bytes, finder, method, arena, head);
    }
};

/// "name: value" a field, with "; " between them.
inline std::string text_of(const Fields& fields) {
    std::string text;
    for (const Field& each : fields)
        text.append(text.empty() ? "" : "; ").append(each.name).append(": ").append(each.value);
    return text;
}

} // namespace sallyport::http
