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

/// The same of what the workers and the threads of proxied connections both count: of listeners and targets.
template <typename Pick>
[[nodiscard]] std::uint64_t sum_of_all(const View& view, Pick pick) {
    std::uint64_t sum = sum_of_workers(view, pick);
    for (unsigned thread = 0; thread < view.stream_thread_count(); ++thread)
        sum += std::invoke(pick, view.stream_counters(thread)).read();
    return sum;
}

} // namespace sallyport::control
