// SPDX-License-Identifier: Apache-2.0
// A gateway made by hand: two endpoints, two groups, two workers, and as many flows as a test wants.
#pragma once

#include "control/operations.hpp"
#include "control/view.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <string_view>
#include <vector>

namespace sallyport::test {

struct FakeView : control::View {
    FakeView() {
        plan.ports = {chain::Port{"north", 1500, 0, true, {*IpPrefix::parse("192.0.2.1/24")}, {}},
                      chain::Port{"inspect", 1600, no_index, false, {}, {}},
                      chain::Port{"south", 1500, 0, false, {}, {}}};
        plan.endpoints = {chain::Endpoint{"office", 0x2b8ee1d4db0c51c4, {0, 2}}, chain::Endpoint{"plant", 7, {}}};
        plan.groups = {chain::Group{"firewalls", {}, {0, 1}, {}}, chain::Group{"sensors", {}, {2}, {}}};
        plan.appliances = {chain::Appliance{"fw-1", *IpAddress::parse("198.51.100.11"), 0, 1},
                           chain::Appliance{"fw-2", *IpAddress::parse("198.51.100.12"), 0, 0},
                           chain::Appliance{"sensor-1", *IpAddress::parse("198.51.100.21"), 1, 3}};
        plan.chains = {chain::Chain{"perimeter", {0, 1}}};
        for (int worker = 0; worker < 2; ++worker)
            counts.emplace_back(CounterSizes{.ports = plan.ports.size(),
                                             .appliances = plan.appliances.size(),
                                             .groups = plan.groups.size(),
                                             .listeners = 16,
                                             .targets = 64});
    }

    [[nodiscard]] std::string gateway_name() const override { return "lab"; }
    [[nodiscard]] std::chrono::milliseconds uptime() const override { return std::chrono::milliseconds(93'784'000); }
    [[nodiscard]] const chain::Roster& roster() const override { return plan; }
    [[nodiscard]] unsigned worker_count() const override { return static_cast<unsigned>(counts.size()); }
    [[nodiscard]] const WorkerCounters& counters(unsigned worker) const override { return counts[worker]; }
    [[nodiscard]] std::uint64_t clients_not_told() const override { return 7; }
    [[nodiscard]] unsigned http_thread_count() const override { return http_threads; }
    [[nodiscard]] const serve::HttpCounters& http_counters(unsigned thread) const override { return http[thread]; }
    [[nodiscard]] std::vector<control::HttpLogFacts> http_logs() const override { return logs; }
    [[nodiscard]] unsigned stream_thread_count() const override { return 2; }
    [[nodiscard]] const StreamCounters& stream_counters(unsigned thread) const override {
        return thread == 0 ? streams : more_streams;
    }
    [[nodiscard]] const balance::TlsCounters& tls_counters(ListenerIndex listener) const override {
        return tls[listener];
    }
    [[nodiscard]] control::WorkerFacts worker(unsigned worker) const override {
        return {.flow_capacity = 1000, .flow_memory_bytes = 128'000, .pending_packets = worker};
    }
    [[nodiscard]] control::PortFacts port(PortIndex port) const override {
        return {.device = "gw-" + plan.ports[port].name,
                .driver = "net_af_xdp",
                .driver_reason = "the buffers are in hugepages",
                .host_link = "sp-" + plan.ports[port].name,
                .vlan = static_cast<std::uint16_t>(port == 2 ? 7 : 0),
                .mac = *MacAddress::parse("02:00:5e:00:53:01"),
                .link_up = port != 2,
                .packets_missed = 5};
    }
    [[nodiscard]] control::ForwardingFacts forwarding() const override { return {.routes = 4, .neighbours = 9}; }
    [[nodiscard]] forward::Adjacency way_to(ApplianceIndex appliance) const override {
        forward::Adjacency way;
        if (appliance == 0) return way;
        way.port = 1;
        way.resolved = appliance == 2;
        way.mac = *MacAddress::parse("02:00:5e:00:53:21");
        way.address = *IpAddress::parse(appliance == 2 ? "198.51.100.21" : "198.51.100.254");
        return way;
    }
    [[nodiscard]] control::MemberState appliance_state(ApplianceIndex appliance) const override {
        return states[appliance];
    }
    [[nodiscard]] control::ApplianceCounts counts_before(ApplianceIndex appliance) const override {
        return appliance == 1 ? before : control::ApplianceCounts{};
    }
    [[nodiscard]] control::MemberState target_state(TargetIndex target) const override { return target_states[target]; }
    [[nodiscard]] control::TargetCounts target_counts_before(TargetIndex target) const override {
        return target == 1 ? target_before : control::TargetCounts{};
    }
    [[nodiscard]] std::optional<health::Report> target_health(TargetIndex target) const override {
        return target_reports[target];
    }
    [[nodiscard]] std::set<std::string> shifted_zones() const override { return zones; }
    [[nodiscard]] WallClock wall_clock() const override { return {.offset_ns = 1'700'000'000'000'000'000}; }
    [[nodiscard]] std::optional<control::FlowLogFacts> flow_log() const override { return log; }
    [[nodiscard]] std::optional<control::FlowPage> list_flows(unsigned worker, flow::FlowIndex from,
                                                              std::span<journey::FlowRecord> out) override {
        ++pages_listed;
        if (mute) return std::nullopt;
        const std::vector<journey::FlowRecord>& mine = flows[worker];
        const std::size_t count = std::min({mine.size() - from, out.size(), page_flows});
        std::copy_n(mine.begin() + from, count, out.begin());
        const bool at_end = from + count == mine.size();
        return control::FlowPage{count, at_end ? flow::no_flow : static_cast<flow::FlowIndex>(from + count)};
    }

    chain::Roster plan;
    std::array<control::MemberState, 3> states;
    control::ApplianceCounts before; // of fw-2's place
    std::array<control::MemberState, 4> target_states;
    std::array<std::optional<health::Report>, 4> target_reports;
    control::TargetCounts target_before; // of web-2's place
    std::set<std::string> zones;
    std::optional<control::FlowLogFacts> log;
    StreamCounters streams{{.listeners = 16, .targets = 64}};
    std::array<balance::TlsCounters, 16> tls;
    serve::HttpCounters http[2];
    unsigned http_threads = 0;
    std::vector<control::HttpLogFacts> logs;
    StreamCounters more_streams{{.listeners = 16, .targets = 64}};
    std::deque<WorkerCounters> counts; // what counts is never moved
    std::array<std::vector<journey::FlowRecord>, 2> flows;
    std::size_t page_flows = 4096;
    unsigned pages_listed = 0;
    bool mute = false; // the workers do not answer
};

/// Writes down what it is asked to do, and does nothing.
struct FakeOperations final : control::Operations {
    Appliances drain(const control::MemberChoice& choice, std::optional<std::chrono::milliseconds> delay) override {
        done.push_back("drain " + choice.group + "/" + choice.name.value_or("*") + " " +
                       (delay ? std::to_string(delay->count()) : "-"));
        if (choice.group != "firewalls") return failure("no such group");
        return std::vector<ApplianceIndex>{0};
    }
    Appliances undrain(const control::MemberChoice& choice) override {
        done.push_back("undrain " + choice.group + "/" + choice.name.value_or("*"));
        return std::vector<ApplianceIndex>{0, 1};
    }
    Targets drain_targets(const control::MemberChoice& choice,
                          std::optional<std::chrono::milliseconds> delay) override {
        done.push_back("drain targets " + choice.group + "/" + choice.name.value_or("*") + " " +
                       (delay ? std::to_string(delay->count()) : "-"));
        if (choice.group != "web") return failure("no such target group");
        return std::vector<TargetIndex>{1};
    }
    Targets undrain_targets(const control::MemberChoice& choice) override {
        done.push_back("undrain targets " + choice.group + "/" + choice.name.value_or("*"));
        return std::vector<TargetIndex>{0, 1};
    }
    Result<control::Members> shift_zone(const std::string& zone, bool away) override {
        done.push_back((away ? "away " : "back ") + zone);
        return control::Members{};
    }
    Result<control::ReloadReport> reload() override {
        done.emplace_back("reload");
        if (is_file_bad) return failure("it does not work\nx.yaml:3: ports: is wrong");
        return control::ReloadReport{.appliances_added = {"firewalls/fw-3"}, .warnings = {"x.yaml:1: warning: hm"}};
    }

    std::vector<std::string> done;
    bool is_file_bad = false;
};

/// A TCP flow through fw-1 and sensor-1.
inline journey::FlowRecord tcp_flow(std::string_view initiator, std::uint16_t port, std::string_view responder) {
    const IpAddress from = *IpAddress::parse(initiator);
    const IpAddress to = *IpAddress::parse(responder);
    const flow::OrientedKey oriented = flow::orient({.source = {from.high(), from.low()},
                                                     .destination = {to.high(), to.low()},
                                                     .source_port = port,
                                                     .destination_port = 443,
                                                     .endpoint = 0,
                                                     .protocol = 6,
                                                     .family = from.family()});
    journey::FlowRecord record;
    record.entry.key = oriented.key;
    record.entry.initiator_is_high = oriented.from_high;
    record.entry.cookie = 0xabc;
    record.entry.outer_source_port = 50'001;
    record.entry.chain = 0;
    record.entry.state = flow::FlowState::tcp_established;
    record.entry.hop_count = 2;
    record.entry.first_hops = {0, 2, no_index, no_index};
    record.counters.packets = {10, 7};
    record.counters.bytes = {1000, 9000};
    record.birth.initiator_port = 0;
    record.birth.rule = 0;
    record.age_ms = 61'250;
    record.idle_ms = 250;
    record.remaining_ms = 349'750;
    record.at = Instant{100'000'000'000};
    return record;
}

} // namespace sallyport::test
