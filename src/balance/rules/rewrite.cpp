// SPDX-License-Identifier: Apache-2.0
#include "balance/rules/rewrite.hpp"

#include "balance/rules/host.hpp"
#include "config/http_faults.hpp"
#include "config/regex.hpp"
#include "support/letters.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace sallyport::rules {
namespace {

constexpr std::size_t max_groups = 10; // $0..$9
using Groups = std::array<re2::StringPiece, max_groups>;

Result<std::unique_ptr<const RE2>> compile(const config::Rewrite& rewrite, config::LetterCase letters) {
    if (const config::Fault fault = config::fault_of(rewrite)) return failure("a rewrite's " + *fault);
    return config::compile_regex(rewrite.regex, letters);
}

/// Calls `use` with each part of the replacement: texts, and what groups caught.
template <typename Use>
void each_part(std::string_view replacement, const Groups& groups, Use&& use) {
    while (!replacement.empty()) {
        std::size_t dollar = replacement.find('$');
        while (dollar != std::string_view::npos &&
               (dollar + 1 == replacement.size() || !is_digit(replacement[dollar + 1])))
            dollar = replacement.find('$', dollar + 1);
        use(replacement.substr(0, dollar));
        if (dollar == std::string_view::npos) return;
        const re2::StringPiece& group = groups[static_cast<std::size_t>(replacement[dollar + 1] - '0')];
        use(std::string_view(group.data(), group.size()));
        replacement.remove_prefix(dollar + 2);
    }
}

} // namespace

Result<Rewriter> Rewriter::build_for_host(const config::Rewrite& rewrite) {
    Rewriter built;
    auto regex = compile(rewrite, config::LetterCase::ignored);
    if (!regex) return tl::unexpected(std::move(regex).error());
    built.regex_ = *std::move(regex);
    built.replacement_ = rewrite.replacement;
    return built;
}

Result<Rewriter> Rewriter::build_for_url(const config::Rewrite& rewrite) {
    Rewriter built;
    auto regex = compile(rewrite, config::LetterCase::matters);
    if (!regex) return tl::unexpected(std::move(regex).error());
    built.regex_ = *std::move(regex);
    built.replacement_ = rewrite.replacement;
    return built;
}

Rewriter::Text Rewriter::apply(std::string_view text, http::TextArena& arena) const {
    Groups groups;
    const int count = 1 + regex_->NumberOfCapturingGroups();
    if (!regex_->Match(text, 0, text.size(), RE2::UNANCHORED, groups.data(), std::min(count, int{max_groups})))
        return {};
    const std::size_t begin = static_cast<std::size_t>(groups[0].data() - text.data());
    const std::string_view before = text.substr(0, begin);
    const std::string_view behind = text.substr(begin + groups[0].size());

    std::size_t size = before.size() + behind.size();
    each_part(replacement_, groups, [&](std::string_view part) { size += part.size(); });
    if (size > max_rewritten_bytes) return {.outcome = RewriteOutcome::failed, .text = {}};

    char* const bytes = arena.take(size);
    char* to = bytes;
    const auto put = [&](std::string_view part) { to = std::ranges::copy(part, to).out; };
    put(before);
    each_part(replacement_, groups, put);
    put(behind);
    return {.outcome = RewriteOutcome::rewritten, .text = {bytes, size}};
}

RewriteOutcome rewrite_host(const Rewriter& rewriter, http::RequestHead& head, http::TextArena& arena) {
    const Authority was = split_authority(head.authority);
    const auto [outcome, text] = rewriter.apply(was.host, arena);
    if (outcome != RewriteOutcome::rewritten) return outcome;
    const Authority now = split_authority(text);
    const std::string_view port = now.port.empty() ? was.port : now.port;
    if (!is_host(now.host) || !is_port_suffix(port)) return RewriteOutcome::failed;
    head.authority = port.empty() ? text : arena.join({now.host, port});
    return outcome;
}

RewriteOutcome rewrite_url(const Rewriter& rewriter, http::RequestHead& head, http::TextArena& arena) {
    if (!head.path.starts_with('/')) return RewriteOutcome::unchanged;
    const std::string_view url = head.has_query ? arena.join({head.path, "?", head.query}) : head.path;
    const auto [outcome, text] = rewriter.apply(url, arena);
    if (outcome != RewriteOutcome::rewritten) return outcome;
    // A fragment is nothing that a request has (RFC 9112 3.2.1).
    const bool fits = text.starts_with('/') &&
                      std::ranges::all_of(text, [](char c) { return c != '#' && (is_visible(c) || (c & 0x80) != 0); });
    if (!fits) return RewriteOutcome::failed;
    const std::size_t mark = text.find('?');
    head.path = text.substr(0, mark);
    head.has_query = mark != std::string_view::npos;
    head.query = head.has_query ? text.substr(mark + 1) : std::string_view();
    return outcome;
}

} // namespace sallyport::rules
