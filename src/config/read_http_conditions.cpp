// SPDX-License-Identifier: Apache-2.0
// Conditions of rules, in ALB's words: a map with one key each. A pattern is a text with wildcards, or `{regex: TEXT}`.
#include "config/http_sections.hpp"

#include <array>

namespace sallyport::config {

namespace {

constexpr std::size_t longest_list = 64; // what is too many is told by http_faults.hpp, with the reason

std::optional<Pattern> read_pattern(const Value& value) {
    if (value.node().kind == Node::Kind::map) {
        const Fields fields(value, {"regex"});
        const auto regex = fields.require("regex", "add the expression, such as `regex: \"^/v[0-9]+/\"`");
        const auto text = regex ? regex->text("a regular expression") : std::nullopt;
        if (!text) return std::nullopt;
        Pattern pattern = {.text = *text, .is_regex = true};
        tell_fault(value, pattern, "write an expression of RE2");
        return pattern;
    }
    const auto text = value.text("a text with the wildcards `*` and `?`, or `{regex: TEXT}`");
    if (!text) return std::nullopt;
    Pattern pattern = {.text = *text, .is_regex = false};
    tell_fault(value, pattern, "write a shorter one, or percent-encode it");
    return pattern;
}

/// One, or a list of them.
std::vector<Value> values_of(const Value& value) {
    if (value.node().kind == Node::Kind::map) return {value};
    return value.items_or_one("a value or a list of them", longest_list);
}

std::vector<Pattern> read_patterns(const Value& value) {
    std::vector<Pattern> patterns;
    for (const Value& item : values_of(value))
        if (const auto pattern = read_pattern(item)) patterns.push_back(*pattern);
    return patterns;
}

Condition read_host_header(const Value& value) {
    return HostHeader{read_patterns(value)};
}

Condition read_path_pattern(const Value& value) {
    return PathPattern{read_patterns(value)};
}

/// `{name: User-Agent, values: ["*Chrome*"]}`.
Condition read_http_header(const Value& value) {
    HttpHeader header;
    const Fields fields(value, {"name", "values"});
    if (const auto name = fields.require("name", "add the header's name, such as `name: User-Agent`"))
        header.name = name->text("a header's name").value_or("");
    if (const auto values = fields.require("values", "add what it may be, such as `values: [\"*Chrome*\"]`"))
        header.values = read_patterns(*values);
    return header;
}

/// A text is a value of any key; `{key: version, value: v1}` is one of that key.
Condition read_query_string(const Value& value) {
    QueryString query;
    for (const Value& item : values_of(value)) {
        QueryValue& each = query.values.emplace_back();
        if (item.node().kind != Node::Kind::map) {
            each.value = read_pattern(item).value_or(Pattern{});
            continue;
        }
        const Fields fields(item, {"key", "value"});
        if (const auto key = fields.find("key")) each.key = read_pattern(*key);
        if (const auto wanted = fields.require("value", "add the value, such as `value: v1` or `value: \"*\"`"))
            each.value = read_pattern(*wanted).value_or(Pattern{});
    }
    return query;
}

Condition read_request_method(const Value& value) {
    RequestMethod method;
    for (const Value& item : value.items_or_one("a method or a list of them", longest_list))
        method.values.push_back(item.text("a method, such as GET").value_or(""));
    return method;
}

Condition read_source_ip(const Value& value) {
    SourceIp source;
    for (const Value& item : value.items_or_one("a prefix or a list of them", longest_list))
        if (const auto prefix = item.prefix()) source.values.push_back(*prefix);
    return source;
}

struct Kind {
    std::string_view key;
    Condition (*read)(const Value&);
};

constexpr std::array<Kind, 6> kinds = {{{"host_header", read_host_header},
                                        {"path_pattern", read_path_pattern},
                                        {"http_header", read_http_header},
                                        {"query_string", read_query_string},
                                        {"http_request_method", read_request_method},
                                        {"source_ip", read_source_ip}}};

} // namespace

Condition read_condition(const Value& value) {
    std::vector<std::string_view> known;
    for (const Kind& kind : kinds)
        known.push_back(kind.key);
    const Fields fields(value, known);
    const std::size_t count = value.node().children.size();
    if (fields && count != 1)
        value.fault(count == 0 ? "is empty" : "has " + std::to_string(count) + " keys where one belongs",
                    "write " + either(known) + ", each condition as an item of its own");
    for (const Kind& kind : kinds) {
        const auto said = fields.find(kind.key);
        if (!said) continue;
        Condition condition = kind.read(*said);
        tell_fault(*said, condition, "see what ALB allows in docs/configuration-http.md");
        return condition;
    }
    return PathPattern{};
}

} // namespace sallyport::config
