// SPDX-License-Identifier: Apache-2.0
#include "balance/rules/redirect.hpp"

#include "balance/rules/host.hpp"
#include "support/letters.hpp"

#include <array>
#include <string_view>

namespace sallyport::rules {
namespace {

struct Keyword {
    std::string_view word;
    std::string_view value;
};
using Keywords = std::array<Keyword, 5>;

/// Of RFC 3986's characters, less the `#` that would end path and query. `\` is not among them, which browsers take for
/// `/`.
bool stands_in_uri(char c) noexcept {
    return is_visible(c) && std::string_view("\"#<>\\^`{|}").find(c) == std::string_view::npos;
}

void append_encoded(std::string& to, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (stands_in_uri(c)) {
            to += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        to += '%';
        to += digits[byte >> 4U];
        to += digits[byte & 15U];
    }
}

/// What keywords stand for is not looked at for keywords again.
void append_expanded(std::string& to, std::string_view part, const Keywords& keywords) {
    while (!part.empty()) {
        const std::size_t mark = part.find("#{");
        append_encoded(to, part.substr(0, mark));
        if (mark == std::string_view::npos) return;
        part.remove_prefix(mark);
        std::size_t taken = 0;
        for (const Keyword& keyword : keywords)
            if (part.starts_with(keyword.word)) {
                append_encoded(to, keyword.value);
                taken = keyword.word.size();
            }
        if (taken == 0) append_encoded(to, part.substr(0, taken = 2)); // no keyword: text
        part.remove_prefix(taken);
    }
}

std::string expanded(std::string_view part, const Keywords& keywords) {
    std::string text;
    append_expanded(text, part, keywords);
    return text;
}

bool is_usual(std::string_view scheme, std::string_view port) noexcept {
    return port == (scheme == "https" ? "443" : "80");
}

} // namespace

tl::expected<std::string, RedirectFault> location_of(const config::RedirectAction& redirect,
                                                     const RequestFacts& facts) {
    const http::RequestHead& head = facts.head;
    // Longer than what may come out of it: not worth the copying. Percent-encoding only adds.
    if (head.path.size() > 2 * max_location_bytes || head.query.size() > 2 * max_location_bytes)
        return tl::unexpected(RedirectFault::too_long);
    const std::string_view path = head.path.starts_with('/') ? head.path.substr(1) : std::string_view();
    const std::string listener_port = std::to_string(facts.listener_port);
    const Keywords keywords = {{{"#{protocol}", facts.scheme},
                                {"#{host}", split_authority(head.authority).host},
                                {"#{port}", listener_port},
                                {"#{path}", path},
                                {"#{query}", head.query}}};
    std::string_view scheme = facts.scheme;
    if (redirect.protocol == "HTTP") scheme = "http";
    if (redirect.protocol == "HTTPS") scheme = "https";

    std::string host;
    // Not by append_encoded: brackets and letters are all that may be left, or it is no host.
    for (std::string_view rest = redirect.host; !rest.empty();) {
        constexpr std::string_view word = "#{host}";
        const std::size_t mark = rest.find(word);
        host += rest.substr(0, mark);
        if (mark == std::string_view::npos) break;
        host += keywords[1].value;
        rest.remove_prefix(mark + word.size());
    }
    if (!is_host(host)) return tl::unexpected(RedirectFault::no_host);

    std::string location(scheme);
    location += "://";
    location += host;
    const std::string port = expanded(redirect.port, keywords);
    if (!is_usual(scheme, port)) location += ":" + port;
    append_expanded(location, redirect.path, keywords);
    const std::string query = expanded(redirect.query, keywords);
    if (!query.empty()) location += "?" + query;
    if (location.size() > max_location_bytes) return tl::unexpected(RedirectFault::too_long);
    return location;
}

} // namespace sallyport::rules
