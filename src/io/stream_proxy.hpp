// SPDX-License-Identifier: Apache-2.0
// The stream proxy in a running gateway: a thread of its own with its own event loop, which follows the rosters and the
// certificates of listeners and target groups of TLS. The packet path leads its clients' packets into the host link,
// and what it answers back through the chain.
#pragma once

#include "balance/proxy/proxy.hpp"
#include "balance/stream/roster_chooser.hpp"
#include "balance/stream/stream_books.hpp"
#include "balance/stream/stream_terms.hpp"
#include "chain/roster.hpp"
#include "config/config.hpp"
#include "control/registry.hpp"
#include "io/certificate_watch.hpp"
#include "support/index.hpp"
#include "support/result.hpp"
#include "telemetry/counters.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::io {

class StreamProxy {
public:
    /// Nothing runs before the first roster.
    StreamProxy(boost::asio::io_context& events, const control::Room& room, balance::LegNotes& leg_notes);
    StreamProxy(const StreamProxy&) = delete;
    StreamProxy& operator=(const StreamProxy&) = delete;
    ~StreamProxy() { stop(); }

    // On the control thread.
    /// Makes ready the TLS that a configuration brings. Fails with a sentence, and goes on as before. What it gives
    /// puts it in force, with the next roster.
    [[nodiscard]] Result<std::function<void()>> prepare(const config::Config& config);
    /// From a moment later on it goes by this roster: listeners come and go, and those of a listener that went and of
    /// targets whose flows end are reset.
    void follow(std::shared_ptr<const chain::Roster> roster);
    /// Whether it goes by the last roster and certificates that it was given.
    [[nodiscard]] bool is_current() const noexcept { return taken_.load(std::memory_order_acquire) == given_; }
    /// How connections to the targets of a group of TLS begin; null: there is no such group.
    [[nodiscard]] std::shared_ptr<const tls::ClientContext> client_context(const std::string& group) const {
        return planner_.client_context(group);
    }
    /// Resets all connections, and ends the thread.
    void stop();

    [[nodiscard]] const StreamCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const balance::TlsCounters& tls_counters(ListenerIndex listener) const { return tls_[listener]; }

private:
    using Roster = std::shared_ptr<const chain::Roster>;
    using Terms = std::shared_ptr<const balance::StreamTerms>;

    // On the control thread.
    void publish();
    void start_thread();

    // On its own thread.
    void take(Roster roster, Terms terms);
    void tell_of_target(balance::TargetId target, const std::string& sentence) const;
    void listen();
    void retry_soon();
    void make_room();

    balance::StreamPlanner planner_;
    CertificateWatch watch_;
    Roster roster_; // the last
    StreamCounters counters_;
    std::vector<balance::TlsCounters> tls_; // by ListenerIndex
    balance::StreamBooks books_;
    balance::RosterChooser chooser_;
    balance::Loop loop_;
    boost::asio::executor_work_guard<balance::Loop::executor_type> work_;
    balance::LoopTimer retry_;
    balance::Proxy proxy_;
    std::shared_ptr<const balance::Directory> directory_;
    std::vector<balance::StreamListener> listeners_;
    std::set<std::string> told_; // failures to listen: each is logged once, as long as it lasts
    bool is_prepared_ = false;
    bool is_stopping_ = false;
    std::uint64_t given_ = 0;
    std::atomic<std::uint64_t> taken_{0};
    std::thread thread_;
};

} // namespace sallyport::io
