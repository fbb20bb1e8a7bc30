// SPDX-License-Identifier: Apache-2.0
// What one L7 thread counts, beside what it counts of listeners and targets (telemetry/counters.hpp).
#pragma once

#include "telemetry/counters.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace sallyport::serve {

/// Of 1xx to 5xx.
using AnswerCounters = std::array<Counter, 5>;

inline void count_answer(AnswerCounters& answers, std::uint16_t status) noexcept {
    answers[std::clamp<std::size_t>(status / 100, 1, answers.size()) - 1].add(1);
}

struct HttpCounters {
    Counter connections_accepted;
    Counter connections_ended;
    Counter connections_refused; // by sources, or because there are too many
    Counter tls_handshakes;      // that were completed
    Counter tls_resumed;         // of those
    Counter tls_failures;
    Counter requests; // whose head was read
    AnswerCounters answers_of_targets;
    AnswerCounters answers_of_the_gateway;
    Counter target_connections; // opened
    Counter target_connections_reused;
    Counter target_tls_failures;
    Counter retries;
    Counter bytes_in; // contents
    Counter bytes_out;
};

} // namespace sallyport::serve
