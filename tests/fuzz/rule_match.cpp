// SPDX-License-Identifier: Apache-2.0
// Any request against a listener with rules of all kinds: the rule that decides is the same each time, wildcards say
// what a plain reading of theirs says, and neither a Location nor a rewrite lets a control character through.
//
// The input: lines of method, authority, path, query, then "name: value" as long as there are some. A pattern of the
// input's own is its last line.
#include "balance/rules/header_changes.hpp"
#include "balance/rules/host.hpp"
#include "balance/rules/redirect.hpp"
#include "balance/rules/rule_set.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace sallyport;
using namespace sallyport::rules;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

config::Pattern regex(const char* text) {
    return {.text = text, .is_regex = true};
}

RuleSet build_rules() {
    using namespace config;
    HttpServer server;
    server.default_action = FixedResponse{.status = 404};
    const auto add = [&](std::vector<config::Condition> conditions, Action action) -> HttpRule& {
        const auto priority = static_cast<std::uint32_t>(server.rules.size() + 1);
        server.rules.push_back(
            {.priority = priority, .conditions = std::move(conditions), .action = std::move(action)});
        return server.rules.back();
    };
    const ForwardAction forward = {.shares = {{"web", 1}, {"api", 3}}};
    HttpRule& rewriting =
        add({HostHeader{{{"*.a?c.example"}, {"[2001:db8::1]"}}}, PathPattern{{{"/*x?y*z*"}}}}, forward);
    rewriting.host_rewrite = config::Rewrite{"^([^.]*)\\.(.*)$", "$2.$1"};
    rewriting.url_rewrite = config::Rewrite{"^/([^/]*)/(.*)$", "/$2?$1&$0"};
    rewriting.request_headers = {{HeaderChangeKind::set, "A", "1"}, {HeaderChangeKind::remove, "B", ""}};
    HttpRule& other = add({HostHeader{{regex("^(a|b)+\\.")}}}, forward);
    other.host_rewrite = config::Rewrite{"(.)(.)", "$2$1:8$1"};
    other.url_rewrite = config::Rewrite{"(.*)", "$1$1$1"};
    add({HttpHeader{"a", {{"*b*"}, regex("c+d")}}, PathPattern{{regex("^/(.*/)?e$")}}},
        RedirectAction{.host = "x.#{host}"});
    add({QueryString{{{Pattern{"k*"}, {"v?"}}, {std::nullopt, {"*w"}}}}},
        RedirectAction{.path = "/n/#{host}/#{port}/#{path}", .query = "#{protocol}#{host}#{port}#{path}#{query}"});
    add({RequestMethod{{"GET", "PUT"}}, SourceIp{{*IpPrefix::parse("192.0.2.0/25")}}},
        RedirectAction{.protocol = "HTTPS"});
    auto rules = RuleSet::build(server);
    require(rules.has_value());
    return *std::move(rules);
}

/// As the definition has it, in a table of (pattern, text) places: a row for each character of the pattern. Bytes by
/// pointer, for without optimisation this is where the time goes.
bool fits_plainly(std::string_view pattern, std::string_view text) {
    std::string row(text.size() + 1, 0);
    char* const fits = row.data(); // fits[n]: the pattern so far, to the text's first n characters
    fits[0] = 1;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        char wanted = pattern[at];
        bool is_literal = wanted != '*' && wanted != '?';
        if (wanted == '\\' && at + 1 < pattern.size() &&
            (pattern[at + 1] == '*' || pattern[at + 1] == '?' || pattern[at + 1] == '\\')) {
            wanted = pattern[++at];
            is_literal = true;
        }
        if (!is_literal && wanted == '*') {
            if (char* const first = static_cast<char*>(std::memchr(fits, 1, row.size())); first != nullptr)
                std::memset(first, 1, row.size() - static_cast<std::size_t>(first - fits));
            continue;
        }
        std::memmove(fits + 1, fits, text.size());
        fits[0] = 0;
        if (!is_literal) continue;
        const char* seen = text.data();
        for (char *fit = fits + 1, *const end = fit + text.size(); fit != end; ++fit, ++seen)
            if (*seen != wanted) *fit = 0;
    }
    return fits[text.size()] != 0;
}

std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

bool is_clean(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; });
}

struct Input {
    http::RequestHead head;
    std::string_view pattern;
};

Input read(std::string_view rest) {
    Input input;
    http::RequestHead& head = input.head;
    head.method = next_line(rest);
    head.authority = next_line(rest);
    head.path = next_line(rest);
    head.query = next_line(rest);
    head.has_query = !head.query.empty();
    while (!rest.empty() && head.fields.size() < 100) {
        input.pattern = next_line(rest);
        const std::size_t colon = input.pattern.find(':');
        if (colon == std::string_view::npos) continue;
        head.fields.push_back({.name = input.pattern.substr(0, colon), .value = input.pattern.substr(colon + 1)});
    }
    return input;
}

/// Of the table of fits_plainly, so that one long text does not take the time of a thousand short ones. What decides
/// about a pattern of 100 characters happens within the first 600 of a text.
constexpr std::size_t max_plain_cells = 60'000;

void check_pattern(std::string_view pattern, const http::RequestHead& head) {
    const auto wildcard = Wildcard::compile(pattern, config::LetterCase::matters);
    if (!wildcard) return;
    for (std::string_view text : {head.path, head.query, pattern}) {
        static_cast<void>(wildcard->matches(text));
        text = text.substr(0, max_plain_cells / std::max<std::size_t>(pattern.size(), 1));
        require(wildcard->matches(text) == fits_plainly(pattern, text));
    }
}

void check_redirect(const config::RedirectAction& redirect, const RequestFacts& facts) {
    const auto location = location_of(redirect, facts);
    if (!location) return;
    require(location->size() <= max_location_bytes);
    require(is_clean(*location) && std::ranges::all_of(*location, [](char c) { return (c & 0x80) == 0; }));
    require(location->starts_with("http://") || location->starts_with("https://"));
    // Whoever follows it asks the host that was asked for, or a subdomain of that.
    const std::string_view rest = std::string_view(*location).substr(location->find("//") + 2);
    const Authority leads_to = split_authority(rest.substr(0, rest.find('/')));
    require(is_host(leads_to.host) && is_port_suffix(leads_to.port));
    require(leads_to.host.ends_with(split_authority(facts.head.authority).host));
}

void check_rewrites(const Rule& rule, http::RequestHead head) {
    http::TextArena arena;
    const http::RequestHead before = head;
    if (rule.host_rewrite) {
        const RewriteOutcome outcome = rewrite_host(*rule.host_rewrite, head, arena);
        require(outcome == RewriteOutcome::rewritten ? is_clean(head.authority) && !head.authority.empty()
                                                     : head.authority == before.authority);
    }
    if (rule.url_rewrite) {
        const RewriteOutcome outcome = rewrite_url(*rule.url_rewrite, head, arena);
        if (outcome == RewriteOutcome::rewritten) {
            require(head.path.starts_with('/') && is_clean(head.path) && is_clean(head.query));
            require(head.path.size() + head.query.size() <= max_rewritten_bytes);
            require(head.path.find('?') == std::string_view::npos && (head.has_query || head.query.empty()));
        } else {
            require(head.path == before.path && head.query == before.query);
        }
    }
    apply(rule.request_headers, head.fields, arena);
    for (const config::HeaderChange& change : rule.request_headers)
        require((http::find(head.fields, change.name) != nullptr) == (change.kind != config::HeaderChangeKind::remove));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const RuleSet rules = build_rules();
    const std::string text(data, data + size);
    const Input input = read(text);
    const RequestFacts facts = {.head = input.head,
                                .client = IpAddress::v4(0xc0000200U + static_cast<std::uint32_t>(size % 256)),
                                .scheme = "http",
                                .listener_port = 8080};
    const Rule& rule = rules.match(facts);
    require(&rule == &rules.match(facts));
    check_pattern(input.pattern, input.head);
    // All of them, for a fuzzer finds few requests that match.
    for (const Rule& each : rules.rules()) {
        if (const auto* const redirect = std::get_if<config::RedirectAction>(&each.action))
            check_redirect(*redirect, facts);
        check_rewrites(each, input.head);
    }
    return 0;
}
