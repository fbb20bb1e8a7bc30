// SPDX-License-Identifier: Apache-2.0
// What does the stream proxy speak TLS with, after this reload, with these certificates, by this directory? For the
// control thread; what it gives is immutable.
#pragma once

#include "balance/l4/directory.hpp"
#include "balance/tls/kept_contexts.hpp"
#include "config/config.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::balance {

/// By the directory's numbers; null where no TLS of ours is spoken.
struct StreamTerms {
    struct Front {
        std::shared_ptr<const tls::ServerContext> tls;
        std::chrono::milliseconds handshake_timeout{0};
    };
    std::vector<Front> listeners;
    std::vector<std::shared_ptr<const tls::ClientContext>> groups;
};

/// Of listeners and target groups with `protocol: TLS`.
class StreamPlanner {
public:
    /// What a configuration brings, ready, and in force for nobody yet.
    class Draft {
    public:
        /// Sentences worth a look.
        [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

    private:
        friend class StreamPlanner;
        std::map<std::string, tls::KeptServer> listeners_; // by name
        std::map<std::string, tls::KeptClient> groups_;
        std::vector<std::string> warnings_;
    };

    /// Reads the files of certificates that are new. Fails with a sentence that names the listener or target group.
    [[nodiscard]] Result<Draft> draft(const config::Config& config, Instant now) const;
    /// From the next terms on. A draft of what is in force now.
    void take(Draft draft);

    /// For a directory of the configuration that was taken last.
    [[nodiscard]] std::shared_ptr<const StreamTerms> terms(const Directory& directory) const;
    /// Of a target group in the configuration that was taken last; null: it has none, or there is no such group.
    [[nodiscard]] std::shared_ptr<const tls::ClientContext> client_context(const std::string& group) const;
    /// Every few seconds: looks whether files have changed, and rotates the keys of session tickets. The next terms
    /// have what is new.
    [[nodiscard]] tls::News poll(Instant now);

private:
    std::map<std::string, tls::KeptServer> listeners_;
    std::map<std::string, tls::KeptClient> groups_;
};

} // namespace sallyport::balance
