// SPDX-License-Identifier: Apache-2.0
// What the L7 threads go by: the roster's directory, and what HTTP listeners and their target groups are beyond it,
// made ready on the control thread. Immutable; a reload, a new certificate or a change of health is a new World.
#pragma once

#include "balance/l4/directory.hpp"
#include "balance/rules/rule_set.hpp"
#include "balance/tls/client_context.hpp"
#include "balance/tls/server_context.hpp"
#include "config/config.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::serve {

inline constexpr std::size_t no_log = static_cast<std::size_t>(-1);

/// A target group that is spoken HTTP to.
struct GroupPlan {
    std::string name;
    std::uint64_t identity = 0; // l7::group_identity()
    config::HttpClient http;
    std::shared_ptr<const tls::ClientContext> tls; // null: in plain text
};

/// A listener with `protocol: HTTP` or HTTPS.
struct ListenerPlan {
    std::string name;
    ListenerIndex number = no_index; // in the directory
    IpAddress address;
    std::uint16_t port = 0;
    config::HttpServer http;
    config::MutualTls mutual = config::MutualTls::off;
    std::chrono::milliseconds handshake_timeout{0};
    std::shared_ptr<const tls::ServerContext> tls; // null: in plain text
    rules::RuleSet rules;
    std::vector<TargetGroupIndex> groups; // by the rule set's numbers
    std::size_t log = no_log;             // of config.http_logs
};

struct World {
    std::uint64_t version = 0; // of the roster
    std::shared_ptr<const balance::Directory> directory;
    std::vector<std::shared_ptr<const ListenerPlan>> listeners;
    std::vector<std::shared_ptr<const GroupPlan>> groups; // by TargetGroupIndex; null: not spoken HTTP to
};

} // namespace sallyport::serve
