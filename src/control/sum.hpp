// SPDX-License-Identifier: Apache-2.0
// One number of all workers together.
#pragma once

#include "control/view.hpp"

#include <functional>

namespace sallyport::control {

/// `pick` gives the Counter of one worker's WorkerCounters: a function or a member.
template <typename Pick>
[[nodiscard]] std::uint64_t sum_of_workers(const View& view, Pick pick) {
    std::uint64_t sum = 0;
    for (unsigned worker = 0; worker < view.worker_count(); ++worker)
        sum += std::invoke(pick, view.counters(worker)).read();
    return sum;
}

} // namespace sallyport::control
