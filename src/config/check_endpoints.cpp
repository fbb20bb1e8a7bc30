// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"

#include <map>

namespace sallyport::config {

Findings check_endpoints(const Config& config) {
    Findings findings;
    std::map<std::uint64_t, const Endpoint*> by_id;
    std::map<std::string_view, const Endpoint*> by_port;
    for (const Endpoint& endpoint : config.endpoints) {
        const auto [same_id, first] = by_id.emplace(endpoint.id, &endpoint);
        if (!first && endpoint.id != 0)
            findings.push_back({.path = "endpoints." + endpoint.name + ".id",
                                .problem = "is the id of endpoint " + in_backticks(same_id->second->name) + " too",
                                .advice = "give each endpoint an id of its own"});
        for (std::size_t i = 0; i < endpoint.ports.size(); ++i) {
            if (endpoint.ports[i].empty()) continue;
            const auto [claimed, is_first] = by_port.emplace(endpoint.ports[i], &endpoint);
            if (is_first) continue;
            findings.push_back({.path = at("endpoints." + endpoint.name + ".ports", i),
                                .problem = claimed->second == &endpoint
                                               ? "the port " + in_backticks(endpoint.ports[i]) + " stands here twice"
                                               : "the port " + in_backticks(endpoint.ports[i]) +
                                                     " belongs to endpoint " + in_backticks(claimed->second->name) +
                                                     " already",
                                .advice = "name a port once; tenants on one device need a port with a `vlan` each"});
        }
    }
    return findings;
}

} // namespace sallyport::config
