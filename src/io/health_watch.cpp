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

template <typename Place>
std::vector<health::Change> differences(const health::Monitor& monitor, const std::vector<Place>& places) {
    std::vector<health::Change> changes;
    for (const health::Report& report : monitor.snapshot()) {
        const Place& place = places[report.index];
        if (place.is_free || place.standing.health == report.health) continue;
        changes.push_back(
            {.index = report.index, .health = report.health, .reason = report.reason, .sentence = report.sentence});
    }
    return changes;
}

control::HealthNote note_of(const health::Change& change) {
    return {.health = change.health, .reason = std::string(change.reason), .sentence = change.sentence};
}

/// As the L7 engine and the stream proxy do.
health::TargetTls target_tls(const HttpService& http, const StreamProxy& proxy) {
    return [&http, &proxy](const std::string& group, const IpAddress& target, bool is_http2) -> health::TlsSession {
        auto context = http.client_context(group);
        if (context == nullptr) context = proxy.client_context(group);
        if (context == nullptr) return nullptr;
        return health::TlsSession(context->connect(target, is_http2 ? tls::Offer::http2 : tls::Offer::http1).release());
    };
}

} // namespace

HealthWatch::HealthWatch(boost::asio::io_context& events, Steward& steward, const control::View& view,
                         const HealthWatchTools& tools)
    : steward_(steward), view_(view), workers_(tools.workers),
      appliances_(events, settings(),
                  {.probes = this,
                   .traffic = [this](ApplianceIndex appliance) { return traffic(appliance); },
                   .connections = {},
                   .on_change = [this](const health::Change& change) { tell(change); },
                   .target_tls = {},
                   .leg_notes = nullptr}),
      targets_(events, settings(),
               {.probes = nullptr,
                .traffic = {},
                .connections = [this](TargetIndex target) { return connections(target); },
                .on_change = [this](const health::Change& change) { tell_of_target(change); },
                .target_tls = target_tls(tools.http, tools.stream_proxy),
                .leg_notes = &tools.leg_notes}) {
    steward_.on_roster([this](const control::Registry& registry) {
        appliances_.watch(health::watched(registry.config(), registry.slots()));
        targets_.watch(health::watched_targets(registry.config(), registry.target_slots()));
        compare(registry);
    });
}

/// A reload may have changed how somebody is watched, and so what is known of it, which the monitors tell nobody.
void HealthWatch::compare(const control::Registry& registry) {
    for (const health::Change& change : differences(appliances_, registry.slots().appliances))
        tell(change);
    for (const health::Change& change : differences(targets_, registry.target_slots().targets))
        tell_of_target(change);
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

health::Connections HealthWatch::connections(TargetIndex target) const {
    const control::TargetCounts counts = control::count_target_place(view_, target);
    return {.refused = counts.refused,
            .unanswered = counts.unanswered,
            .answered = counts.answered,
            .packets = counts.packets_from};
}

void HealthWatch::tell(const health::Change& change) {
    steward_.note_health(change.index, note_of(change));
}

void HealthWatch::tell_of_target(const health::Change& change) {
    steward_.note_target_health(change.index, note_of(change));
}

} // namespace sallyport::io
