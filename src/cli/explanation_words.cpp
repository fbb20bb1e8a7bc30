// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation_text.hpp"

#include <algorithm>

namespace sallyport::cli {
namespace {

/// "a, b or c", with `to_word` for each item.
template <typename Items, typename ToWord>
std::string either(const Items& items, ToWord to_word) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) text += i + 1 == items.size() ? " or " : ", ";
        text += to_word(items[i]);
    }
    return text;
}

std::string prefixes(const std::vector<IpPrefix>& items) {
    return either(items, [](const IpPrefix& prefix) { return prefix.to_string(); });
}

std::string ports(const std::vector<config::PortRange>& items) {
    return either(items, [](const config::PortRange& range) {
        const std::string first = std::to_string(range.first);
        return range.first == range.last ? first : first + "-" + std::to_string(range.last);
    });
}

/// A rule that asks for ports matches no flow of a protocol without them, whatever the numbers.
std::string mismatch_of_ports(const FlowText& flow, std::string_view side, std::uint16_t port,
                              const std::vector<config::PortRange>& wanted) {
    const std::string wants = "it wants " + std::string(side) + " port " + ports(wanted);
    const bool has_ports = flow.protocol == 6 || flow.protocol == 17;
    return has_ports ? wants + ", not " + std::to_string(port) : wants + ", and the flow has no ports";
}

} // namespace

std::string_view name(config::Direction direction) noexcept {
    return direction == config::Direction::southbound ? "southbound" : "northbound";
}

std::string_view name(chain::HopKind kind) noexcept {
    switch (kind) {
    case chain::HopKind::visit:
        return "visit";
    case chain::HopKind::copy:
        return "copy";
    case chain::HopKind::unseen:
        return "unseen";
    case chain::HopKind::bypassed:
        return "bypassed";
    case chain::HopKind::nobody:
        break;
    }
    return "nobody";
}

std::string_view name(config::Stickiness stickiness) noexcept {
    switch (stickiness) {
    case config::Stickiness::five_tuple:
        return "five_tuple";
    case config::Stickiness::three_tuple:
        return "three_tuple";
    case config::Stickiness::two_tuple:
        return "two_tuple";
    }
    return "";
}

std::string describe(const Subject& subject, const Arrival& arrival) {
    const std::string source = subject.flow.source.to_string();
    const chain::Port& port = subject.roster.ports[arrival.port];
    switch (arrival.reason) {
    case ArrivalReason::asked:
        return "as asked";
    case ArrivalReason::source_network: {
        const auto network = std::ranges::find_if(
            port.addresses, [&](const IpPrefix& own) { return own.contains(subject.flow.source); });
        return source + " is in the port's network" +
               (network == port.addresses.end() ? "" : " " + network->network().to_string());
    }
    case ArrivalReason::source_route:
        return "a route in the configuration leads to " + source + " by this port";
    case ArrivalReason::first_of_endpoint:
        return "no network or route in the configuration has " + source + "; taken as the endpoint's north side";
    case ArrivalReason::first_of_all:
        return "no network or route in the configuration has " + source +
               "; taken as the first endpoint's north side (--endpoint or --from say otherwise)";
    }
    return "";
}

std::string describe_mismatch(const Subject& subject, std::size_t rule, chain::Mismatch mismatch) {
    const config::Match& match = subject.config.policy[rule].match;
    const FlowText& flow = subject.flow;
    switch (mismatch) {
    case chain::Mismatch::none:
        return "it matches";
    case chain::Mismatch::kind:
        return match.is_decrypted_leg ? "it is for decrypted legs, from the gateway's proxies to targets"
                                      : "it is not for decrypted legs, which rules with `leg: decrypted` match";
    case chain::Mismatch::target_group:
        return "it is for targets of " + either(match.target_groups, [](const std::string& name) { return name; });
    case chain::Mismatch::endpoint:
        return "it is for endpoint " + match.endpoint.value_or("");
    case chain::Mismatch::direction:
        return "it is for " + std::string(name(*match.direction)) + " flows";
    case chain::Mismatch::protocol:
        return "it wants " + either(match.protocols, protocol_name) + ", not " + protocol_name(flow.protocol);
    case chain::Mismatch::source:
        return "it wants a source in " + prefixes(match.sources) + ", not " + flow.source.to_string();
    case chain::Mismatch::destination:
        return "it wants a destination in " + prefixes(match.destinations) + ", not " + flow.destination.to_string();
    case chain::Mismatch::source_port:
        return mismatch_of_ports(flow, "source", flow.source_port, match.source_ports);
    case chain::Mismatch::destination_port:
        return mismatch_of_ports(flow, "destination", flow.destination_port, match.destination_ports);
    }
    return "";
}

std::string describe(const Subject& subject, const WayOut& way) {
    const auto port_name = [&](PortIndex port) { return subject.roster.ports[port].name; };
    if (way.port != no_index && way.on_link)
        return "by port " + port_name(way.port) + ", whose network has the destination";
    if (way.port != no_index) {
        return "by port " + port_name(way.port) + " to " + way.gateway.to_string() +
               ", by a route in the configuration";
    }
    const std::string across =
        way.across == no_index ? ""
                               : "; a replay sends by port " + port_name(way.across) + ", the endpoint's other side";
    return "the kernel's routes decide in a running gateway, for the configuration has none" + across;
}

} // namespace sallyport::cli
