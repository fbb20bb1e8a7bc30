// SPDX-License-Identifier: Apache-2.0
// Writes the flow log: takes flows that have ended out of the workers' queues and appends a line for each, on a thread
// of its own, so that a slow disk holds up neither packets nor the control thread.
#pragma once

#include "chain/roster.hpp"
#include "config/config.hpp"
#include "io/log_output.hpp"
#include "io/log_thread.hpp"
#include "journey/worker.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
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
    void stop() { thread_.stop(); }

    [[nodiscard]] const std::string& path() const noexcept { return output_->path(); }
    // From any thread.
    [[nodiscard]] std::uint64_t lines_written() const noexcept { return output_->lines_written(); }
    /// That could not be written. What workers had no room for is in their counters.
    [[nodiscard]] std::uint64_t lines_lost() const noexcept { return output_->lines_lost(); }
    [[nodiscard]] bool is_failing() const noexcept { return output_->is_failing(); }

private:
    using Rosters = std::vector<std::shared_ptr<const chain::Roster>>;

    FlowLog(std::unique_ptr<LogOutput> output, std::vector<journey::EndedFlows*> queues)
        : output_(std::move(output)), queues_(std::move(queues)) {}

    /// False when there was nothing to write.
    bool write_some();

    std::unique_ptr<LogOutput> output_;
    std::vector<journey::EndedFlows*> queues_;
    std::mutex mutex_; // of the next one; no worker ever takes it
    Rosters rosters_;  // the last few, the newest last
    LogThread thread_; // the last member: it uses the others
};

} // namespace sallyport::io
