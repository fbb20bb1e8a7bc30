// SPDX-License-Identifier: Apache-2.0
// The listeners of HTTP in a running gateway: L7 threads, each with an engine of its own, which follow the rosters, and
// what they share: logs, keys, certificates. The packet path leads their clients' packets into the host link.
#pragma once

#include "balance/l4/counted_flows.hpp"
#include "balance/serve/build_plan.hpp"
#include "balance/serve/engine.hpp"
#include "chain/roster.hpp"
#include "config/config.hpp"
#include "control/registry.hpp"
#include "control/view.hpp"
#include "io/certificate_watch.hpp"
#include "io/http_log.hpp"
#include "support/result.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::io {

/// All calls on the control thread.
class HttpService {
public:
    /// Nothing runs before a configuration has listeners of HTTP; from then on to the end. Threads, keys and logs are
    /// those of `config`, the one of the start.
    /// Connections of clients that an appliance is told of are noted in `notes`.
    HttpService(boost::asio::io_context& events, const control::Room& room, const config::Config& config,
                balance::LegNotes& notes);
    HttpService(const HttpService&) = delete;
    HttpService& operator=(const HttpService&) = delete;
    ~HttpService() { stop(); }

    /// Makes ready what a configuration brings: certificates, rules, and with its first listeners logs, keys and
    /// threads. Fails with a sentence, and goes on as before. What it gives puts it in force, with the next roster.
    [[nodiscard]] Result<std::function<void()>> prepare(const config::Config& config);
    /// From a moment later on the threads go by this roster.
    void follow(std::shared_ptr<const chain::Roster> roster);
    /// Whether all threads go by what they were given last.
    [[nodiscard]] bool is_current() const noexcept;
    /// How connections to that group's targets begin; null: without TLS.
    [[nodiscard]] std::shared_ptr<const tls::ClientContext> client_context(const std::string& group) const {
        return planner_.client_context(group);
    }
    /// Resets all connections, ends the threads, and writes what waits for the logs.
    void stop();

    [[nodiscard]] unsigned thread_count() const noexcept { return static_cast<unsigned>(threads_.size()); }
    [[nodiscard]] const StreamCounters& stream_counters(unsigned thread) const { return threads_[thread]->books; }
    [[nodiscard]] const serve::HttpCounters& counters(unsigned thread) const {
        return threads_[thread]->engine->counters();
    }
    [[nodiscard]] std::vector<control::HttpLogFacts> logs() const;

private:
    struct Thread {
        explicit Thread(const CounterSizes& sizes) : books(sizes) {}
        StreamCounters books;
        std::unique_ptr<serve::Engine> engine;
        std::atomic<std::uint64_t> taken{0};
        std::set<std::string> failing; // listeners that can not be opened
        std::thread thread;
    };

    Result<void> start();
    Result<void> start_logs();
    Result<std::unique_ptr<Thread>> make_thread(unsigned number, std::shared_ptr<const l7::CookieKeys> keys);
    void publish();
    void tell(Thread& thread, std::vector<std::string> sentences);

    const config::HttpSettings settings_;
    const std::vector<config::HttpLog> log_settings_;
    CounterSizes sizes_;
    std::size_t group_slots_;
    serve::Planner planner_;
    balance::LegNotes& leg_notes_;
    CertificateWatch watch_;
    std::vector<std::unique_ptr<HttpLog>> logs_;
    balance::SummedFlows at_targets_;
    std::vector<std::unique_ptr<Thread>> threads_;
    std::shared_ptr<const chain::Roster> roster_; // the last
    std::uint64_t given_ = 0;                     // worlds
    std::mutex telling_;                          // Thread::failing
};

} // namespace sallyport::io
