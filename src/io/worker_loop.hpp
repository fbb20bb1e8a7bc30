// SPDX-License-Identifier: Apache-2.0
// A worker's thread: round after round it fetches what has come in, carries it through the journey, and rests a little
// when nothing comes.
#pragma once

#include "io/flow_mail.hpp"
#include "io/probe_mail.hpp"
#include "io/snapshots.hpp"
#include "io/worker_outlet.hpp"
#include "journey/worker.hpp"
#include "support/wall_clock.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace sallyport::io {

class WorkerLoop {
public:
    WorkerLoop(unsigned index, unsigned count, Station& station, Snapshots& snapshots, journey::Worker worker);
    WorkerLoop(const WorkerLoop&) = delete;
    WorkerLoop& operator=(const WorkerLoop&) = delete;
    ~WorkerLoop() { stop(); }

    void start();
    /// For the end of several at the same time.
    void ask_to_stop() noexcept { stopping_ = true; }
    /// Waits for the round that runs, and for no other.
    void stop();

    [[nodiscard]] const journey::Worker& worker() const noexcept { return worker_; }
    /// Packets that wait for a neighbour.
    [[nodiscard]] std::uint32_t pending() const noexcept { return pending_.load(std::memory_order_relaxed); }
    /// For the flow log's writer, as long as this lives; nullptr without one.
    [[nodiscard]] journey::EndedFlows* ended_flows() noexcept { return worker_.ended_flows(); }
    [[nodiscard]] FlowMail& flow_mail() noexcept { return flow_mail_; }
    [[nodiscard]] ProbeMail& probe_mail() noexcept { return probe_mail_; }

private:
    struct Queue {
        Device* device;
        std::uint16_t number;
    };
    void run() noexcept;
    unsigned round(Instant now) noexcept;
    unsigned receive(const journey::Surroundings& around, const Queue& queue) noexcept;
    unsigned take_over(const journey::Surroundings& around) noexcept;
    unsigned send_for_others() noexcept;
    unsigned send_for_host(const journey::Surroundings& around) noexcept;
    unsigned send_for_host(const journey::Surroundings& around, PortIndex port) noexcept;
    void rest(unsigned idle_rounds) noexcept;
    void log_living() noexcept;

    unsigned index_;
    Station& station_;
    Snapshots& snapshots_;
    journey::Worker worker_;
    WorkerOutlet outlet_;
    std::vector<Queue> queues_;         // that this worker polls
    std::vector<PortIndex> host_ports_; // whose host links this worker empties
    Instant host_polled_at_;
    FlowMail flow_mail_;
    ProbeMail probe_mail_;
    std::atomic<std::uint32_t> pending_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

/// CLOCK_MONOTONIC: the gateway's time line.
[[nodiscard]] Instant monotonic_now() noexcept;
/// From there to the time of day.
[[nodiscard]] WallClock wall_clock_now() noexcept;

} // namespace sallyport::io
