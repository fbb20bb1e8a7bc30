// SPDX-License-Identifier: Apache-2.0
#include "io/health_watch.hpp"

#include "health/watched.hpp"

#include <random>

namespace sallyport::io {

namespace {

health::MonitorSettings settings() {
    // Checks of gateways that start together must not march in step either.
    std::random_device device;
    return {.seed = std::uint64_t{device()} << 32 | device()};
}

} // namespace

HealthWatch::HealthWatch(boost::asio::io_context& events, Steward& steward, const control::View& view,
                         const std::vector<std::unique_ptr<WorkerLoop>>& workers)
    : steward_(steward), view_(view), workers_(workers),
      monitor_(events, settings(),
               {.probes = this,
                .traffic = [this](ApplianceIndex appliance) { return traffic(appliance); },
                .on_change = [this](const health::Change& change) { tell(change); }}) {
    steward_.on_roster([this](const control::Registry& registry) {
        monitor_.watch(health::watched(registry.config(), registry.slots()));
        compare(registry.slots());
    });
}

/// A reload may have changed how somebody is watched, and so what is known of it, which the monitor tells nobody.
void HealthWatch::compare(const chain::Slots& slots) {
    for (const health::ApplianceReport& report : monitor_.snapshot()) {
        const chain::Place& place = slots.appliances[report.appliance];
        if (place.is_free || place.standing.health == report.health) continue;
        tell({.appliance = report.appliance,
              .health = report.health,
              .reason = report.reason,
              .sentence = report.sentence});
    }
}

void HealthWatch::send(ApplianceIndex appliance, std::uint32_t number, std::span<const std::uint8_t> ip_packet,
                       EndpointIndex endpoint) {
    // By turns through all workers: the data path that is checked is every one of them.
    static_cast<void>(workers_[number % workers_.size()]->probe_mail().post(
        {.appliance = appliance, .endpoint = endpoint, .number = number, .packet = ip_packet}));
}

bool HealthWatch::answered(ApplianceIndex appliance, std::uint32_t number) const {
    const WorkerCounters& counters = workers_[number % workers_.size()]->worker().counters();
    return counters.appliances[appliance].probe_answered.read() == number;
}

health::Traffic HealthWatch::traffic(ApplianceIndex appliance) const {
    health::Traffic sum;
    for (unsigned worker = 0; worker < view_.worker_count(); ++worker) {
        const ApplianceCounters& counters = view_.counters(worker).appliances[appliance];
        // Nothing is awaited of copies; read first, so that there are never more of them than of all.
        const std::uint64_t copies = counters.copies_sent.read();
        sum.packets_sent += counters.packets_sent.read() - copies;
        sum.packets_returned += counters.packets_returned.read();
    }
    return sum;
}

void HealthWatch::tell(const health::Change& change) {
    steward_.note_health(change.appliance,
                         {.health = change.health, .reason = std::string(change.reason), .sentence = change.sentence});
}

} // namespace sallyport::io
