// SPDX-License-Identifier: Apache-2.0
#include "journey/worker.hpp"

#include "balance/l4/slots.hpp"
#include "journey/flow_record.hpp"
#include "journey/fragments.hpp"
#include "journey/from_host.hpp"
#include "journey/housekeeping.hpp"
#include "journey/stand_in.hpp"
#include "journey/start_probe.hpp"
#include "journey/steps.hpp"
#include "journey/worker_state.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace sallyport::journey {
namespace {

constexpr std::uint32_t icmp_errors_per_second = 1000;
constexpr std::uint32_t icmp_errors_burst = 200;
constexpr std::uint32_t resets_per_second = 10'000;
constexpr std::uint32_t resets_burst = 1000;
constexpr std::size_t max_produced = 4096;
constexpr std::uint32_t max_listed = 4096;

/// All owners are read before the first packet is given away: another thread may have freed that by then, and be using
/// it for the next one.
void hand_over_all(Round& round) noexcept {
    if (round.handover.empty()) return;
    const std::span<Packet* const> packets = round.handover.packets();
    std::array<std::uint8_t, max_burst> owners;
    std::ranges::transform(packets, owners.begin(), &Packet::owner);
    for (unsigned owner = 0; owner < round.worker.settings.count; ++owner) {
        Inbox theirs;
        for (std::size_t i = 0; i < packets.size(); ++i) {
            if (owners[i] == owner) theirs.push(packets[i]);
        }
        if (!theirs.empty()) round.outlet.hand_over(owner, theirs.packets());
    }
}

/// What a round leaves: every packet has reached one of these ends.
void deliver(Round& round) noexcept {
    if (!round.transmit.empty()) round.outlet.transmit(round.transmit.packets());
    hand_over_all(round);
    if (!round.dropped.empty()) round.outlet.release(round.dropped.packets());
}

/// All steps once, in the order of the journey; see steps.hpp.
void run_once(Round& round) noexcept {
    ingress(round);
    classify(round);
    fragments(round);
    flow_lookup(round);
    hop_return(round);
    detour(round);
    balance(round);
    hop_out(round);
    route(round);
    egress(round);
    to_host(round);
    deliver(round);
    round.worker.counters.rounds.add(1);
}

[[nodiscard]] Inbox& where_it_resumes(Round& round, Resume resume) noexcept {
    switch (resume) {
    case Resume::fragments:
        return round.fragments;
    case Resume::hop_return:
        return round.hop_return;
    case Resume::hop_out:
        return round.hop_out;
    case Resume::egress:
        return round.egress;
    case Resume::to_host:
        return round.to_host;
    case Resume::nowhere:
    case Resume::flow_lookup:
        break;
    }
    return round.flow_lookup;
}

/// Rounds for what the steps made, until nothing is left.
void carry_produced(Round& made_in) noexcept {
    Produced& produced = made_in.worker.produced;
    while (!produced.empty()) {
        Round round(made_in.worker, made_in.around, made_in.outlet);
        for (unsigned i = 0; i < max_burst; ++i) {
            Packet* packet = produced.pop();
            if (packet == nullptr) break;
            where_it_resumes(round, std::exchange(packet->resume, Resume::nowhere)).push(packet);
        }
        run_once(round);
    }
}

void run(Round& round) noexcept {
    run_once(round);
    if (!round.worker.produced.empty()) [[unlikely]]
        carry_produced(round);
}

} // namespace

WorkerState::WorkerState(const WorkerSettings& from, flow::FlowTable table, const chain::Roster& roster)
    : settings(from), flows(std::move(table)),
      counters({.ports = roster.ports.size(),
                .appliances = std::max(from.appliance_slots, roster.appliances.size()),
                .groups = std::max(from.group_slots, roster.groups.size()),
                .listeners = from.listener_slots,
                .targets = from.target_slots}),
      pending(from.pending_capacity), icmp_limit(icmp_errors_per_second, icmp_errors_burst),
      reset_limit(resets_per_second, resets_burst), produced(max_produced), fragments(from.fragmented_packets),
      held_fragments(from.held_fragments), offloads(from.offloaded_hops),
      chooser(from.target_group_slots, from.listener_slots == 0 ? 1 : from.sticky_clients, from.keys.table,
              from.random_seed + from.index),
      half_open(from.listener_slots), ended_flows(from.flow_log ? std::make_unique<EndedFlows>() : nullptr),
      timeouts_ms(roster.endpoints.size() + balance::max_timers), endpoint_count(roster.endpoints.size()) {
    follow(roster);
}

void WorkerState::take_over(const chain::Roster& roster) noexcept {
    roster_version = roster.version;
    for (std::size_t endpoint = 0; endpoint < endpoint_count; ++endpoint) {
        const auto& from = roster.endpoints[endpoint].timeouts_ms;
        std::copy(from.begin(), from.end(), timeouts_ms[endpoint].begin());
    }
    const balance::Directory& directory = directory_of(roster);
    for (std::size_t number = 0; number < directory.timers.size(); ++number)
        std::copy(directory.timers[number].begin(), directory.timers[number].end(),
                  timeouts_ms[endpoint_count + number].begin());
    const bool some_end = std::any_of(directory.targets.begin(), directory.targets.end(),
                                      [](const balance::Target& target) { return target.ends_flows; });
    to_end_left = some_end && flows.has_translations() ? flows.capacity() : 0;
}

Worker::Worker(std::unique_ptr<WorkerState> state) noexcept : state_(std::move(state)) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

Result<Worker> Worker::create(const WorkerSettings& settings, const chain::Roster& roster) {
    auto table = flow::FlowTable::create(settings.flow_capacity, settings.listener_slots != 0);
    if (!table) return tl::unexpected(table.error());
    if (settings.flow_log) {
        if (const auto done = table->add_hop_clocks(); !done) return tl::unexpected(done.error());
    }
    return Worker(std::make_unique<WorkerState>(settings, std::move(*table), roster));
}

void Worker::arrive(const Surroundings& surroundings, Outlet& outlet, std::span<Packet* const> packets) noexcept {
    state_->follow(surroundings.roster);
    Round round(*state_, surroundings, outlet);
    for (Packet* packet : packets)
        round.ingress.push(packet);
    run(round);
}

void Worker::leave_host(const Surroundings& surroundings, Outlet& outlet, std::span<Packet* const> packets) noexcept {
    state_->follow(surroundings.roster);
    Round round(*state_, surroundings, outlet);
    for (Packet* packet : packets)
        take_from_host(round, packet);
    run(round);
}

void Worker::take_over(const Surroundings& surroundings, Outlet& outlet, std::span<Packet* const> packets) noexcept {
    state_->follow(surroundings.roster);
    Round round(*state_, surroundings, outlet);
    for (Packet* packet : packets)
        where_it_resumes(round, std::exchange(packet->resume, Resume::nowhere)).push(packet);
    run(round);
}

void Worker::stand_in(const Surroundings& surroundings, Outlet& outlet, const Packet& frame) noexcept {
    state_->follow(surroundings.roster);
    Round round(*state_, surroundings, outlet);
    journey::stand_in(round, frame);
}

void Worker::refuse(Outlet& outlet, std::span<Packet* const> packets, DropReason reason) noexcept {
    state_->counters.drop(reason).add(packets.size());
    outlet.release(packets);
}

void Worker::tend(const Surroundings& surroundings, Outlet& outlet) noexcept {
    state_->follow(surroundings.roster);
    sweep_flows(*state_, surroundings.now);
    if (state_->half_open.is_over) [[unlikely]]
        drop_oldest_handshakes(*state_, directory_of(surroundings.roster), surroundings.now);
    if (state_->to_end_left != 0) [[unlikely]] {
        Round round(*state_, surroundings, outlet);
        end_flows_of_targets(round);
        run(round);
    }
    if (state_->pending.all().empty() && !state_->held_fragments.has_run_out(surroundings.now)) [[likely]]
        return;
    Round round(*state_, surroundings, outlet);
    end_held_fragments(round);
    deliver(round);
    round.dropped.clear();
    send_pending(round);
    egress(round);
    to_host(round);
    deliver(round);
}

void Worker::send_probe(const Surroundings& surroundings, Outlet& outlet, const Probe& probe) noexcept {
    state_->follow(surroundings.roster);
    Round round(*state_, surroundings, outlet);
    start_probe(round, probe);
    run(round);
}

std::uint32_t Worker::pending() const noexcept {
    return static_cast<std::uint32_t>(state_->pending.all().size()) + state_->held_fragments.size();
}

void Worker::give_up_pending(Outlet& outlet) noexcept {
    std::vector<Waiting>& waiting = state_->pending.all();
    for (const Waiting& one : waiting)
        refuse(outlet, {&one.packet, 1}, DropReason::NeighbourUnresolved);
    waiting.clear();
    HeldFragments& held = state_->held_fragments;
    while (held.size() != 0) {
        Packet* packet = held.release(state_->fragments.at(held.longest_waiting()));
        refuse(outlet, {&packet, 1}, DropReason::FragmentOrphaned);
    }
}

std::size_t Worker::list_flows(Instant now, flow::FlowIndex from, std::span<FlowRecord> out,
                               flow::FlowIndex& next) const noexcept {
    const flow::FlowTable& flows = state_->flows;
    const std::uint32_t now_ms = now.wrapped_ms();
    std::size_t count = 0;
    flow::FlowIndex flow = from;
    for (std::uint32_t looked = 0; flow < flows.capacity() && looked < max_listed && count < out.size();
         ++looked, ++flow) {
        const flow::FlowEntry& entry = flows.entry(flow);
        if (entry.state == flow::FlowState::free || state_->is_over(entry, now_ms)) continue;
        out[count++] = copy_flow(*state_, flow, now);
    }
    next = flow < flows.capacity() ? flow : flow::no_flow;
    return count;
}

EndedFlows* Worker::ended_flows() noexcept {
    return state_->ended_flows.get();
}

flow::FlowIndex Worker::log_living(Instant now, flow::FlowIndex from, WhenFull when_full) noexcept {
    const flow::FlowTable& flows = state_->flows;
    if (state_->ended_flows == nullptr) return flow::no_flow;
    for (flow::FlowIndex flow = from; flow < flows.capacity(); ++flow) {
        const flow::FlowEntry& entry = flows.entry(flow);
        if (entry.state == flow::FlowState::free) continue;
        if (when_full == WhenFull::stop && state_->ended_flows->is_full()) return flow;
        const bool is_over = state_->is_over(entry, now.wrapped_ms());
        hand_to_log(*state_, flow, is_over ? flow::reason_of_timeout(entry) : flow::EndReason::shutdown, now);
    }
    return flow::no_flow;
}

const flow::FlowTable& Worker::flows() const noexcept {
    return state_->flows;
}
flow::FlowIndex Worker::newest_flow() const noexcept {
    return state_->newest_flow;
}
const WorkerCounters& Worker::counters() const noexcept {
    return state_->counters;
}
WorkerCounters& Worker::counters() noexcept {
    return state_->counters;
}

} // namespace sallyport::journey
