// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"

#include <set>

namespace sallyport::config {

namespace {

/// The names of one kind of thing, and the findings about references to none of them.
class Names {
public:
    template <typename Thing>
    Names(std::string_view kind, std::string_view section, const std::vector<Thing>& things, Findings& findings)
        : kind_(kind), section_(section), findings_(findings) {
        for (const Thing& thing : things)
            if (known_.insert(thing.name).second) in_order_.push_back(thing.name);
    }

    void check(std::string path, std::string_view name) const {
        // An empty name is what reading left behind after a finding of its own.
        if (name.empty() || known_.contains(name)) return;
        std::string otherwise = "write one of those under `" + std::string(section_) + "`, or add it there";
        // A suggestion compares with every name: a file full of faults gets them for the first ones only.
        const bool suggest = findings_.size() < 50;
        findings_.push_back(
            {.path = std::move(path),
             .problem = "names the " + std::string(kind_) + " " + in_backticks(name) + ", which there is not",
             .advice = suggest ? did_you_mean(name, in_order_, otherwise) : otherwise});
    }

private:
    std::string_view kind_;
    std::string_view section_;
    std::set<std::string_view> known_;
    std::vector<std::string_view> in_order_;
    Findings& findings_;
};

} // namespace

std::string at(std::string_view list, std::size_t index) {
    return std::string(list) + "[" + std::to_string(index) + "]";
}

std::string place_of(const std::string& list, std::size_t index, std::size_t count) {
    return count == 1 ? list : at(list, index);
}

std::string Forward::place_of(std::size_t share) const {
    return shares->size() == 1 ? path : at(path, share) + ".target_group";
}

std::vector<Forward> forwards_of(const Listener& listener, const std::string& path) {
    std::vector<Forward> forwards;
    if (listener.http) {
        const auto add = [&](const Action& action, const std::string& place) {
            if (const auto* const forward = std::get_if<ForwardAction>(&action))
                forwards.push_back({&forward->shares, place + ".forward"});
        };
        add(listener.http->default_action, path + ".default_action");
        for (std::size_t i = 0; i < listener.http->rules.size(); ++i)
            add(listener.http->rules[i].action, at(path + ".rules", i) + ".actions[0]");
        return forwards;
    }
    forwards.push_back({&listener.forward, path + ".default_action.forward"});
    for (std::size_t i = 0; i < listener.rules.size(); ++i)
        forwards.push_back({&listener.rules[i].forward, at(path + ".rules", i) + ".actions[0].forward"});
    return forwards;
}

Findings check_references(const Config& config) {
    Findings findings;
    const Names ports("port", "ports", config.ports, findings);
    const Names endpoints("endpoint", "endpoints", config.endpoints, findings);
    const Names groups("appliance group", "appliance_groups", config.appliance_groups, findings);
    const Names chains("chain", "chains", config.chains, findings);
    const Names logs("log", "http_logs", config.http_logs, findings);
    const Names target_groups("target group", "target_groups", config.target_groups, findings);

    for (const Endpoint& endpoint : config.endpoints)
        for (std::size_t i = 0; i < endpoint.ports.size(); ++i)
            ports.check(at("endpoints." + endpoint.name + ".ports", i), endpoint.ports[i]);
    for (const ApplianceGroup& group : config.appliance_groups)
        if (group.health_check)
            endpoints.check("appliance_groups." + group.name + ".health_check.probe.endpoint",
                            group.health_check->probe.endpoint);
    for (const Chain& chain : config.chains)
        for (std::size_t i = 0; i < chain.groups.size(); ++i)
            groups.check(at("chains." + chain.name, i), chain.groups[i]);
    for (std::size_t i = 0; i < config.policy.size(); ++i) {
        const PolicyRule& rule = config.policy[i];
        if (rule.match.endpoint) endpoints.check(at("policy", i) + ".match.endpoint", *rule.match.endpoint);
        if (rule.chain) chains.check(at("policy", i) + ".chain", *rule.chain);
        for (std::size_t group = 0; group < rule.match.target_groups.size(); ++group)
            target_groups.check(
                place_of(at("policy", i) + ".match.target_group", group, rule.match.target_groups.size()),
                rule.match.target_groups[group]);
    }
    for (std::size_t i = 0; i < config.routes.size(); ++i)
        if (config.routes[i].endpoint) endpoints.check(at("routes", i) + ".endpoint", *config.routes[i].endpoint);
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        endpoints.check(at("listeners", i) + ".endpoint", config.listeners[i].endpoint);
        if (config.listeners[i].http)
            logs.check(at("listeners", i) + ".access_log", config.listeners[i].http->access_log);
        for (const Forward& forward : forwards_of(config.listeners[i], at("listeners", i)))
            for (std::size_t share = 0; share < forward.shares->size(); ++share)
                target_groups.check(forward.place_of(share), (*forward.shares)[share].target_group);
    }
    return findings;
}

} // namespace sallyport::config
