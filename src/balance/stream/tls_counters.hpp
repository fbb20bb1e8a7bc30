// SPDX-License-Identifier: Apache-2.0
// What the stream proxy counts of TLS, for each of its listeners.
#pragma once

#include "balance/tls/error_words.hpp"
#include "telemetry/counters.hpp"

#include <array>

namespace sallyport::balance {

struct TlsCounters {
    struct Side {
        Counter handshakes;                                         // that were completed
        std::array<Counter, tls::handshake_failure_count> failures; // by HandshakeFailure; with TLS that broke later
    };
    Side clients;
    Side targets;
    Counter resumed; // of clients' handshakes
};

} // namespace sallyport::balance
