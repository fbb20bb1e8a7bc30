// SPDX-License-Identifier: Apache-2.0
// A request as a test writes it: a few texts, the rest as usual.
#pragma once

#include "balance/rules/facts.hpp"

#include <string_view>

namespace sallyport::rules {

struct Request {
    std::string_view method = "GET";
    std::string_view authority = "shop.example";
    std::string_view url = "/"; // path and query
    http::Fields fields = {};
    std::string_view client = "198.51.100.7";
    std::string_view scheme = "http";
    std::uint16_t port = 80;
};

[[nodiscard]] inline http::RequestHead head_of(const Request& request) {
    http::RequestHead head;
    head.method = request.method;
    head.authority = request.authority;
    head.target = request.url;
    const std::size_t mark = request.url.find('?');
    head.path = request.url.substr(0, mark);
    head.has_query = mark != std::string_view::npos;
    if (head.has_query) head.query = request.url.substr(mark + 1);
    head.fields = request.fields;
    return head;
}

[[nodiscard]] inline RequestFacts facts_of(const Request& request, const http::RequestHead& head) {
    return {.head = head,
            .client = IpAddress::parse(request.client).value(),
            .scheme = request.scheme,
            .listener_port = request.port};
}

} // namespace sallyport::rules
