// SPDX-License-Identifier: Apache-2.0
// Policy: ordered rules that give a new flow its chain. The first rule that matches decides.
#pragma once

#include "config/config.hpp"
#include "support/address.hpp"
#include "support/index.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sallyport::chain {

/// A flow that is about to begin, as its initiator's first packet shows it.
struct NewFlow {
    EndpointIndex endpoint = no_index;
    config::Direction direction = config::Direction::southbound;
    std::uint8_t protocol = 0;
    IpAddress source;
    IpAddress destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    /// Of a decrypted leg (the gateway's own connection to a target): the groups that have a target where it leads.
    /// Empty: it is none.
    std::span<const TargetGroupIndex> leg_groups;
};

struct Rule {
    EndpointIndex endpoint = no_index; // no_index: any
    std::optional<config::Direction> direction;
    std::vector<std::uint8_t> protocols;
    std::vector<IpPrefix> sources;
    std::vector<IpPrefix> destinations;
    std::vector<config::PortRange> source_ports;
    std::vector<config::PortRange> destination_ports;
    bool is_of_legs = false;                     // it matches decrypted legs, and no other does
    std::vector<TargetGroupIndex> target_groups; // of a leg; empty: any
    ChainIndex chain = no_index;                 // no_index: forwarded without a visit
};

struct Policy {
    std::vector<Rule> rules;
};

/// Why a rule does not match: the first of its conditions that fails. For `explain`.
enum class Mismatch {
    none,
    kind, // decrypted legs are one thing, all other flows another
    target_group,
    endpoint,
    direction,
    protocol,
    source,
    destination,
    source_port,
    destination_port
};

[[nodiscard]] Mismatch compare(const Rule& rule, const NewFlow& flow) noexcept;
/// The position of the first rule that matches; no_index when none does.
[[nodiscard]] std::uint16_t first_match(const Policy& policy, const NewFlow& flow) noexcept;

} // namespace sallyport::chain
