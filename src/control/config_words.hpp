// SPDX-License-Identifier: Apache-2.0
// The configuration's words for what listeners and target groups are, as the file and the reports spell them.
#pragma once

#include "config/config.hpp"

#include <string_view>

namespace sallyport::control {

[[nodiscard]] constexpr std::string_view protocol_word(config::L4Protocol protocol) noexcept {
    switch (protocol) {
    case config::L4Protocol::tcp:
        return "TCP";
    case config::L4Protocol::udp:
        return "UDP";
    case config::L4Protocol::tcp_udp:
        break;
    }
    return "TCP_UDP";
}

/// ELB's word for a listener or target group of the directory.
template <typename Thing>
[[nodiscard]] constexpr std::string_view protocol_word(const Thing& thing) noexcept {
    if (thing.is_http) return thing.is_tls ? "HTTPS" : "HTTP";
    return thing.is_tls ? "TLS" : protocol_word(thing.protocol);
}

[[nodiscard]] constexpr std::string_view algorithm_word(config::Algorithm algorithm) noexcept {
    switch (algorithm) {
    case config::Algorithm::flow_hash:
        return "flow_hash";
    case config::Algorithm::round_robin:
        return "round_robin";
    case config::Algorithm::least_connections:
        return "least_connections";
    case config::Algorithm::ip_hash:
        return "ip_hash";
    case config::Algorithm::weighted_random:
        break;
    }
    return "weighted_random";
}

/// As its group's file has it: of requests what is of connections elsewhere.
template <typename Group>
[[nodiscard]] constexpr std::string_view algorithm_word(const Group& group) noexcept {
    const bool counts_requests = group.is_http && group.algorithm == config::Algorithm::least_connections;
    return counts_requests ? "least_outstanding_requests" : algorithm_word(group.algorithm);
}

[[nodiscard]] constexpr std::string_view mode_word(config::ListenerMode mode) noexcept {
    return mode == config::ListenerMode::proxy ? "proxy" : "rewrite";
}

} // namespace sallyport::control
