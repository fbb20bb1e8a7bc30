// SPDX-License-Identifier: Apache-2.0
#include "replay/replay.hpp"

#include "chain/roster.hpp"
#include "forward/table.hpp"
#include "replay/admission.hpp"
#include "replay/pipeline.hpp"

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

void feed(MergedTraces& traces, const std::vector<PortIndex>& input_ports, Admission& admission, Pipeline& pipeline,
          Report& report) {
    Instant now;
    while (const auto input = traces.next()) {
        // A clock that goes back would bring flows back to life: records out of order all happen at once.
        now.nanoseconds = std::max(now.nanoseconds, input->record.time_ns);
        pipeline.pass_time(now);
        if (!report.trace) report.trace = TraceSpan{now.nanoseconds, now.nanoseconds};
        report.trace->last_ns = now.nanoseconds;
        report.in.add(input->record.bytes.size());

        journey::Packet* packet = pipeline.take();
        if (const auto reason = admission.admit(*input, input_ports[input->input], *packet)) {
            pipeline.refuse(packet, *reason);
        } else {
            pipeline.arrive(packet);
        }
    }
    report.filled_checksums = admission.filled_checksums();
    report.trace_error = traces.fault();
}

} // namespace

Result<std::monostate> check_names(const config::Config& config, const Settings& settings) {
    const chain::Roster roster = chain::build_roster(config);
    if (const auto ports = find_ports(roster, settings); !ports) return tl::unexpected(ports.error());
    if (const auto endpoint = find_endpoint(roster, settings); !endpoint) return tl::unexpected(endpoint.error());
    return std::monostate{};
}

Result<Report> replay(const config::Config& config, const Settings& settings) {
    const chain::Roster roster = chain::build_roster(config);
    const auto input_ports = find_ports(roster, settings);
    if (!input_ports) return tl::unexpected(input_ports.error());
    const auto endpoint = find_endpoint(roster, settings);
    if (!endpoint) return tl::unexpected(endpoint.error());
    const std::vector<ReplayPort> ports = plan_ports(config);
    const forward::Table forwarding(plan_forwarding(config, roster, settings.across));

    std::vector<std::string> paths;
    for (const Input& input : settings.inputs)
        paths.push_back(input.path);
    auto traces = MergedTraces::open(paths);
    if (!traces) return tl::unexpected(traces.error());
    auto worker = Pipeline::make_worker(config, roster, ports);
    if (!worker) return tl::unexpected(worker.error());
    auto emulation = Emulation::create(config, roster);
    if (!emulation) return tl::unexpected(emulation.error());
    auto outputs = Outputs::create(settings.output, roster, ports, paths);
    if (!outputs) return tl::unexpected(outputs.error());

    Report report;
    Admission admission(roster, ports, *endpoint, Sides(settings.north));
    Pipeline pipeline(roster, forwarding, config.gateway.timeouts, std::move(*worker), std::move(*emulation), *outputs);
    feed(*traces, *input_ports, admission, pipeline, report);
    pipeline.finish(report);
    if (auto done = outputs->finish(report); !done) return tl::unexpected(done.error());
    return report;
}

} // namespace sallyport::replay
