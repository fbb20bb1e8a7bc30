// SPDX-License-Identifier: Apache-2.0
#include "config/fixed_settings.hpp"

#include "config/lookup.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

namespace sallyport::config {
namespace {

using Differences = std::vector<std::string>;

/// One line for a device, different for different ones.
struct DeviceText {
    std::string operator()(const KernelInterface& device) const {
        return "interface " + device.interface + " " + std::to_string(static_cast<int>(device.driver));
    }
    std::string operator()(const PciDevice& device) const { return "pci " + device.address; }
    std::string operator()(const PcapDevice& device) const { return "pcap " + device.input + "\n" + device.output; }
    std::string operator()(const NullDevice&) const { return "null"; }
};

void compare_gateways(const Gateway& running, const Gateway& wanted, Differences& found) {
    const auto compare = [&](std::string_view key, auto member) {
        if (running.*member != wanted.*member) found.push_back("gateway." + std::string(key));
    };
    compare("workers", &Gateway::workers);
    compare("admin", &Gateway::admin);
    compare("busy_poll", &Gateway::busy_poll);
    compare("hugepages", &Gateway::hugepages);
    compare("packet_buffers", &Gateway::packet_buffers);
    compare("flows_per_worker", &Gateway::flows_per_worker);
    compare("pending_packets", &Gateway::pending_packets);
    compare("fragmented_packets", &Gateway::fragmented_packets);
    compare("held_fragments", &Gateway::held_fragments);
}

void compare_ports(const Port& running, const Port& wanted, Differences& found) {
    const std::string place = "ports." + running.name;
    if (std::visit(DeviceText{}, running.device) != std::visit(DeviceText{}, wanted.device))
        found.push_back(place + ": the device");
    const auto compare = [&](std::string_view key, auto member) {
        if (running.*member != wanted.*member) found.push_back(place + "." + std::string(key));
    };
    compare("vlan", &Port::vlan);
    compare("addresses", &Port::addresses);
    compare("mtu", &Port::mtu);
    compare("mac", &Port::mac);
}

void compare_endpoints(const Endpoint& running, const Endpoint& wanted, Differences& found) {
    const std::string place = "endpoints." + running.name;
    if (running.id != wanted.id) found.push_back(place + ".id");
    if (running.ports != wanted.ports) found.push_back(place + ".ports");
}

/// Pairs things by name; a name that only one of them has is a difference.
template <typename Thing>
void compare_by_name(std::string_view section, const std::vector<Thing>& running, const std::vector<Thing>& wanted,
                     void (*compare)(const Thing&, const Thing&, Differences&), Differences& found) {
    const auto find = [](const std::vector<Thing>& things, const std::string& name) {
        return std::find_if(things.begin(), things.end(), [&](const Thing& each) { return each.name == name; });
    };
    for (const Thing& each : running) {
        const auto same = find(wanted, each.name);
        if (same == wanted.end()) {
            found.push_back(std::string(section) + "." + each.name + " is gone");
        } else {
            compare(each, *same, found);
        }
    }
    for (const Thing& each : wanted) {
        if (find(running, each.name) == running.end())
            found.push_back(std::string(section) + "." + each.name + " is new");
    }
}

/// Their order means nothing.
bool same_routes(const std::vector<Route>& running, const std::vector<Route>& wanted) {
    const auto sorted = [](const std::vector<Route>& routes) {
        std::multiset<std::tuple<std::string, std::string, std::string>> texts;
        for (const Route& route : routes)
            texts.emplace(route.destination.to_string(), route.via.to_string(), route.endpoint.value_or(""));
        return texts;
    };
    return sorted(running) == sorted(wanted);
}

/// The key that asks for an address beside the ports' own.
std::string key_of(const Config& config, const ExtraAddress& extra) {
    for (const Listener& listener : config.listeners) {
        const Port* const home = home_of(config, listener);
        if (listener.address == extra.address && home != nullptr && home->name == extra.port)
            return "listeners." + listener.name + ".address";
    }
    for (const TargetGroup& group : config.target_groups) {
        if (std::ranges::find(group.source_addresses, extra.address) != group.source_addresses.end())
            return "target_groups." + group.name + ".source_addresses";
    }
    return "listeners";
}

/// What `some` has and `others` has not, whoever asks for it.
void compare_extra_addresses(const Config& some, const Config& others, std::string_view what, Differences& found) {
    const std::vector<ExtraAddress> there = extra_addresses(others);
    for (const ExtraAddress& extra : extra_addresses(some)) {
        const bool is_there = std::ranges::any_of(
            there, [&](const ExtraAddress& each) { return each.port == extra.port && each.address == extra.address; });
        if (!is_there)
            found.push_back(key_of(some, extra) + ": " + extra.address.to_string() + " on port " + extra.port + " is " +
                            std::string(what));
    }
}

bool same_flow_logs(const std::optional<FlowLog>& running, const std::optional<FlowLog>& wanted) {
    if (!running || !wanted) return running.has_value() == wanted.has_value();
    return running->path == wanted->path && running->file_bytes == wanted->file_bytes &&
           running->files == wanted->files;
}

bool same_http(const HttpSettings& running, const HttpSettings& wanted) {
    return running.threads == wanted.threads && running.connections == wanted.connections &&
           running.cookie_keys == wanted.cookie_keys;
}

/// Listeners know them by their places.
bool same_http_logs(const std::vector<HttpLog>& running, const std::vector<HttpLog>& wanted) {
    return std::ranges::equal(running, wanted, [](const HttpLog& one, const HttpLog& other) {
        return one.name == other.name && one.format == other.format && one.requests == other.requests &&
               one.connections == other.connections && one.file_bytes == other.file_bytes && one.files == other.files;
    });
}

template <typename Thing>
void order_like(const std::vector<Thing>& running, std::vector<Thing>& wanted) {
    const auto position = [&](const Thing& thing) {
        return std::find_if(running.begin(), running.end(), [&](const Thing& each) { return each.name == thing.name; });
    };
    std::stable_sort(wanted.begin(), wanted.end(),
                     [&](const Thing& one, const Thing& other) { return position(one) < position(other); });
}

} // namespace

std::vector<std::string> fixed_differences(const Config& running, const Config& wanted) {
    Differences found;
    compare_gateways(running.gateway, wanted.gateway, found);
    compare_by_name<Port>("ports", running.ports, wanted.ports, compare_ports, found);
    compare_by_name<Endpoint>("endpoints", running.endpoints, wanted.endpoints, compare_endpoints, found);
    if (!same_routes(running.routes, wanted.routes)) found.emplace_back("routes");
    compare_extra_addresses(running, wanted, "gone", found);
    compare_extra_addresses(wanted, running, "new", found);
    if (!same_flow_logs(running.flow_log, wanted.flow_log)) found.emplace_back("flow_log");
    if (!same_http(running.http, wanted.http)) found.emplace_back("http");
    if (!same_http_logs(running.http_logs, wanted.http_logs)) found.emplace_back("http_logs");
    return found;
}

Config in_running_order(const Config& running, Config wanted) {
    order_like(running.ports, wanted.ports);
    order_like(running.endpoints, wanted.endpoints);
    order_like(running.http_logs, wanted.http_logs);
    return wanted;
}

} // namespace sallyport::config
