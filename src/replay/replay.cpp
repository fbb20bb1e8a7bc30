// SPDX-License-Identifier: Apache-2.0
#include "replay/replay.hpp"

#include "chain/roster.hpp"
#include "forward/table.hpp"
#include "replay/admission.hpp"
#include "replay/pipeline.hpp"
#include "replay/standings.hpp"

#include <algorithm>

namespace sallyport::replay {
namespace {

template <typename Items>
std::string names(const Items& items) {
    std::string all;
    for (const auto& item : items)
        all += (all.empty() ? "" : ", ") + item.name;
    return all.empty() ? "none" : all;
}

/// The port of each input; no_index for those that are for no port in particular.
Result<std::vector<PortIndex>> find_ports(const chain::Roster& roster, const Settings& settings) {
    std::vector<PortIndex> ports;
    for (const Input& input : settings.inputs) {
        ports.push_back(input.port.empty() ? no_index : roster.port_by_name(input.port));
        if (!input.port.empty() && ports.back() == no_index) {
            return failure("there is no port `" + input.port + "` in the configuration; its ports are " +
                           names(roster.ports));
        }
    }
    return ports;
}

Result<EndpointIndex> find_endpoint(const chain::Roster& roster, const Settings& settings) {
    if (settings.endpoint.empty() && !roster.endpoints.empty()) return EndpointIndex{0};
    const auto found = std::ranges::find(roster.endpoints, settings.endpoint, &chain::Endpoint::name);
    if (found != roster.endpoints.end()) return static_cast<EndpointIndex>(found - roster.endpoints.begin());
    return failure("there is no endpoint `" + settings.endpoint + "` in the configuration; its endpoints are " +
                   names(roster.endpoints));
}

/// In the order in which they come to be.
std::vector<const config::Config*> configs_of(const config::Config& first, const std::vector<Event>& events) {
    std::vector<const config::Config*> configs{&first};
    for (const Event& event : events) {
        if (event.config) configs.push_back(event.config.get());
    }
    return configs;
}

Snapshot snapshot_of(const Standings& standings, bool across) {
    Snapshot snapshot;
    snapshot.roster = standings.roster();
    snapshot.forwarding = forward::Table(plan_forwarding(standings.config(), snapshot.roster, across));
    return snapshot;
}

/// The events, as they come to pass.
class Course {
public:
    Course(Standings standings, const Settings& settings) : standings_(std::move(standings)), settings_(settings) {}

    /// All that happens until `now`, this moment included.
    void go_on(Pipeline& pipeline, std::uint64_t first_ns, Instant now) {
        while (next_ < settings_.events.size()) {
            const Event& event = settings_.events[next_];
            const auto offset_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(event.offset).count());
            if (first_ns + offset_ns > now.nanoseconds) return;
            pipeline.pass_time({first_ns + offset_ns});
            (void)standings_.apply(event); // has been rehearsed
            ++next_;
            pipeline.follow(snapshot_of(standings_, settings_.across));
        }
    }

private:
    Standings standings_;
    const Settings& settings_;
    std::size_t next_ = 0;
};

/// What happens to the gateway from outside: packets, and events.
struct Outside {
    const std::vector<PortIndex>& input_ports;
    Admission& admission;
    Course& course;
};

void feed(MergedTraces& traces, const Outside& outside, Pipeline& pipeline, Report& report) {
    Instant now;
    while (const auto input = traces.next()) {
        // A clock that goes back would bring flows back to life: records out of order all happen at once.
        now.nanoseconds = std::max(now.nanoseconds, input->record.time_ns);
        if (!report.trace) report.trace = TraceSpan{now.nanoseconds, now.nanoseconds};
        report.trace->last_ns = now.nanoseconds;
        outside.course.go_on(pipeline, report.trace->first_ns, now);
        pipeline.pass_time(now);
        report.in.add(input->record.bytes.size());

        journey::Packet* packet = pipeline.take();
        const PortIndex port = outside.input_ports[input->input];
        if (const auto reason = outside.admission.admit(*input, port, *packet)) {
            pipeline.refuse(packet, *reason);
            continue;
        }
        // What arrives at a named port was recorded there; a plain trace, where clients see it.
        if (port == no_index) pipeline.stand_in(*packet);
        pipeline.arrive(packet);
    }
    report.filled_checksums = outside.admission.filled_checksums();
    report.trace_error = traces.fault();
}

} // namespace

Result<std::monostate> check_names(const config::Config& config, const Settings& settings) {
    const chain::Roster roster = chain::build_roster(config);
    if (const auto ports = find_ports(roster, settings); !ports) return tl::unexpected(ports.error());
    if (const auto endpoint = find_endpoint(roster, settings); !endpoint) return tl::unexpected(endpoint.error());
    return std::monostate{};
}

std::vector<config::Finding> check_events(const config::Config& config, const Settings& settings) {
    return rehearse(config, settings.events).findings;
}

Result<Report> replay(const config::Config& config, const Settings& settings) {
    const Standings beginning(config);
    const Standings end = rehearse(config, settings.events).end;
    const chain::Roster roster = beginning.roster();
    const auto input_ports = find_ports(roster, settings);
    if (!input_ports) return tl::unexpected(input_ports.error());
    const auto endpoint = find_endpoint(roster, settings);
    if (!endpoint) return tl::unexpected(endpoint.error());
    const std::vector<ReplayPort> ports = plan_ports(config);

    std::vector<std::string> paths;
    for (const Input& input : settings.inputs)
        paths.push_back(input.path);
    auto traces = MergedTraces::open(paths);
    if (!traces) return tl::unexpected(traces.error());
    auto worker = Pipeline::make_worker(config, roster, end.roster(), ports);
    if (!worker) return tl::unexpected(worker.error());
    auto emulation = Emulation::create(configs_of(config, settings.events), end.slots());
    if (!emulation) return tl::unexpected(emulation.error());
    auto outputs = Outputs::create(settings.output, roster, ports, paths);
    if (!outputs) return tl::unexpected(outputs.error());

    Report report;
    Admission admission(roster, ports, *endpoint, Sides(settings.north));
    Course course(beginning, settings);
    Pipeline pipeline(snapshot_of(beginning, settings.across), std::move(*worker), std::move(*emulation), *outputs);
    feed(*traces, {*input_ports, admission, course}, pipeline, report);
    pipeline.finish(report);
    if (auto done = outputs->finish(report); !done) return tl::unexpected(done.error());
    return report;
}

} // namespace sallyport::replay
