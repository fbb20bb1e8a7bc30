// SPDX-License-Identifier: Apache-2.0
// What is allowed here and not with AWS, or has no effect as things stand: worth a word, no reason to refuse.
#include "config/checks.hpp"

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

void warn(std::string path, std::string problem, std::string advice, Findings& findings) {
    findings.push_back(
        {.path = std::move(path), .problem = std::move(problem), .advice = std::move(advice), .warning = true});
}

void check_idle(const std::string& path, const FlowTimeouts& timeouts, Findings& findings) {
    if (timeouts.tcp_idle >= 60s && timeouts.tcp_idle <= 6000s) return;
    warn(path + ".timeouts.tcp_idle", "is outside the 60s to 6000s that AWS allows",
         "keep it when the appliances forget their connections no sooner, or write 60s to 6000s", findings);
}

void check_resets(const ApplianceGroup& group, Findings& findings) {
    if (group.stickiness == Stickiness::five_tuple) return;
    const auto check = [&](const char* key, Failover failover) {
        if (failover != Failover::reset) return;
        warn("appliance_groups." + group.name + key,
             "resets flows one by one, while `stickiness` keeps several of them together on an appliance",
             "write `stickiness: five_tuple`, as AWS requires for resets", findings);
    };
    check(".on_unhealthy", group.on_unhealthy);
    check(".on_deregistered", group.on_deregistered);
}

void check_slow_start(const ApplianceGroup& group, Findings& findings) {
    if (group.slow_start == 0s || group.appliances.size() != 1) return;
    warn("appliance_groups." + group.name + ".slow_start",
         "has no effect on a lone appliance: nobody else could take the flows", "remove it, or add an appliance",
         findings);
}

} // namespace

Findings check_behaviour(const Config& config) {
    Findings findings;
    check_idle("gateway", config.gateway.timeouts, findings);
    for (const Endpoint& endpoint : config.endpoints) {
        // What it has from the gateway was told there.
        if (endpoint.timeouts && endpoint.timeouts->tcp_idle != config.gateway.timeouts.tcp_idle)
            check_idle("endpoints." + endpoint.name, *endpoint.timeouts, findings);
    }
    for (const ApplianceGroup& group : config.appliance_groups) {
        check_resets(group, findings);
        check_slow_start(group, findings);
    }
    return findings;
}

} // namespace sallyport::config
