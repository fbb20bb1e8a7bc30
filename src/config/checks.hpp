// SPDX-License-Identifier: Apache-2.0
// What only the whole configuration can show to be wrong. Each check is a function of the plain structs alone; its
// findings carry a path, and the loader looks up the line.
#pragma once

#include "config/config.hpp"
#include "config/finding.hpp"

#include <string>
#include <vector>

namespace sallyport::config {

using Findings = std::vector<Finding>;

/// Names that stand for nothing.
Findings check_references(const Config& config);
/// Devices used twice, addresses given twice, networks that overlap where packets could not tell them apart.
Findings check_ports(const Config& config);
/// Ids and ports that two endpoints claim.
Findings check_endpoints(const Config& config);
/// Names, addresses and weights within each group.
Findings check_appliances(const Config& config);
/// Timers, failover and slow start that work, and are likely not meant: all of them warnings.
Findings check_behaviour(const Config& config);
/// Zones that nobody is in: warnings.
Findings check_zones(const Config& config);
/// Whether the gateway can send to each appliance, through a port that holds the encapsulated packet.
Findings check_reachability(const Config& config);
/// Next hops that no port leads to, and destinations with two.
Findings check_routes(const Config& config);
/// Rules that an earlier one leaves nothing for.
Findings check_policy(const Config& config);
/// Warnings about groups and chains that nothing refers to.
Findings check_unused(const Config& config);

// A target group or listener whose inside could not be read has port 0, and is left alone here.

/// Targets, weights and addresses within each group.
Findings check_target_groups(const Config& config);
/// Names and places that two listeners claim, limits that nothing is within.
Findings check_listeners(const Config& config);
/// Whether groups can take what listeners send them: protocol, family, mode.
Findings check_forwards(const Config& config);
/// Addresses of listeners, targets and in the place of clients': whose they are, and who leads there.
Findings check_l4_addresses(const Config& config);
/// Redirects, times and logs of HTTP listeners.
Findings check_http(const Config& config);
/// Warnings about rules for the gateway's own connections, and who asks for clients behind them.
Findings check_decrypted_legs(const Config& config);
/// Whether files of certificates and keys can be read: the one check that looks beyond the configuration.
Findings check_files(const Config& config);
/// Warnings about target groups that no listener names.
Findings check_unused_target_groups(const Config& config);

/// `policy` and 3: "policy[3]".
std::string at(std::string_view list, std::size_t index);

/// A place in a list that may stand there as a single value, when it has but one.
std::string place_of(const std::string& list, std::size_t index, std::size_t count);

/// One place where a listener says where flows go.
struct Forward {
    const std::vector<ForwardShare>* shares;
    std::string path; // listeners[0].default_action.forward
    /// Of the group's name; a lone one may stand there without a list.
    [[nodiscard]] std::string place_of(std::size_t share) const;
};
/// The default action's first, then the rules' in the file's order. `path`: the listener's.
std::vector<Forward> forwards_of(const Listener& listener, const std::string& path);

} // namespace sallyport::config
