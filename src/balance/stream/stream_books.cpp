// SPDX-License-Identifier: Apache-2.0
#include "balance/stream/stream_books.hpp"

namespace sallyport::balance {
namespace {

constexpr std::chrono::seconds told_again{60};

} // namespace

void StreamBooks::connected(TargetId target, std::chrono::steady_clock::duration) {
    counters_.targets[target].answered.add(1);
}

void StreamBooks::connect_failed(TargetId target, ConnectFailure failure) {
    TargetCounters& counters = counters_.targets[target];
    switch (failure) {
    case ConnectFailure::refused:
        return counters.refused.add(1);
    case ConnectFailure::timed_out:
    case ConnectFailure::unreachable: // a machine that is gone answers no ARP either
        return counters.unanswered.add(1);
    case ConnectFailure::local:
    case ConnectFailure::tls: // it has answered
        break;
    }
}

void StreamBooks::client_tls_agreed(ListenerId listener, bool is_resumed) {
    tls_[listener].clients.handshakes.add(1);
    if (is_resumed) tls_[listener].resumed.add(1);
}

void StreamBooks::client_tls_failed(ListenerId listener, const tls::FailedHandshake& why) {
    tls_[listener].clients.failures[static_cast<std::size_t>(why.kind)].add(1);
}

void StreamBooks::target_tls_agreed(ListenerId listener, TargetId target) {
    tls_[listener].targets.handshakes.add(1);
    if (const auto told = told_.find(target); told != told_.end()) told->second.kinds = 0;
}

void StreamBooks::target_tls_failed(ListenerId listener, TargetId target, const tls::FailedHandshake& why) {
    tls_[listener].targets.failures[static_cast<std::size_t>(why.kind)].add(1);
    Told& told = told_[target];
    const std::uint32_t kind = 1U << static_cast<unsigned>(why.kind);
    const auto now = std::chrono::steady_clock::now();
    const bool is_soon = told.kinds == 0 && told.last && now - *told.last < told_again;
    if (is_soon || (told.kinds & kind) != 0) return;
    told.kinds |= kind;
    told.last = now;
    if (tell_) tell_(target, why.sentence);
}

void StreamBooks::carried(TargetId target, std::uint64_t to_target, std::uint64_t from_target) noexcept {
    TargetCounters& counters = counters_.targets[target];
    counters.bytes_to.add(to_target);
    counters.bytes_from.add(from_target);
}

void StreamBooks::ended(const StreamReport& report) {
    if (report.end == StreamEnd::terminated && report.target) counters_.targets[*report.target].terminated.add(1);
    // A client that a trusted upstream's header named; of others the packet path lets in none that is denied.
    if (report.end == StreamEnd::denied) counters_.listeners[report.listener].sources_refused.add(1);
    if (report.end == StreamEnd::no_target) counters_.listeners[report.listener].no_target.add(1);
}

} // namespace sallyport::balance
