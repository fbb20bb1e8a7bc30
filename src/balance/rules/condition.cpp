// SPDX-License-Identifier: Apache-2.0
#include "balance/rules/condition.hpp"

#include "support/letters.hpp"

#include <algorithm>

namespace sallyport::rules {
namespace {

using config::LetterCase;

bool any_fits(const std::vector<TextPattern>& patterns, std::string_view text) noexcept {
    return std::ranges::any_of(patterns, [&](const TextPattern& pattern) { return pattern.matches(text); });
}

Result<std::vector<TextPattern>> build_patterns(const std::vector<config::Pattern>& patterns, LetterCase letters) {
    std::vector<TextPattern> built;
    for (const config::Pattern& pattern : patterns) {
        auto ready = TextPattern::build(pattern, letters);
        if (!ready) return tl::unexpected(std::move(ready).error());
        built.push_back(*std::move(ready));
    }
    return built;
}

/// As a request's host is made ready: in small letters, without a final dot. An expression's `\S` is no `\s`, and
/// stays.
config::Pattern host_pattern(config::Pattern pattern) {
    if (pattern.is_regex) return pattern;
    if (pattern.text.size() > 1 && pattern.text.ends_with('.')) pattern.text.pop_back();
    std::ranges::transform(pattern.text, pattern.text.begin(), small_letter);
    return pattern;
}

struct Build {
    Result<Condition> operator()(const config::HostHeader& host) const {
        HostCondition condition;
        for (const config::Pattern& each : host.values) {
            auto pattern =
                TextPattern::build(host_pattern(each), each.is_regex ? LetterCase::ignored : LetterCase::matters);
            if (!pattern) return tl::unexpected(std::move(pattern).error());
            condition.values.push_back(*std::move(pattern));
        }
        return condition;
    }
    Result<Condition> operator()(const config::PathPattern& path) const {
        return build_patterns(path.values, LetterCase::matters).map([](auto&& patterns) -> Condition {
            return PathCondition{std::move(patterns)};
        });
    }
    Result<Condition> operator()(const config::HttpHeader& header) const {
        return build_patterns(header.values, LetterCase::ignored).map([&](auto&& patterns) -> Condition {
            return HeaderCondition{header.name, std::move(patterns)};
        });
    }
    Result<Condition> operator()(const config::QueryString& query) const {
        QueryCondition condition;
        for (const config::QueryValue& each : query.values) {
            auto value = TextPattern::build(each.value, LetterCase::ignored);
            if (!value) return tl::unexpected(std::move(value).error());
            condition.values.push_back({.key = {}, .value = *std::move(value)});
            if (!each.key) continue;
            auto key = TextPattern::build(*each.key, LetterCase::ignored);
            if (!key) return tl::unexpected(std::move(key).error());
            condition.values.back().key = *std::move(key);
        }
        return condition;
    }
    Result<Condition> operator()(const config::RequestMethod& method) const { return MethodCondition{method.values}; }
    Result<Condition> operator()(const config::SourceIp& source) const { return SourceCondition{source.values}; }
};

} // namespace

Result<TextPattern> TextPattern::build(const config::Pattern& pattern, LetterCase letters) {
    if (pattern.is_regex) {
        auto regex = config::compile_regex(pattern.text, letters);
        if (!regex) return failure("`" + pattern.text + "` is not a regular expression: " + regex.error().message);
        return TextPattern(*std::move(regex));
    }
    auto wildcard = Wildcard::compile(pattern.text, letters);
    if (!wildcard) return failure("a pattern is too long or has control characters");
    return TextPattern(*std::move(wildcard));
}

bool TextPattern::matches(std::string_view text) const noexcept {
    if (const auto* const wildcard = std::get_if<Wildcard>(&compiled_)) return wildcard->matches(text);
    const RE2& regex = **std::get_if<std::unique_ptr<const RE2>>(&compiled_);
    return regex.Match(text, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

bool HostCondition::holds(const RequestView& request) const noexcept {
    return any_fits(values, request.host);
}

bool PathCondition::holds(const RequestView& request) const noexcept {
    return any_fits(values, request.facts.head.path);
}

bool HeaderCondition::holds(const RequestView& request) const noexcept {
    return std::ranges::any_of(request.facts.head.fields, [&](const http::Field& field) {
        return http::equal_names(field.name, name) && any_fits(values, field.value);
    });
}

bool QueryCondition::Pair::matches(std::string_view part) const noexcept {
    const std::size_t equals = part.find('=');
    const bool is_pair = equals != std::string_view::npos;
    if (!key) return value.matches(is_pair ? part.substr(equals + 1) : part);
    return key->matches(part.substr(0, equals)) &&
           value.matches(is_pair ? part.substr(equals + 1) : std::string_view());
}

bool QueryCondition::holds(const RequestView& request) const noexcept {
    std::string_view rest = request.facts.head.query;
    while (!rest.empty()) {
        const std::size_t end = rest.find('&');
        const std::string_view part = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (part.empty()) continue;
        if (std::ranges::any_of(values, [&](const Pair& pair) { return pair.matches(part); })) return true;
    }
    return false;
}

bool MethodCondition::holds(const RequestView& request) const noexcept {
    return std::ranges::find(values, request.facts.head.method) != values.end();
}

bool SourceCondition::holds(const RequestView& request) const noexcept {
    return std::ranges::any_of(values, [&](const IpPrefix& prefix) { return prefix.contains(request.facts.client); });
}

Result<Condition> build_condition(const config::Condition& condition) {
    return std::visit(Build{}, condition);
}

bool holds(const Condition& condition, const RequestView& request) noexcept {
    return std::visit([&](const auto& each) noexcept { return each.holds(request); }, condition);
}

} // namespace sallyport::rules
