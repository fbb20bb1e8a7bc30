// SPDX-License-Identifier: Apache-2.0
// The stream proxy in a running gateway: a thread of its own with its own event loop, which follows the rosters. The
// packet path leads its clients' packets into the host link, and what it answers back through the chain.
#pragma once

#include "balance/proxy/proxy.hpp"
#include "balance/stream/roster_chooser.hpp"
#include "balance/stream/stream_books.hpp"
#include "chain/roster.hpp"
#include "control/registry.hpp"
#include "telemetry/counters.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::io {

class StreamProxy {
public:
    /// Starts the thread.
    StreamProxy(const control::Room& room, std::shared_ptr<const chain::Roster> roster, balance::LegNotes& leg_notes);
    StreamProxy(const StreamProxy&) = delete;
    StreamProxy& operator=(const StreamProxy&) = delete;
    ~StreamProxy() { stop(); }

    // On the control thread.
    /// From a moment later on it goes by this roster: listeners come and go, and those of a listener that went and of
    /// targets whose flows end are reset.
    void follow(std::shared_ptr<const chain::Roster> roster);
    /// Whether it goes by the last roster that it was given.
    [[nodiscard]] bool is_current() const noexcept { return taken_.load(std::memory_order_acquire) == given_; }
    /// Resets all connections, and ends the thread.
    void stop();

    [[nodiscard]] const StreamCounters& counters() const noexcept { return counters_; }

private:
    // On its own thread.
    void take(std::shared_ptr<const chain::Roster> roster);
    void listen();
    void retry_soon();
    void prepare();

    StreamCounters counters_;
    balance::StreamBooks books_;
    balance::RosterChooser chooser_;
    balance::Loop loop_;
    boost::asio::executor_work_guard<balance::Loop::executor_type> work_;
    balance::LoopTimer retry_;
    balance::Proxy proxy_;
    std::vector<balance::StreamListener> listeners_;
    std::set<std::string> told_; // failures to listen: each is logged once, as long as it lasts
    bool is_prepared_ = false;
    bool is_stopping_ = false;
    std::uint64_t given_;
    std::atomic<std::uint64_t> taken_{0};
    std::thread thread_;
};

} // namespace sallyport::io
