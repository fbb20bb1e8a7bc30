// SPDX-License-Identifier: Apache-2.0
#include "config/http_faults.hpp"

#include "config/finding.hpp"
#include "config/regex.hpp"
#include "support/letters.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sallyport::config {
namespace {

using namespace std::string_view_literals;

/// RFC 9110 7.6.1 and what else is between two neighbours alone.
constexpr std::array own_headers = {"connection"sv,     "content-length"sv,    "expect"sv,           "host"sv,
                                    "http2-settings"sv, "keep-alive"sv,        "proxy-connection"sv, "te"sv,
                                    "trailer"sv,        "transfer-encoding"sv, "upgrade"sv};

bool is_own_header(std::string_view name) {
    return std::ranges::any_of(own_headers, [&](std::string_view own) { return equal_letters(own, name); });
}

std::string longer_than(std::size_t size) {
    return "is longer than " + std::to_string(size) + " characters";
}

bool is_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == ' ' || is_visible(c); });
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

/// "`KEY` PROBLEM".
Fault of_key(std::string_view key, Fault fault) {
    if (fault) return "`" + std::string(key) + "` " + *fault;
    return fault;
}

template <typename List>
Fault first_fault(const List& list) {
    for (const auto& each : list)
        if (Fault fault = fault_of(each)) return fault;
    return {};
}

template <typename List>
Fault fault_of_count(const List& values) {
    if (values.empty()) return "has no values";
    if (values.size() > max_values) return "has more than " + std::to_string(max_values) + " values";
    return {};
}

Fault fault_of_method(const std::string& method) {
    if (method.size() > max_method_size) return in_backticks(method) + " " + longer_than(max_method_size);
    const bool fits = !method.empty() && std::ranges::all_of(method, [](char c) {
        return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
    if (!fits) return in_backticks(method) + " is not a method of the letters A to Z, `-` and `_`";
    return {};
}

Fault fault_of_query_value(const QueryValue& value) {
    for (const Pattern* const pattern : {value.key ? &*value.key : nullptr, &value.value}) {
        if (pattern == nullptr) continue;
        if (pattern->is_regex) return "of a query string can not be a regular expression";
        if (Fault fault = fault_of(*pattern)) return fault;
    }
    return {};
}

struct FaultOfCondition {
    Fault operator()(const HostHeader& host) const { return of_patterns(host.values); }
    Fault operator()(const PathPattern& path) const { return of_patterns(path.values); }
    Fault operator()(const HttpHeader& header) const {
        if (!is_token(header.name)) return "has a name that no header can have: " + in_backticks(header.name);
        if (header.name.size() > max_header_name_size) return "has a name that " + longer_than(max_header_name_size);
        if (equal_letters(header.name, "host")) return "looks at `Host`, which a host condition does";
        if (is_own_header(header.name))
            return "looks at " + in_backticks(header.name) + ", which is between two neighbours and no rule sees";
        return of_patterns(header.values);
    }
    Fault operator()(const QueryString& query) const {
        if (Fault fault = fault_of_count(query.values)) return fault;
        for (const QueryValue& value : query.values)
            if (Fault fault = fault_of_query_value(value)) return fault;
        return {};
    }
    Fault operator()(const RequestMethod& method) const {
        if (Fault fault = fault_of_count(method.values)) return fault;
        for (const std::string& value : method.values)
            if (Fault fault = fault_of_method(value)) return fault;
        return {};
    }
    Fault operator()(const SourceIp& source) const { return fault_of_count(source.values); }

    static Fault of_patterns(const std::vector<Pattern>& patterns) {
        if (Fault fault = fault_of_count(patterns)) return fault;
        return first_fault(patterns);
    }
};

// Redirects. A part is text with keywords in it.

/// What is left when the keywords that may stand there are taken out.
std::string without_keywords(std::string text, std::initializer_list<std::string_view> keywords) {
    for (const std::string_view keyword : keywords)
        for (std::size_t at = text.find(keyword); at != std::string::npos; at = text.find(keyword))
            text.replace(at, keyword.size(), "x"); // not nothing: what is around must not join to a keyword
    return text;
}

Fault fault_of_part(const std::string& text, std::string_view forbidden) {
    if (text.size() > max_redirect_part_size) return longer_than(max_redirect_part_size);
    if (!std::ranges::all_of(text, is_visible)) return "has blanks or characters beyond ASCII: " + in_backticks(text);
    const std::size_t at = text.find_first_of(forbidden);
    if (at != std::string::npos)
        return "has a " + in_backticks(text.substr(at, 1)) + " outside of the keywords that may stand there";
    return {};
}

Fault fault_of_redirect_port(const std::string& port) {
    if (port == "#{port}") return {};
    const bool is_number = !port.empty() && port.size() <= 5 && std::ranges::all_of(port, is_digit);
    const int number = is_number ? std::stoi(port) : 0;
    if (number < 1 || number > 65535 || port.front() == '0') return "is neither a port nor `#{port}`";
    return {};
}

Fault fault_of_redirect_host(const std::string& host) {
    if (host.empty()) return "is empty";
    if (host.size() > max_redirect_part_size) return longer_than(max_redirect_part_size);
    const std::string rest = without_keywords(host, {"#{host}"});
    const bool fits = std::ranges::all_of(
        rest, [](char c) { return is_letter(c) || is_digit(c) || "-._~[]:"sv.find(c) != std::string_view::npos; });
    if (!fits) return "is neither a host nor one with `#{host}` in it: " + in_backticks(host);
    if (rest.find(':') != std::string::npos && rest.front() != '[') return "has a port: that is `port`'s";
    return {};
}

Fault fault_of_redirect_path(const std::string& path) {
    if (path.empty() || path.front() != '/') return "does not begin with `/`";
    if (path.size() > max_redirect_part_size) return longer_than(max_redirect_part_size);
    return fault_of_part(without_keywords(path, {"#{host}", "#{path}", "#{port}"}), "#?");
}

Fault fault_of_redirect_query(const std::string& query) {
    if (query.size() > max_redirect_part_size) return longer_than(max_redirect_part_size);
    if (query.starts_with('?')) return "begins with `?`, which is put there anyway";
    return fault_of_part(without_keywords(query, {"#{protocol}", "#{host}", "#{port}", "#{path}", "#{query}"}), "#");
}

constexpr std::array redirect_statuses = {301, 302, 303, 307, 308};
constexpr std::array fixed_content_types = {"text/plain"sv, "text/css"sv, "text/html"sv, "application/javascript"sv,
                                            "application/json"sv};

} // namespace

Fault fault_of(const Pattern& pattern) {
    if (pattern.text.empty()) return "is empty";
    if (pattern.text.size() > max_pattern_size) return longer_than(max_pattern_size);
    if (!is_text(pattern.text)) return "has control characters or some beyond ASCII: " + in_backticks(pattern.text);
    if (!pattern.is_regex) return {};
    const auto regex = compile_regex(pattern.text, LetterCase::matters);
    if (!regex) return "is not a regular expression: " + regex.error().message;
    return {};
}

Fault fault_of(const Condition& condition) {
    return std::visit(FaultOfCondition{}, condition);
}

Fault fault_of(const ForwardAction& forward) {
    if (forward.shares.empty()) return "names no target group";
    if (forward.shares.size() > max_shares) return "names more than " + std::to_string(max_shares) + " target groups";
    if (std::ranges::any_of(forward.shares, [](const auto& share) { return share.weight > max_share_weight; }))
        return "has a weight above " + std::to_string(max_share_weight);
    if (std::ranges::all_of(forward.shares, [](const auto& share) { return share.weight == 0; }))
        return "gives no target group a weight";
    using namespace std::chrono_literals;
    if (forward.group_stickiness != 0ms && (forward.group_stickiness < 1s || forward.group_stickiness > 168h))
        return "has a stickiness that is not 1s to 168h";
    return {};
}

Fault fault_of(const RedirectAction& redirect) {
    if (std::ranges::find(redirect_statuses, redirect.status) == redirect_statuses.end())
        return "`status_code` is not 301, 302, 303, 307 or 308";
    if (redirect.protocol != "HTTP" && redirect.protocol != "HTTPS" && redirect.protocol != "#{protocol}")
        return "`protocol` is not HTTP, HTTPS or `#{protocol}`";
    if (Fault fault = of_key("host", fault_of_redirect_host(redirect.host))) return fault;
    if (Fault fault = of_key("port", fault_of_redirect_port(redirect.port))) return fault;
    if (Fault fault = of_key("path", fault_of_redirect_path(redirect.path))) return fault;
    if (Fault fault = of_key("query", fault_of_redirect_query(redirect.query))) return fault;
    const RedirectAction same;
    if (redirect.protocol == same.protocol && redirect.host == same.host && redirect.port == same.port &&
        redirect.path == same.path)
        return "changes none of `protocol`, `host`, `port` and `path`: clients would go round in a circle";
    return {};
}

Fault fault_on_https(const RedirectAction& redirect) {
    if (redirect.protocol == "HTTP") return "leads from HTTPS to HTTP";
    return {};
}

Fault fault_of(const FixedResponse& response) {
    const unsigned kind = response.status / 100;
    if (kind != 2 && kind != 4 && kind != 5) return "`status_code` is not 2xx, 4xx or 5xx";
    if (std::ranges::find(fixed_content_types, response.content_type) == fixed_content_types.end())
        return "`content_type` is not text/plain, text/css, text/html, application/javascript or application/json";
    if (response.body.size() > max_fixed_body_bytes)
        return "`message_body` is longer than " + std::to_string(max_fixed_body_bytes) + " bytes";
    // RFC 9110 15.3.5 and 15.3.6.
    if ((response.status == 204 || response.status == 205) && !response.body.empty())
        return "`message_body` can not be, for a status of " + std::to_string(response.status) + " has no content";
    return {};
}

Fault fault_of(const Action& action) {
    return std::visit([](const auto& each) { return fault_of(each); }, action);
}

Fault fault_of(const Rewrite& rewrite) {
    if (rewrite.regex.empty()) return "`regex` is empty";
    if (rewrite.regex.size() > max_rewrite_size) return of_key("regex", longer_than(max_rewrite_size));
    if (rewrite.replacement.size() > max_rewrite_size) return of_key("replace", longer_than(max_rewrite_size));
    if (!is_text(rewrite.regex)) return "`regex` has control characters or some beyond ASCII";
    if (!std::ranges::all_of(rewrite.replacement, is_visible))
        return "`replace` has blanks, control characters or some beyond ASCII";
    const auto regex = compile_regex(rewrite.regex, LetterCase::matters);
    if (!regex) return "`regex` is not a regular expression: " + regex.error().message;
    const int groups = (*regex)->NumberOfCapturingGroups();
    for (std::size_t at = 0; at + 1 < rewrite.replacement.size(); ++at)
        if (rewrite.replacement[at] == '$' && is_digit(rewrite.replacement[at + 1]) &&
            rewrite.replacement[at + 1] - '0' > groups)
            return "`replace` names " + in_backticks(rewrite.replacement.substr(at, 2)) + ", and the expression has " +
                   (groups == 0 ? "no" : std::to_string(groups)) + (groups == 1 ? " group" : " groups");
    return {};
}

Fault fault_of(const HeaderChange& change) {
    if (!is_token(change.name)) return "has a name that no header can have: " + in_backticks(change.name);
    if (is_own_header(change.name)) return "changes " + in_backticks(change.name) + ", which is the gateway's own";
    if (change.kind == HeaderChangeKind::remove)
        return change.value.empty() ? Fault() : "removes " + in_backticks(change.name) + ", and has a value";
    if (change.value.size() > max_header_value_size) return "has a value that " + longer_than(max_header_value_size);
    const bool fits = std::ranges::all_of(change.value, [](char c) { return c == '\t' || c == ' ' || is_visible(c); });
    if (!fits) return "has a value with control characters or some beyond ASCII";
    if (change.value.starts_with(' ') || change.value.starts_with('\t') || change.value.ends_with(' ') ||
        change.value.ends_with('\t'))
        return "has a value with blanks around it, which HTTP does not carry";
    return {};
}

Fault fault_of(const HttpRule& rule) {
    if (rule.priority < 1 || rule.priority > max_rule_priority)
        return "has a priority that is not 1 to " + std::to_string(max_rule_priority);
    if (rule.conditions.empty()) return "has no conditions";
    std::array<unsigned, std::variant_size_v<Condition>> counts = {};
    for (const Condition& condition : rule.conditions) {
        if (Fault fault = fault_of(condition)) return "has a condition that " + *fault;
        const bool may_repeat =
            std::holds_alternative<HttpHeader>(condition) || std::holds_alternative<QueryString>(condition);
        if (++counts[condition.index()] > 1 && !may_repeat) return "has two conditions of one kind";
    }
    if (Fault fault = fault_of(rule.action)) return fault;
    if (rule.host_rewrite)
        if (Fault fault = fault_of(*rule.host_rewrite)) return fault;
    if (rule.url_rewrite)
        if (Fault fault = fault_of(*rule.url_rewrite)) return fault;
    if (Fault fault = first_fault(rule.request_headers)) return fault;
    return first_fault(rule.response_headers);
}

} // namespace sallyport::config
