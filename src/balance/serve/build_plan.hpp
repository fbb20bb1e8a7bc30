// SPDX-License-Identifier: Apache-2.0
// What do the L7 threads go by, after this reload, with these certificates, by this roster? For the control thread.
// What a change does not concern stays the very object that it was: connections that wait for a target group are known
// by it.
#pragma once

#include "balance/serve/plan.hpp"
#include "balance/tls/kept_contexts.hpp"
#include "chain/roster.hpp"
#include "config/config.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::serve {

class Planner {
    struct Server;
    struct Client;

public:
    /// What a configuration brings, ready, and in force for nobody yet.
    class Draft {
    public:
        /// Sentences worth a look.
        [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

    private:
        friend class Planner;
        std::vector<std::shared_ptr<Server>> servers_;
        std::vector<std::shared_ptr<Client>> clients_;
        std::vector<std::string> warnings_;
    };

    /// `logs`: their names, in the order that ListenerPlan::log counts by.
    explicit Planner(std::vector<std::string> logs) : logs_(std::move(logs)) {}

    /// Reads the files of certificates that are new. Fails with a sentence that names the listener or target group.
    [[nodiscard]] Result<Draft> draft(const config::Config& config, Instant now) const;
    /// From the next world on. A draft of what is in force now.
    void take(Draft draft);

    /// Rosters of the configuration that was taken last.
    [[nodiscard]] std::shared_ptr<const World> world(const chain::Roster& roster);

    /// Of a target group in the configuration that was taken last; null: it has none, or there is no such group.
    [[nodiscard]] std::shared_ptr<const tls::ClientContext> client_context(const std::string& group) const;

    /// Every few seconds: looks whether files have changed, and rotates the keys of session tickets. The next world has
    /// what is new.
    [[nodiscard]] tls::News poll(Instant now);

private:
    [[nodiscard]] Result<std::shared_ptr<Server>> draft_server(const config::Listener& listener, Instant now) const;
    [[nodiscard]] Result<std::shared_ptr<Client>> draft_client(const config::TargetGroup& group) const;

    std::vector<std::string> logs_;
    std::vector<std::shared_ptr<Server>> servers_;
    std::vector<std::shared_ptr<Client>> clients_;
};

/// Whether somebody has to serve HTTP.
[[nodiscard]] bool has_http(const config::Config& config) noexcept;

} // namespace sallyport::serve
