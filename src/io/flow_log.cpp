// SPDX-License-Identifier: Apache-2.0
#include "io/flow_log.hpp"

#include "control/reports.hpp"
#include "io/worker_loop.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace sallyport::io {

namespace {

constexpr unsigned batch_lines = 256;
/// A worker may go by an old one for a round, and its flows wait for as long as the disk is slow.
constexpr std::size_t kept_rosters = 4;

/// The one that the flow's worker went by; the newest when that is long gone.
template <typename Rosters>
const chain::Roster& find(const Rosters& rosters, std::uint64_t version) {
    const auto found = std::ranges::find(rosters, version, [](const auto& each) { return each->version; });
    return found == rosters.end() ? *rosters.back() : **found;
}

} // namespace

Result<std::unique_ptr<FlowLog>> FlowLog::start(const config::FlowLog& settings,
                                                std::vector<journey::EndedFlows*> queues,
                                                std::shared_ptr<const chain::Roster> roster) {
    auto output = LogOutput::open("the flow log", {settings.path, settings.file_bytes, settings.files});
    if (!output) return failure(output.error().message + "; set another flow_log.path, or make its folder");
    std::unique_ptr<FlowLog> log(new FlowLog(std::move(*output), std::move(queues)));
    log->rosters_.push_back(std::move(roster));
    log->thread_.start("flow-log", [self = log.get()] { return self->write_some(); });
    return log;
}

void FlowLog::follow(std::shared_ptr<const chain::Roster> roster) {
    const std::lock_guard lock(mutex_);
    rosters_.push_back(std::move(roster));
    if (rosters_.size() > kept_rosters) rosters_.erase(rosters_.begin());
}

bool FlowLog::write_some() {
    Rosters rosters;
    {
        const std::lock_guard lock(mutex_);
        rosters = rosters_;
    }
    // Looked up anew, for the time of day is set and a machine may sleep.
    const WallClock clock = wall_clock_now();
    std::string text;
    for (unsigned worker = 0; worker < queues_.size(); ++worker) {
        journey::FlowRecord record;
        for (unsigned line = 0; line < batch_lines && queues_[worker]->pop(record); ++line) {
            const chain::Roster& roster = find(rosters, record.roster_version);
            text += boost::json::serialize(control::flow_log_entry(roster, clock, worker, record));
            text += '\n';
        }
    }
    if (text.empty()) return false;
    output_->write(text);
    return true;
}

} // namespace sallyport::io
