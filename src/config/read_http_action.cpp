// SPDX-License-Identifier: Apache-2.0
// What becomes of a request, in ALB's words: exactly one of forward, redirect and fixed_response. What an answer or a
// redirect can not be, http_faults.hpp knows.
#include "config/http_sections.hpp"

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

void read_text(const Fields& fields, std::string_view key, std::string& out) {
    if (const auto value = fields.find(key)) out = value->text("a text").value_or(out);
}

RedirectAction read_redirect(const Value& value) {
    RedirectAction redirect;
    const Fields fields(value, {"protocol", "host", "port", "path", "query", "status_code"});
    read_text(fields, "protocol", redirect.protocol);
    read_text(fields, "host", redirect.host);
    read_text(fields, "port", redirect.port);
    read_text(fields, "path", redirect.path);
    if (const auto query = fields.find("query")) redirect.query = query->content("a query", 4096).value_or("");
    if (fields.require("status_code", "add `status_code: 301`, or 302, 303, 307 or 308"))
        fields.integer("status_code", redirect.status, 300, 399);
    tell_fault(value, redirect, "write parts with the keywords #{protocol}, #{host}, #{port}, #{path} and #{query}");
    return redirect;
}

FixedResponse read_fixed_response(const Value& value) {
    FixedResponse response;
    const Fields fields(value, {"status_code", "content_type", "message_body"});
    if (fields.require("status_code", "add `status_code: 404`, or another one"))
        fields.integer("status_code", response.status, 200, 599);
    read_text(fields, "content_type", response.content_type);
    if (const auto body = fields.find("message_body"))
        response.body = body->content("the answer's body", 65'536).value_or("");
    tell_fault(value, response, "write an answer that ALB could give");
    return response;
}

ForwardAction read_forward_action(const Fields& fields, const Value& forward) {
    ForwardAction action;
    action.shares = read_forward(forward);
    fields.duration("target_group_stickiness", action.group_stickiness, 1s, 168h);
    return action;
}

} // namespace

Action read_http_action(const Value& value) {
    constexpr std::string_view advice = "write one of `forward: NAME`, `redirect: {...}` and `fixed_response: {...}`";
    const Fields fields(value, {"forward", "target_group_stickiness", "redirect", "fixed_response"}, later_actions());
    const auto forward = fields.find("forward");
    const auto redirect = fields.find("redirect");
    const auto fixed = fields.find("fixed_response");
    const int count = int{forward.has_value()} + int{redirect.has_value()} + int{fixed.has_value()};
    if (fields && count != 1)
        value.fault(count == 0 ? "says nothing of what becomes of requests" : "names several actions where one belongs",
                    std::string(advice));
    const auto stickiness = fields.find("target_group_stickiness");
    if (stickiness && !forward) stickiness->fault("belongs to `forward`", "remove it");
    if (forward) return read_forward_action(fields, *forward);
    if (redirect) return read_redirect(*redirect);
    if (fixed) return read_fixed_response(*fixed);
    return ForwardAction{};
}

} // namespace sallyport::config
