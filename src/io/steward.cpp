// SPDX-License-Identifier: Apache-2.0
#include "io/steward.hpp"

#include "io/worker_loop.hpp"

#include <chrono>
#include <spdlog/spdlog.h>
#include <thread>
#include <utility>

namespace sallyport::io {

namespace {

using namespace std::chrono_literals;

constexpr auto tick_interval = 100ms;
constexpr auto publish_delay = 1ms;
constexpr auto worker_patience = 50ms; // a round takes less than one

/// What comes to one of them must not inherit what was counted there.
template <typename Place>
std::vector<std::uint16_t> free_places(const std::vector<Place>& places) {
    std::vector<std::uint16_t> free;
    for (std::size_t index = 0; index < places.size(); ++index) {
        if (places[index].is_free) free.push_back(static_cast<std::uint16_t>(index));
    }
    return free;
}

} // namespace

Steward::Steward(boost::asio::io_context& events, const StewardTools& tools, std::string config_path)
    : tools_(tools), config_path_(std::move(config_path)), tick_timer_(events),
      publish_soon_(events, publish_delay, [this] { publish(); }) {}

void Steward::start() {
    wait_for_hangup();
    tick();
}

void Steward::wait_for_hangup() {
    tools_.hangup.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        static_cast<void>(reload()); // says in the log how it went
        wait_for_hangup();
    });
}

void Steward::tick() {
    const auto flows = [this](ApplianceIndex appliance) {
        return control::count_place(tools_.view, appliance).flows_active();
    };
    const auto target_flows = [this](TargetIndex target) {
        return control::count_target_place(tools_.view, target).flows_active();
    };
    const auto outcomes = [this](TargetIndex target) {
        const control::TargetCounts counts = control::count_target_place(tools_.view, target);
        return health::Outcomes{.succeeded = counts.requests_succeeded, .failed = counts.requests_failed};
    };
    tools_.registry.tick(
        monotonic_now(),
        {.flows = flows, .target_flows = target_flows, .outcomes = outcomes, .has_settled = workers_are_current()});
    publish();
    warn_of_ports();
    tick_timer_.expires_after(tick_interval);
    tick_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) tick();
    });
}

void Steward::warn_of_ports() {
    const auto directory = tools_.view.roster().directory;
    if (directory == nullptr) return;
    const auto flows = [this](TargetIndex target) {
        return control::count_target_place(tools_.view, target).flows_active();
    };
    for (const std::string& sentence : port_room_.look(*directory, flows))
        spdlog::warn("{}", sentence);
}

void Steward::publish() {
    for (const std::string& line : tools_.registry.take_news())
        spdlog::info("{}", line);
    if (!tools_.registry.roster_is_due()) return;
    const auto roster = tools_.registry.roster();
    if (forerunner_) forerunner_(roster);
    tools_.follower.set_roster(roster);
    if (listener_) listener_(tools_.registry);
}

bool Steward::workers_are_current() {
    tools_.snapshots.collect();
    return tools_.snapshots.held() == 1 && (!is_other_current_ || is_other_current_());
}

/// Whoever hears that something was done may rely on it: no packet is decided by the roster of before.
void Steward::wait_for_workers() {
    const auto end = std::chrono::steady_clock::now() + worker_patience;
    while (!workers_are_current() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(50us);
}

Steward::Appliances Steward::drain(const control::MemberChoice& choice,
                                   std::optional<std::chrono::milliseconds> delay) {
    auto done = tools_.registry.drain(choice, delay, monotonic_now());
    publish();
    wait_for_workers();
    return done;
}

Steward::Appliances Steward::undrain(const control::MemberChoice& choice) {
    auto done = tools_.registry.undrain(choice, monotonic_now());
    publish();
    wait_for_workers();
    return done;
}

Steward::Targets Steward::drain_targets(const control::MemberChoice& choice,
                                        std::optional<std::chrono::milliseconds> delay) {
    auto done = tools_.registry.drain_targets(choice, delay, monotonic_now());
    publish();
    wait_for_workers();
    return done;
}

Steward::Targets Steward::undrain_targets(const control::MemberChoice& choice) {
    auto done = tools_.registry.undrain_targets(choice, monotonic_now());
    publish();
    wait_for_workers();
    return done;
}

Result<control::Members> Steward::shift_zone(const std::string& zone, bool away) {
    auto done = tools_.registry.shift_zone(zone, away, monotonic_now());
    if (done) spdlog::info("zone {} is {}", zone, away ? "shifted away from" : "back");
    publish();
    wait_for_workers();
    return done;
}

Result<control::ReloadReport> Steward::reload() {
    auto report = read_and_take();
    if (report) {
        for (const std::string& warning : report->warnings)
            spdlog::warn("{}", warning);
        spdlog::info("{} was read again: {}", config_path_, control::describe(*report));
    } else {
        spdlog::error("{} was not taken: {}", config_path_, report.error().message);
    }
    publish();
    wait_for_workers();
    return report;
}

Result<control::ReloadReport> Steward::read_and_take() {
    auto loaded = control::load_for_reload(config_path_);
    if (!loaded) return tl::unexpected(loaded.error());
    std::function<void()> take = [] {};
    if (prepare_) {
        auto prepared = prepare_(loaded->config);
        if (!prepared) return failure(prepared.error().message + "; nothing was changed");
        take = std::move(*prepared);
    }
    const std::vector<std::uint16_t> free_before = free_places(tools_.registry.slots().appliances);
    const std::vector<std::uint16_t> free_targets = free_places(tools_.registry.target_slots().targets);
    auto report = tools_.registry.reload(std::move(loaded->config), monotonic_now());
    if (!report) return report;
    take();
    report->warnings = std::move(loaded->warnings);
    counts_before_.resize(tools_.registry.slots().appliances.size());
    for (const ApplianceIndex index : free_before)
        counts_before_[index] = control::count_place(tools_.view, index);
    target_counts_before_.resize(tools_.registry.target_slots().targets.size());
    for (const TargetIndex index : free_targets)
        target_counts_before_[index] = control::count_target_place(tools_.view, index);
    return report;
}

void Steward::note_health(ApplianceIndex appliance, control::HealthNote note) {
    tools_.registry.note_health(appliance, std::move(note), monotonic_now());
    publish_soon_.ask();
}

void Steward::note_target_health(TargetIndex target, control::HealthNote note) {
    tools_.registry.note_target_health(target, std::move(note), monotonic_now());
    publish_soon_.ask();
}

void Steward::on_roster(std::function<void(const control::Registry&)> listener) {
    listener_ = std::move(listener);
    listener_(tools_.registry);
}

void Steward::before_roster(std::function<void(std::shared_ptr<const chain::Roster>)> listener) {
    forerunner_ = std::move(listener);
}

control::ApplianceCounts Steward::counts_before(ApplianceIndex appliance) const {
    return appliance < counts_before_.size() ? counts_before_[appliance] : control::ApplianceCounts{};
}
control::TargetCounts Steward::target_counts_before(TargetIndex target) const {
    return target < target_counts_before_.size() ? target_counts_before_[target] : control::TargetCounts{};
}

} // namespace sallyport::io
