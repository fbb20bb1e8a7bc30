// SPDX-License-Identifier: Apache-2.0
// Writes the flow log: takes flows that have ended out of the workers' queues and appends a line for each, on a thread
// of its own, so that a slow disk holds up neither packets nor the control thread.
#pragma once

#include "chain/roster.hpp"
#include "config/config.hpp"
#include "io/flow_log_file.hpp"
#include "journey/worker.hpp"
#include "support/result.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::io {

class FlowLog {
public:
    /// One queue a worker, in the order of the workers; they outlive stop(). Fails with a sentence when the file can
    /// not be written.
    static Result<std::unique_ptr<FlowLog>> start(const config::FlowLog& settings,
                                                  std::vector<journey::EndedFlows*> queues,
                                                  std::shared_ptr<const chain::Roster> roster);
    FlowLog(const FlowLog&) = delete;
    FlowLog& operator=(const FlowLog&) = delete;
    ~FlowLog() { stop(); }

    /// Before the workers see it: flows that end are told in the names of the roster that their worker went by.
    void follow(std::shared_ptr<const chain::Roster> roster);
    /// After the workers' end. Writes what still waits, but for no longer than three seconds.
    void stop();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    // From any thread.
    [[nodiscard]] std::uint64_t lines_written() const noexcept { return written_.load(std::memory_order_relaxed); }
    /// That could not be written. What workers had no room for is in their counters.
    [[nodiscard]] std::uint64_t lines_lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool is_failing() const noexcept { return is_failing_.load(std::memory_order_relaxed); }

private:
    using Rosters = std::vector<std::shared_ptr<const chain::Roster>>;

    FlowLog(std::string path, FlowLogFile file, std::vector<journey::EndedFlows*> queues)
        : path_(std::move(path)), file_(std::move(file)), queues_(std::move(queues)) {}

    void run();
    /// False when there was nothing to write.
    bool write_some();
    void write(const std::string& text);
    void tell_failure(int error);

    std::string path_;
    FlowLogFile file_;
    std::vector<journey::EndedFlows*> queues_;
    std::mutex mutex_; // of the next three; no worker ever takes it
    std::condition_variable wake_;
    Rosters rosters_; // the last few, the newest last
    bool is_stopping_ = false;
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<bool> is_failing_{false};
    std::thread thread_;
};

} // namespace sallyport::io
