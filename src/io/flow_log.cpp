// SPDX-License-Identifier: Apache-2.0
#include "io/flow_log.hpp"

#include "control/reports.hpp"
#include "io/worker_loop.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstring>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>

namespace sallyport::io {

namespace {

using namespace std::chrono_literals;

constexpr auto pause = 20ms; // a queue lasts for 800,000 flows a second
constexpr auto stop_patience = 3s;
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
    auto file = FlowLogFile::open(settings);
    if (!file) return tl::unexpected(file.error());
    std::unique_ptr<FlowLog> log(new FlowLog(settings.path, std::move(*file), std::move(queues)));
    log->rosters_.push_back(std::move(roster));
    log->thread_ = std::thread([self = log.get()] { self->run(); });
    return log;
}

void FlowLog::follow(std::shared_ptr<const chain::Roster> roster) {
    const std::lock_guard lock(mutex_);
    rosters_.push_back(std::move(roster));
    if (rosters_.size() > kept_rosters) rosters_.erase(rosters_.begin());
}

void FlowLog::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void FlowLog::run() {
    ::pthread_setname_np(::pthread_self(), "flow-log");
    for (bool is_stopping = false; !is_stopping;) {
        const auto rest = write_some() ? 0ms : pause;
        std::unique_lock lock(mutex_);
        is_stopping = wake_.wait_for(lock, rest, [this] { return is_stopping_; });
    }
    const auto end = std::chrono::steady_clock::now() + stop_patience;
    while (write_some() && std::chrono::steady_clock::now() < end) {
    }
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
    write(text);
    return true;
}

void FlowLog::write(const std::string& text) {
    const FlowLogFile::Written done = file_.write(text);
    const auto middle = text.begin() + static_cast<std::ptrdiff_t>(done.bytes);
    written_.fetch_add(static_cast<std::uint64_t>(std::count(text.begin(), middle, '\n')), std::memory_order_relaxed);
    lost_.fetch_add(static_cast<std::uint64_t>(std::count(middle, text.end(), '\n')), std::memory_order_relaxed);
    if (done.error != 0) {
        tell_failure(done.error);
    } else if (is_failing_.exchange(false, std::memory_order_relaxed)) {
        spdlog::info("the flow log {} can be written again; {} lines were lost so far", path_, lines_lost());
    }
}

/// Once, not with every line.
void FlowLog::tell_failure(int error) {
    if (is_failing_.exchange(true, std::memory_order_relaxed)) return;
    spdlog::error("the flow log {} can not be written: {}; its lines are dropped and counted until it can", path_,
                  std::strerror(error));
}

} // namespace sallyport::io
