// SPDX-License-Identifier: Apache-2.0
#include "control/target_counts.hpp"

#include "control/sum.hpp"

namespace sallyport::control {
namespace {

struct Number {
    std::uint64_t TargetCounts::*sum;
    Counter TargetCounters::*counter;
};

// In the order of reading: flows that ended before those that were created.
constexpr Number numbers[] = {{&TargetCounts::flows_ended, &TargetCounters::flows_ended},
                              {&TargetCounts::flows_created, &TargetCounters::flows_created},
                              {&TargetCounts::packets_to, &TargetCounters::packets_to},
                              {&TargetCounts::bytes_to, &TargetCounters::bytes_to},
                              {&TargetCounts::packets_from, &TargetCounters::packets_from},
                              {&TargetCounts::bytes_from, &TargetCounters::bytes_from},
                              {&TargetCounts::refused, &TargetCounters::refused},
                              {&TargetCounts::unanswered, &TargetCounters::unanswered},
                              {&TargetCounts::answered, &TargetCounters::answered},
                              {&TargetCounts::terminated, &TargetCounters::terminated},
                              {&TargetCounts::requests_succeeded, &TargetCounters::requests_succeeded},
                              {&TargetCounts::requests_failed, &TargetCounters::requests_failed}};

} // namespace

TargetCounts TargetCounts::since(const TargetCounts& before) const noexcept {
    TargetCounts rest;
    for (const Number& number : numbers)
        rest.*number.sum = this->*number.sum - before.*number.sum;
    return rest;
}

TargetCounts count_target_place(const View& view, TargetIndex target) {
    TargetCounts counts;
    for (const Number& number : numbers) {
        counts.*number.sum = sum_of_all(
            view, [&](const auto& counters) -> auto& { return counters.targets[target].*number.counter; });
    }
    return counts;
}

TargetCounts count_target(const View& view, TargetIndex target) {
    return count_target_place(view, target).since(view.target_counts_before(target));
}

} // namespace sallyport::control
