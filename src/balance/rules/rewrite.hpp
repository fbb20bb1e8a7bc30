// SPDX-License-Identifier: Apache-2.0
// The host, or the path and query, that a target gets in the place of the client's. Rules were chosen before, by what
// the client sent (as at ALB).
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "config/http.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <re2/re2.h>
#include <string>

namespace sallyport::rules {

/// What a client can make of a rewrite at most: a replacement may name a group many times.
inline constexpr std::size_t max_rewritten_bytes = 16'384;

enum class RewriteOutcome : std::uint8_t {
    unchanged, // the expression does not match: the request goes on as it is
    rewritten,
    failed, // it matches, and what comes out is no host or no path: the request is answered with 500, as ALB does
};

class Rewriter {
public:
    static Result<Rewriter> build_for_host(const config::Rewrite& rewrite);
    static Result<Rewriter> build_for_url(const config::Rewrite& rewrite);

    struct Text {
        RewriteOutcome outcome = RewriteOutcome::unchanged;
        std::string_view text; // in the arena
    };
    /// The first match replaced; failed when it gets longer than `max_rewritten_bytes`.
    [[nodiscard]] Text apply(std::string_view text, http::TextArena& arena) const;

private:
    std::unique_ptr<const RE2> regex_;
    std::string replacement_;
};

/// `head.authority`. The expression sees the host without its port; the port stays unless the replacement has one. The
/// case of letters does not matter to it.
RewriteOutcome rewrite_host(const Rewriter& rewriter, http::RequestHead& head, http::TextArena& arena);
/// `head.path` and `head.query` (`head.target` stays, for logs). The expression sees "/path?query", or "/path" of
/// requests without a query. `OPTIONS *` is left alone.
RewriteOutcome rewrite_url(const Rewriter& rewriter, http::RequestHead& head, http::TextArena& arena);

} // namespace sallyport::rules
