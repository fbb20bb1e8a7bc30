// SPDX-License-Identifier: Apache-2.0
// One appliance or target under watch: its checks one after the other, its traffic, and what both make of it.
#pragma once

#include "health/checker.hpp"
#include "health/monitor.hpp"
#include "health/schedule.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace sallyport::health {

/// What all watchers of a monitor share; kept alive by each.
struct WatcherWorld {
    boost::asio::io_context& loop;
    MonitorSettings settings;
    Surroundings surroundings;
    Random random;
    std::uint32_t last_probe = 0;

    [[nodiscard]] std::uint32_t next_probe() noexcept {
        if (++last_probe == 0) ++last_probe;
        return last_probe;
    }
};

class Watcher : public std::enable_shared_from_this<Watcher> {
public:
    /// Takes over what `before` knows, if it is given: it watched the same appliance in another way.
    Watcher(std::shared_ptr<WatcherWorld> world, const Watched& watched, const Watcher* before);
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    void start();
    /// Handlers that are still on their way find it closed, and do nothing.
    void close() noexcept;
    /// The traffic so far.
    void look_at_traffic(Instant now);
    /// Only the passive watch goes on or off; the checks are not disturbed.
    void set_passive(bool is_passive);

    [[nodiscard]] const Watched& watched() const noexcept { return watched_; }
    [[nodiscard]] Verdict verdict() const;
    [[nodiscard]] Report report() const;

private:
    [[nodiscard]] ConnectionDetector new_connections() const;
    void check_at(std::chrono::steady_clock::time_point when);
    void check_now();
    void on_result(const CheckResult& result);
    void tell();

    std::shared_ptr<WatcherWorld> world_;
    Watched watched_;
    Checker checker_;
    CheckState checks_;
    PassiveDetector passive_;        // of an appliance
    ConnectionDetector connections_; // of a target
    Verdict told_;
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point last_start_;
    std::shared_ptr<Check> check_; // under way
    bool is_closed_ = false;

    std::uint64_t checks_done_ = 0;
    std::uint64_t checks_failed_ = 0;
    std::optional<std::chrono::microseconds> took_;
    std::string last_failure_;
};

} // namespace sallyport::health
