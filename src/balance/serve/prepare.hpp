// SPDX-License-Identifier: Apache-2.0
// What changes in a message on its way through: the request as its target gets it, the answer as its client does.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "balance/rules/rule_set.hpp"
#include "balance/serve/client_stream.hpp"
#include "support/random.hpp"

#include <string_view>

namespace sallyport::serve {

/// Before rules look at it: fields that nobody but the gateway may write are the gateway's, and those that the listener
/// does not want are gone.
void clean_request(const config::HttpServer& server, http::RequestHead& head);

/// What decides about the changes: the listener as it is now, which may be newer than the connection's.
struct RequestOrigin {
    const ListenerPlan& listener;
    const ClientConnection& connection;
    const rules::Rule& rule;
};

/// By the rule that has matched. False: a rewrite does not fit this request (500).
[[nodiscard]] bool prepare_request(const RequestOrigin& origin, http::TextArena& arena, SplitMix64& random,
                                   http::RequestHead& head);

/// The method is one that may be sent twice (RFC 9110 9.2.2).
[[nodiscard]] bool is_idempotent(std::string_view method) noexcept;

} // namespace sallyport::serve
