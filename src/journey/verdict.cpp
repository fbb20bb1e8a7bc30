// SPDX-License-Identifier: Apache-2.0
#include "journey/verdict.hpp"

#include <algorithm>

namespace sallyport::journey {
namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

/// The smaller of what was asked for and what is allowed; 0 asks for all.
[[nodiscard]] std::uint64_t bounded(std::uint64_t asked, std::uint64_t limit) noexcept {
    return asked == 0 ? limit : std::min(asked, limit);
}

[[nodiscard]] OffloadTerms terms_of(const geneve::VerdictOption& option, const config::VerdictLimits& limits,
                                    Instant now) noexcept {
    const auto limit_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(limits.time).count());
    const std::uint64_t lasts_ns = bounded(option.seconds * ns_per_second, limit_ns);
    return {option.verdict, Instant{now.nanoseconds + lasts_ns}, bounded(option.bytes, limits.bytes)};
}

/// False when it may not be said, or there is no room to remember it.
[[nodiscard]] bool note(Round& round, const Packet& packet, const geneve::VerdictOption& option,
                        const IpAddress& source) noexcept {
    const chain::Roster& roster = round.around.roster;
    WorkerState& worker = round.worker;
    const OffloadedHop hop = offloaded_hop(worker.flows, packet.flow, packet.hop);
    const chain::Appliance& appliance = roster.appliances[hop.appliance];
    // A flow may have moved away from the one that says it.
    if (!appliance.may_offload || !(appliance.address == source)) return false;
    const OffloadTerms terms = terms_of(option, roster.groups[appliance.group].verdict_limits, round.around.now);
    if (!worker.offloads.note(hop, terms, round.around.now, worker.flows)) return false;
    worker.flows.entry(packet.flow).has_detours = true;
    return true;
}

} // namespace

geneve::FlowVerdict hear_verdict(Round& round, const Packet& packet, std::span<const std::uint8_t> options,
                                 const IpAddress& source) noexcept {
    const geneve::ReadVerdict read = geneve::read_verdict(options);
    if (read.found == geneve::VerdictFound::none) return geneve::FlowVerdict::none;
    const bool is_sound = read.found == geneve::VerdictFound::verdict;
    WorkerCounters& counters = round.worker.counters;
    (is_sound && note(round, packet, read.option, source) ? counters.verdicts_taken : counters.verdicts_ignored).add(1);
    return is_sound ? read.option.verdict : geneve::FlowVerdict::none;
}

geneve::FlowVerdict verdict_of_hop(Round& round, const Packet& packet) noexcept {
    WorkerState& worker = round.worker;
    return worker.offloads.spend(offloaded_hop(worker.flows, packet.flow, packet.hop),
                                 static_cast<std::uint64_t>(packet.end - packet.l3), round.around.now);
}

} // namespace sallyport::journey
