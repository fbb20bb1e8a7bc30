// SPDX-License-Identifier: Apache-2.0
// Carries out what changes the roster while the gateway runs: drains, zones, reloads, health, and what time brings. The
// registry decides; here is the rest of the world: the clock, SIGHUP, the configuration file, the log, and the workers.
#pragma once

#include "control/operations.hpp"
#include "control/port_room.hpp"
#include "control/registry.hpp"
#include "control/view.hpp"
#include "io/kernel_follower.hpp"
#include "io/snapshots.hpp"
#include "io/soon.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::io {

/// All of it lives as long as the steward, and longer.
struct StewardTools {
    control::Registry& registry;
    KernelFollower& follower;
    Snapshots& snapshots;
    const control::View& view;       // for what the workers have counted
    boost::asio::signal_set& hangup; // SIGHUP
};

class Steward final : public control::Operations {
public:
    Steward(boost::asio::io_context& events, const StewardTools& tools, std::string config_path);
    Steward(const Steward&) = delete;
    Steward& operator=(const Steward&) = delete;
    ~Steward() override = default;

    void start();

    // When one of these returns, every worker goes by the new roster.
    Appliances drain(const control::MemberChoice& choice, std::optional<std::chrono::milliseconds> delay) override;
    Appliances undrain(const control::MemberChoice& choice) override;
    Targets drain_targets(const control::MemberChoice& choice, std::optional<std::chrono::milliseconds> delay) override;
    Targets undrain_targets(const control::MemberChoice& choice) override;
    Result<control::Members> shift_zone(const std::string& zone, bool away) override;
    Result<control::ReloadReport> reload() override;

    /// What a check has found out about an appliance of the current roster. In force a moment later: what fails
    /// together costs one roster.
    void note_health(ApplianceIndex appliance, control::HealthNote note);
    void note_target_health(TargetIndex target, control::HealthNote note);
    /// Called now, and whenever another roster is in force: positions may have come and gone, and checks may be other
    /// ones. For whoever watches appliances; free places are not to be watched.
    void on_roster(std::function<void(const control::Registry&)> listener);

    /// Called with every roster from the next one on, before workers go by it.
    void before_roster(std::function<void(std::shared_ptr<const chain::Roster>)> listener);

    /// Asked before a configuration is taken: refuses it with a sentence, or gives what puts the caller's part of it in
    /// force, which is called when all the rest is, before the next roster.
    void before_reload(std::function<Result<std::function<void()>>(const config::Config&)> prepare) {
        prepare_ = std::move(prepare);
    }

    /// Who goes by rosters besides the workers, asked whether it goes by the last one that it was told of.
    void also_await(std::function<bool()> is_current) { is_other_current_ = std::move(is_current); }

    /// What the appliance's place had counted before the appliance came to it.
    [[nodiscard]] control::ApplianceCounts counts_before(ApplianceIndex appliance) const;
    [[nodiscard]] control::TargetCounts target_counts_before(TargetIndex target) const;

private:
    Result<control::ReloadReport> read_and_take();
    void wait_for_hangup();
    void tick();
    void publish();
    void wait_for_workers();
    [[nodiscard]] bool workers_are_current();
    void warn_of_ports();

    StewardTools tools_;
    std::string config_path_;
    boost::asio::steady_timer tick_timer_;
    Soon publish_soon_;
    std::function<void(const control::Registry&)> listener_;
    std::function<void(std::shared_ptr<const chain::Roster>)> forerunner_;
    std::function<bool()> is_other_current_;
    std::function<Result<std::function<void()>>(const config::Config&)> prepare_;
    control::PortRoomWatch port_room_;
    // By position; zeros beyond its end.
    std::vector<control::ApplianceCounts> counts_before_;
    std::vector<control::TargetCounts> target_counts_before_;
};

} // namespace sallyport::io
