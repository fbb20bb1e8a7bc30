// SPDX-License-Identifier: Apache-2.0
#include "replay/pipeline.hpp"

#include "balance/l4/directory.hpp"
#include "geneve/gwlb.hpp"
#include "kit/inner_packet.hpp"
#include "replay/sides.hpp"

#include <algorithm>

namespace sallyport::replay {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

std::uint64_t longest_timeout_ns(const chain::Roster& roster) {
    std::uint64_t longest_ms = 0;
    const auto look_at = [&](const auto& timeouts_ms) {
        for (const std::uint32_t timeout_ms : timeouts_ms)
            longest_ms = std::max<std::uint64_t>(longest_ms, timeout_ms);
    };
    for (const chain::Endpoint& endpoint : roster.endpoints)
        look_at(endpoint.timeouts_ms);
    for (const auto& timeouts_ms : roster.directory->timers)
        look_at(timeouts_ms);
    return longest_ms * (second_ns / 1000);
}

bool ends_flows(const chain::Roster& roster) {
    return std::ranges::any_of(roster.directory->targets, &balance::Target::ends_flows);
}

} // namespace

Pipeline::Pipeline(Snapshot first, journey::Worker worker, Emulation emulation, Outputs& outputs)
    : now_in_(std::move(first)), outputs_(outputs), outlet_(pool_), worker_(std::move(worker)),
      emulation_(std::move(emulation)), longest_timeout_ns_(longest_timeout_ns(roster())),
      flows_by_chain_(roster().chains.size()) {}

Result<journey::Worker> Pipeline::make_worker(const config::Config& config, const chain::Roster& first,
                                              const chain::Roster& last, const std::vector<ReplayPort>& ports) {
    journey::WorkerSettings settings;
    settings.flow_capacity = config.gateway.flows_per_worker;
    settings.pending_capacity = config.gateway.pending_packets;
    for (const ReplayPort& port : ports)
        settings.port_macs.push_back(port.mac);
    settings.fragmented_packets = config.gateway.fragmented_packets;
    settings.held_fragments = config.gateway.held_fragments;
    settings.appliance_slots = last.appliances.size();
    settings.group_slots = last.groups.size();
    settings.listener_slots = last.directory->listeners.size();
    settings.target_group_slots = last.directory->groups.size();
    settings.target_slots = last.directory->targets.size();
    settings.keys = keys;
    return journey::Worker::create(settings, first);
}

std::uint64_t Pipeline::generated() const noexcept {
    const WorkerCounters& counters = worker_.counters();
    return counters.icmp_errors_sent.read() + counters.resets_sent.read() + counters.fragments_made.read() -
           resets_for_host_;
}

void Pipeline::tend_at(std::uint64_t time_ns) {
    now_.nanoseconds = std::max(now_.nanoseconds, time_ns);
    worker_.tend(surroundings(), outlet_);
    Passage nobody;
    settle(nobody);
}

/// As many calls as a running gateway makes in `period_ns`, or nearly: enough to see the whole flow table once.
void Pipeline::sweep_from(std::uint64_t time_ns, std::uint64_t period_ns) {
    constexpr std::uint32_t flows_a_call = 2048; // fewer than the worker looks at in one
    const std::uint64_t calls = worker_.flows().capacity() / flows_a_call + 2;
    for (std::uint64_t call = 1; call <= calls && worker_.flows().size() > 0; ++call) {
        tend_at(time_ns + period_ns * call / calls);
    }
}

void Pipeline::pass_time(Instant time) {
    // Nothing that happens between two packets but flows that expire. The worker's clock is a circle of 49 days, so
    // before a longer pause all of them have to be gone; a shorter one is the time in which a running gateway clears
    // up.
    constexpr std::uint64_t sweep_ns = 6 * second_ns;
    const std::uint64_t pause_ns = time.nanoseconds > now_.nanoseconds ? time.nanoseconds - now_.nanoseconds : 0;
    if (now_.nanoseconds != 0 && pause_ns > longest_timeout_ns_ + sweep_ns + second_ns) {
        sweep_from(now_.nanoseconds + longest_timeout_ns_ + second_ns, sweep_ns);
    } else if (now_.nanoseconds != 0 && pause_ns > sweep_ns) {
        sweep_from(time.nanoseconds - sweep_ns, sweep_ns);
    }
    tend_at(time.nanoseconds);
}

void Pipeline::follow(Snapshot snapshot) {
    now_in_ = std::move(snapshot);
    longest_timeout_ns_ = longest_timeout_ns(roster());
    flows_by_chain_.resize(std::max(flows_by_chain_.size(), roster().chains.size()));
    // Flows may move now, or go past a hop.
    symmetry_.begin_anew();
    if (!ends_flows(roster())) return;
    // A call ends as many connections as a round can carry; here all end before the next packet.
    constexpr std::uint32_t ended_a_call = 256;
    const std::uint32_t calls = worker_.flows().capacity() / ended_a_call + 2;
    for (std::uint32_t call = 0; call < calls; ++call)
        tend_at(now_.nanoseconds);
}

void Pipeline::arrive(journey::Packet* packet) {
    const bool is_tenants = roster().ports[packet->port].endpoint != no_index;
    const std::uint64_t flows_before = worker_.counters().flows_created.read();
    const std::uint64_t forwarded_before = out_.packets - generated();

    worker_.arrive(surroundings(), outlet_, {&packet, 1});
    if (worker_.counters().flows_created.read() != flows_before) {
        // Not by way of the packet: its buffer may have been used again.
        const ChainIndex chain = worker_.flows().entry(worker_.newest_flow()).chain;
        ++(chain == no_index ? flows_without_chain_ : flows_by_chain_[chain]);
    }
    Passage passage;
    settle(passage);
    passage.is_whole = out_.packets - generated() != forwarded_before;
    // What came from the side of the appliances need not have passed all of them.
    if (is_tenants) symmetry_.observe(passage);
}

void Pipeline::refuse(journey::Packet* packet, DropReason reason) {
    worker_.refuse(outlet_, {&packet, 1}, reason);
}

/// Until nothing is on its way any more. Ends: every answer of an appliance is one hop further along a chain.
void Pipeline::settle(Passage& passage) {
    for (;;) {
        for (journey::Packet* packet : outlet_.take_for_host())
            end_at_host(packet);
        const std::vector<journey::Packet*> frames = outlet_.take_transmitted();
        if (frames.empty()) return;
        for (journey::Packet* frame : frames)
            deliver(frame, passage);
    }
}

void Pipeline::end_at_host(journey::Packet* packet) {
    if (packet->origin != no_index) return refuse(packet, DropReason::HostAbsent);
    // A reset that the gateway made came in nowhere.
    ++resets_for_host_;
    pool_.give_back(packet);
}

void Pipeline::deliver(journey::Packet* frame, Passage& passage) {
    outputs_.sent(now_, *frame);
    if (roster().ports[frame->port].endpoint != no_index) {
        out_.add(frame->length());
        return pool_.give_back(frame);
    }
    const auto to = emulation_.recognise(*frame);
    if (!to) {
        // An answer of the gateway's own to somebody on the appliances' side; nobody is there.
        out_.add(frame->length());
        return pool_.give_back(frame);
    }
    to_appliances_.add(frame->length());
    if (roster().appliances[to->appliance].mode == config::GroupMode::mirror) {
        // A copy is no visit, and nothing is given back.
        ++copies_;
        return pool_.give_back(frame);
    }
    note_visit(*to, *frame, passage);
    if (!emulation_.answer(*to, *frame, now_)) return refuse(frame, DropReason::ApplianceKept);
    from_appliances_.add(frame->length());
    outputs_.returned(now_, *frame);
    worker_.arrive(surroundings(), outlet_, {&frame, 1});
}

void Pipeline::note_visit(const FrameToAppliance& to, const journey::Packet& frame, Passage& passage) const {
    geneve::Decoded decoded;
    geneve::GwlbOptions options;
    appliances::InnerPacket inner;
    const std::span<const std::uint8_t> payload(frame.buffer + to.payload_at, frame.buffer + to.payload_end);
    if (geneve::decode_gwlb(payload, decoded, options) != geneve::Fault::none ||
        appliances::parse_inner(decoded.header.protocol_type, decoded.payload, inner) != appliances::InnerFault::none) {
        return;
    }
    // Of a fragmented packet its first fragment is watched, which alone tells its flow; of errors nothing.
    if (inner.fragment == appliances::Fragment::later || inner.is_icmp_error()) return;
    passage.flow = flow_of(roster().endpoint_by_id(options.endpoint_id), inner);
    passage.cookie = options.flow_cookie;
    const chain::Appliance& appliance = roster().appliances[to.appliance];
    passage.visits.push_back({to.appliance, appliance.group, appliance.may_offload});
}

void Pipeline::finish(Report& report) {
    worker_.give_up_pending(outlet_);
    const WorkerCounters& counters = worker_.counters();
    report.out = out_;
    report.to_appliances = to_appliances_;
    report.from_appliances = from_appliances_;
    report.copies = copies_;
    report.generated = generated();
    for (std::size_t i = 0; i < drop_reason_count; ++i)
        report.drops[i] = counters.drops[i].read();
    report.flows = counters.flows_created.read();
    report.flows_moved = counters.flows_moved.read();
    report.flows_reset = counters.flows_reset.read();
    for (std::size_t i = 0; i < roster().appliances.size(); ++i) {
        report.flows_by_appliance.emplace_back(roster().appliances[i].name,
                                               counters.appliances[i].flows_created.read());
    }
    for (std::size_t i = 0; i < flows_by_chain_.size(); ++i)
        report.flows_by_chain.emplace_back(roster().chains[i].name, flows_by_chain_[i]);
    report.flows_by_chain.emplace_back("none", flows_without_chain_);
    report.asymmetric_flows = symmetry_.asymmetric_flows();
    report.unwatched_packets = symmetry_.unwatched_packets();
    for (std::size_t i = 0; i < roster().ports.size(); ++i) {
        const PortCounters& port = counters.ports[i];
        report.ports.push_back({roster().ports[i].name,
                                {port.packets_in.read(), port.bytes_in.read()},
                                {port.packets_out.read(), port.bytes_out.read()}});
    }
    count_balancing(report);
}

void Pipeline::count_balancing(Report& report) const {
    const WorkerCounters& counters = worker_.counters();
    const balance::Directory& directory = *roster().directory;
    for (std::size_t i = 0; i < directory.listeners.size(); ++i) {
        const ListenerCounters& listener = counters.listeners[i];
        report.listeners.push_back({.name = directory.listeners[i].name,
                                    .flows = listener.flows_created.read(),
                                    .sources_refused = listener.sources_refused.read(),
                                    .half_open_dropped = listener.half_open_dropped.read(),
                                    .no_target = listener.no_target.read(),
                                    .port_allocation_errors = listener.port_allocation_errors.read(),
                                    .keys_taken = listener.keys_taken.read()});
    }
    for (std::size_t i = 0; i < directory.targets.size(); ++i) {
        const TargetCounters& target = counters.targets[i];
        const balance::Target& place = directory.targets[i];
        report.targets.push_back({.name = directory.groups[place.group].name + "/" + place.name,
                                  .flows = target.flows_created.read(),
                                  .to = {target.packets_to.read(), target.bytes_to.read()},
                                  .from = {target.packets_from.read(), target.bytes_from.read()},
                                  .answered = target.answered.read(),
                                  .refused = target.refused.read(),
                                  .unanswered = target.unanswered.read(),
                                  .terminated = target.terminated.read()});
    }
}

} // namespace sallyport::replay
