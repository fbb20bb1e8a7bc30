// SPDX-License-Identifier: Apache-2.0
// Who is a listener for its clients, and whom does the gateway believe at a target group, through reloads and changes
// of files? For the control thread.
#pragma once

#include "balance/tls/client_context.hpp"
#include "balance/tls/reloader.hpp"
#include "balance/tls/server_context.hpp"
#include "balance/tls/ticket_keys.hpp"
#include "support/clock.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sallyport::tls {

/// What became of files that have changed.
struct News {
    bool is_changed = false; // there are new contexts
    std::vector<std::string> changes;
    std::vector<std::string> troubles; // files that are not used; each said once
};

/// What decides what is spoken, without what is only the file's: a line more above changes nothing.
[[nodiscard]] config::TlsServer without_lines(config::TlsServer settings);
[[nodiscard]] config::TlsClient without_lines(config::TlsClient settings);

/// Of a listener.
class KeptServer {
public:
    /// `before`: the listener's until now, or null. Keys of tickets stay as long as nobody changes for how long they
    /// are good; contexts, as long as nothing changes.
    static Result<KeptServer> start(const config::TlsServer& settings, const KeptServer* before, Instant now);

    [[nodiscard]] const std::shared_ptr<const ServerContext>& current() const noexcept { return reloader_.current(); }
    [[nodiscard]] const config::TlsServer& settings() const noexcept { return settings_; }
    /// Every few seconds: looks whether files have changed, and rotates the keys of session tickets. `whose`: "Listener
    /// www". True: current() is new.
    bool poll(const std::string& whose, Instant now, News& news);

private:
    KeptServer(config::TlsServer settings, std::shared_ptr<TicketKeys> keys, Reloader<ServerContext> reloader)
        : settings_(std::move(settings)), keys_(std::move(keys)), reloader_(std::move(reloader)) {}

    config::TlsServer settings_;
    std::shared_ptr<TicketKeys> keys_;
    Reloader<ServerContext> reloader_;
};

/// Of a target group.
class KeptClient {
public:
    static Result<KeptClient> start(const config::TlsClient& settings, const KeptClient* before);

    [[nodiscard]] const std::shared_ptr<const ClientContext>& current() const noexcept { return reloader_.current(); }
    bool poll(const std::string& whose, News& news);

private:
    KeptClient(config::TlsClient settings, Reloader<ClientContext> reloader)
        : settings_(std::move(settings)), reloader_(std::move(reloader)) {}

    config::TlsClient settings_;
    Reloader<ClientContext> reloader_;
};

} // namespace sallyport::tls
