// SPDX-License-Identifier: Apache-2.0
// Appliances are reached through ports that belong to no endpoint: GENEVE is taken from those alone, so that a tenant
// cannot speak as an appliance.
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <algorithm>
#include <set>

namespace sallyport::config {

namespace {

constexpr unsigned least_inner_mtu = 1280;  // RFC 8200 5: every IPv6 link carries that much
constexpr unsigned overhead_over_ipv4 = 68; // outer IPv4 20, UDP 8, GENEVE 8 and 32 of options
constexpr unsigned overhead_over_ipv6 = 88;
constexpr unsigned inner_ethernet = 14; // more, with `payload: ethernet`
constexpr unsigned client_option = 24;  // and with `client_address: true`, for the longest one

struct Exit {
    IpPrefix network; // as the port has it, or as a route names it
    const Port* port = nullptr;
    bool is_connected = false;
    unsigned overhead_bytes = 0; // of the costliest appliance behind it; 0: none is
};

class Reachability {
public:
    Reachability(const Config& config, Findings& findings) : config_(config), findings_(findings) {
        for (const Port& port : config.ports) {
            const bool is_tenant = endpoint_of(config, port.name) != nullptr;
            for (const IpPrefix& own : port.addresses) {
                own_.insert(own.address);
                (is_tenant ? tenants_ : exits_).push_back({own, &port, true, 0});
            }
        }
        for (const Route& route : config.routes) {
            const RouteOwner owner = owner_of(config, route);
            if (owner.kind == RouteOwner::Kind::appliance_side)
                exits_.push_back({route.destination, owner.port, false, 0});
        }
    }

    void check(std::string path, const IpAddress& address, const ApplianceGroup& group) {
        if (address.is_unspecified()) return; // reading failed, and said so
        if (own_.contains(address)) {
            find(std::move(path), "is one of the gateway's own addresses", "write the address of the appliance");
            return;
        }
        const auto leads_there = [&](const Exit& exit) { return exit.network.contains(address); };
        const auto exit = std::ranges::find_if(exits_, leads_there);
        if (exit != exits_.end()) {
            const unsigned overhead = (address.is_v4() ? overhead_over_ipv4 : overhead_over_ipv6) +
                                      (group.payload == Payload::ethernet ? inner_ethernet : 0) +
                                      (group.wants_client_address ? client_option : 0);
            exit->overhead_bytes = std::max(exit->overhead_bytes, overhead);
            check_is_host(std::move(path), *exit, address);
            return;
        }
        const auto tenant = std::ranges::find_if(tenants_, leads_there);
        if (tenant == tenants_.end()) {
            find(std::move(path),
                 "cannot be reached: no port without an endpoint has " + in_backticks(address.to_string()) +
                     " in its networks, nor does a route lead there",
                 "write an address in such a port's network, or add a route whose `via` is");
        } else {
            find(std::move(path),
                 "lies in the network of port " + in_backticks(tenant->port->name) + ", which is a tenant's",
                 "move the appliance to the network of a port that belongs to no endpoint");
        }
    }

    void check_mtus() {
        unsigned largest = 0;
        std::string_view largest_port;
        for (const Port& port : config_.ports) {
            if (endpoint_of(config_, port.name) == nullptr || port.mtu <= largest) continue;
            largest = port.mtu;
            largest_port = port.name;
        }
        for (const Port& port : config_.ports) {
            unsigned overhead = 0;
            for (const Exit& exit : exits_)
                if (exit.port == &port) overhead = std::max(overhead, exit.overhead_bytes);
            if (overhead == 0) continue;
            const std::string path = "ports." + port.name + ".mtu";
            const std::string bytes = std::to_string(overhead) + " bytes of encapsulation";
            if (port.mtu < least_inner_mtu + overhead) {
                find(path, "an mtu of " + std::to_string(port.mtu) + " cannot hold a packet of 1280 bytes in " + bytes,
                     "write " + std::to_string(least_inner_mtu + overhead) + " or more");
            } else if (largest + overhead > port.mtu) {
                find(path,
                     "an mtu of " + std::to_string(port.mtu) + " does not hold the " + std::to_string(largest) +
                         " bytes of port " + in_backticks(largest_port) + " in " + bytes +
                         ": larger packets are cut, or dropped and their senders told",
                     "write " + std::to_string(largest + overhead) + " or more", true);
            }
        }
    }

private:
    void check_is_host(std::string path, const Exit& exit, const IpAddress& address) {
        if (exit.is_connected && is_edge(exit.network, address))
            find(std::move(path), "is the network or broadcast address of " + exit.network.network().to_string(),
                 "write the address of the appliance");
    }

    void find(std::string path, std::string problem, std::string advice, bool warning = false) {
        findings_.push_back(
            {.path = std::move(path), .problem = std::move(problem), .advice = std::move(advice), .warning = warning});
    }

    const Config& config_;
    Findings& findings_;
    std::set<IpAddress> own_;
    std::vector<Exit> exits_;
    std::vector<Exit> tenants_;
};

} // namespace

Findings check_reachability(const Config& config) {
    Findings findings;
    Reachability reachability(config, findings);
    for (const ApplianceGroup& group : config.appliance_groups)
        for (std::size_t i = 0; i < group.appliances.size(); ++i)
            reachability.check(at("appliance_groups." + group.name + ".appliances", i) + ".address",
                               group.appliances[i].address, group);
    reachability.check_mtus();
    return findings;
}

} // namespace sallyport::config
