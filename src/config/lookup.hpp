// SPDX-License-Identifier: Apache-2.0
// Questions about a configuration: what a name stands for, which port leads to an address, whose a route is. The
// answers that a check relies on are the answers that the gateway acts on.
#pragma once

#include "config/config.hpp"

#include <set>
#include <string_view>

namespace sallyport::config {

// Null when there is none of that name.
const Port* find_port(const Config& config, std::string_view name);
const Endpoint* find_endpoint(const Config& config, std::string_view name);
const ApplianceGroup* find_group(const Config& config, std::string_view name);
const Chain* find_chain(const Config& config, std::string_view name);
const TargetGroup* find_target_group(const Config& config, std::string_view name);

/// The endpoint that a port belongs to; null for a port on the appliances' side.
const Endpoint* endpoint_of(const Config& config, std::string_view port_name);

/// The endpoint whose clients a listener serves; null when it names one that there is not.
const Endpoint* endpoint_of(const Config& config, const Listener& listener);

/// The port whose host link holds a listener's address: that of the listener's endpoint whose network the address is
/// in, else the endpoint's first, where whoever routes the address has to send it. Null when the endpoint has none.
const Port* home_of(const Config& config, const Listener& listener);

/// The target groups that a listener's actions name, each once.
std::set<std::string_view> target_groups_of(const Listener& listener);

/// An address that the gateway has besides its ports' own: a listener's, or one in the place of clients'. The host link
/// of `port` holds it, so that the kernel answers for it by ARP and NDP.
struct ExtraAddress {
    std::string port;
    IpAddress address;
};
/// Each once, none that is a port's own.
std::vector<ExtraAddress> extra_addresses(const Config& config);

/// Whether an address is in one of the port's own networks.
bool is_connected(const Port& port, const IpAddress& address);

/// Whether an address is that of the network itself, or its broadcast address (IPv4). Never in a /31 or a /127
/// (RFC 3021, RFC 6164), where both addresses are hosts, nor in a longer prefix.
bool is_edge(const IpPrefix& network, const IpAddress& address);

/// Whose routing a route is part of, and the port that leads to its next hop.
struct RouteOwner {
    enum class Kind {
        appliance_side, // `port` belongs to no endpoint
        endpoint,       // `port` is one of `endpoint`'s
        unreachable,    // no port leads to the next hop
        ambiguous,      // ports of several endpoints do, and the route names none
    };
    Kind kind = Kind::unreachable;
    const Port* port = nullptr;
    const Endpoint* endpoint = nullptr;
};

/// A named endpoint's ports only. Without a name: a port of no endpoint if one leads to the next hop, else the one
/// endpoint whose port does.
RouteOwner owner_of(const Config& config, const Route& route);

/// Whether a rule matches every flow, or every decrypted leg.
bool matches_everything(const Match& match);

} // namespace sallyport::config
