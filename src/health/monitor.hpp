// SPDX-License-Identifier: Apache-2.0
// How are the appliances, or the targets? Checks them, watches their traffic, and says so when the answer changes. All
// of it happens in the handlers of one event loop on the control thread, and nothing there waits. One monitor watches
// appliances, another one targets: their positions are not the same thing.
#pragma once

#include "health/passive.hpp"
#include "health/passive_connections.hpp"
#include "health/probe_path.hpp"
#include "health/report.hpp"
#include "health/target_tls.hpp"
#include "health/watched.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace sallyport::balance {
class LegNotes;
}

namespace sallyport::health {

struct MonitorSettings {
    std::uint64_t seed = 0; // of schedules and probe numbers; another one for each gateway and start
    std::chrono::milliseconds traffic_interval = std::chrono::seconds(1); // how often the counters are looked at
    PassiveRule passive;
    ConnectionRule connections;
};

struct Change {
    std::uint16_t index = no_index; // as in Watched
    chain::Health health = chain::Health::initial;
    std::string_view reason; // the code; empty when healthy
    std::string sentence;    // empty when healthy
};

/// What the monitor needs of the gateway. The functions neither throw nor wait.
struct Surroundings {
    ProbePath* probes = nullptr;                    // outlives the monitor; nullptr: no GENEVE probes
    std::function<Traffic(ApplianceIndex)> traffic; // of all workers; empty: nothing is watched passively
    /// In the place of `traffic`, for targets.
    std::function<Connections(TargetIndex)> connections;
    std::function<void(const Change&)> on_change; // of health or reason; may call watch(), or end the monitor
    TargetTls target_tls;                         // for CheckTools
    balance::LegNotes* leg_notes = nullptr;       // likewise
};

class Monitor {
public:
    /// The loop outlives the monitor, and runs on the thread that makes, asks and ends it.
    Monitor(boost::asio::io_context& loop, const MonitorSettings& settings, Surroundings surroundings);
    Monitor(Monitor&&) noexcept;
    Monitor& operator=(Monitor&&) = delete;
    /// Checks that are under way end unheard.
    ~Monitor();

    /// From now on these, and no others. What is watched as before goes on undisturbed; a changed check begins anew,
    /// but what is known of the appliance stays. Appliances that are new are initial, or healthy without a check.
    /// Calls on_change for nobody: ask health() for what the next roster has to say.
    void watch(const std::vector<Watched>& list);

    /// Nothing: not watched.
    [[nodiscard]] std::optional<chain::Health> health(std::uint16_t index) const;
    [[nodiscard]] std::optional<Report> report(std::uint16_t index) const;
    /// By index.
    [[nodiscard]] std::vector<Report> snapshot() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace sallyport::health
