// SPDX-License-Identifier: Apache-2.0
#include "control/appliance_counts.hpp"

#include "control/sum.hpp"

namespace sallyport::control {

ApplianceCounts ApplianceCounts::since(const ApplianceCounts& before) const noexcept {
    return {.packets_sent = packets_sent - before.packets_sent,
            .bytes_sent = bytes_sent - before.bytes_sent,
            .packets_returned = packets_returned - before.packets_returned,
            .flows_created = flows_created - before.flows_created,
            .flows_ended = flows_ended - before.flows_ended,
            .flows_moved_to = flows_moved_to - before.flows_moved_to,
            .copies_sent = copies_sent - before.copies_sent,
            .packets_offloaded = packets_offloaded - before.packets_offloaded};
}

ApplianceCounts count_place(const View& view, ApplianceIndex appliance) {
    const auto sum = [&](auto member) {
        return sum_of_workers(
            view, [&](const auto& counters) -> auto& { return counters.appliances[appliance].*member; });
    };
    ApplianceCounts counts;
    counts.flows_ended = sum(&ApplianceCounters::flows_ended); // before those that were created
    counts.flows_created = sum(&ApplianceCounters::flows_created);
    counts.flows_moved_to = sum(&ApplianceCounters::flows_moved_to);
    counts.packets_sent = sum(&ApplianceCounters::packets_sent);
    counts.bytes_sent = sum(&ApplianceCounters::bytes_sent);
    counts.packets_returned = sum(&ApplianceCounters::packets_returned);
    counts.copies_sent = sum(&ApplianceCounters::copies_sent);
    counts.packets_offloaded = sum(&ApplianceCounters::packets_offloaded);
    return counts;
}

ApplianceCounts count_appliance(const View& view, ApplianceIndex appliance) {
    return count_place(view, appliance).since(view.counts_before(appliance));
}

} // namespace sallyport::control
