// SPDX-License-Identifier: Apache-2.0
#include "control/reload.hpp"

#include "config/load.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace sallyport::control {
namespace {

struct Named {
    std::string name;
    std::string identity;
};

std::vector<Named> appliances_of(const config::Config& config) {
    std::vector<Named> appliances;
    for (const config::ApplianceGroup& group : config.appliance_groups) {
        for (const config::Appliance& appliance : group.appliances) {
            const std::string name = group.name + "/" + appliance.name;
            appliances.push_back({name, name + " " + appliance.address.to_string()});
        }
    }
    return appliances;
}

/// As balance/l4/slots.hpp knows them: a target's name is only what people call it.
std::vector<Named> targets_of(const config::Config& config) {
    std::vector<Named> targets;
    for (const config::TargetGroup& group : config.target_groups) {
        for (const config::Target& target : group.targets) {
            targets.push_back({group.name + "/" + target.name,
                               group.name + " " + target.address.to_string() + " " + std::to_string(target.port)});
        }
    }
    return targets;
}

std::vector<Named> listeners_of(const config::Config& config) {
    std::vector<Named> listeners;
    for (const config::Listener& each : config.listeners) {
        listeners.push_back({each.name, each.name + " " + each.endpoint + " " + each.address.to_string() + " " +
                                            std::to_string(each.port) + " " +
                                            std::to_string(static_cast<int>(each.protocol)) + " " +
                                            std::to_string(static_cast<int>(each.mode)) + (each.http ? " http" : "") +
                                            (each.tls ? " tls" : "")});
    }
    return listeners;
}

template <typename Thing>
std::vector<Named> names_of(const std::vector<Thing>& things) {
    std::vector<Named> names;
    for (const Thing& each : things)
        names.push_back({each.name, each.name});
    return names;
}

std::vector<std::string> only_in_first(const std::vector<Named>& first, const std::vector<Named>& second) {
    std::set<std::string_view> others;
    for (const Named& each : second)
        others.insert(each.identity);
    std::vector<std::string> names;
    for (const Named& each : first) {
        if (!others.contains(each.identity)) names.push_back(each.name);
    }
    return names;
}

void add_clause(std::string& text, std::string_view what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    if (!text.empty()) text += "; ";
    text += std::string(what) + ": ";
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i > 0 ? ", " : "") + names[i];
}

} // namespace

Result<NewConfig> load_for_reload(const std::string& path) {
    config::Loaded loaded = config::load_file(path);
    std::vector<std::string> lines;
    for (const config::Finding& finding : loaded.findings)
        lines.push_back(config::format(path, finding));
    if (loaded.usable()) return NewConfig{std::move(loaded.config), std::move(lines)};
    std::string text = "the configuration does not work, and nothing was changed";
    for (const std::string& line : lines)
        text += "\n" + line;
    return failure(text);
}

ReloadReport compare_configs(const config::Config& before, const config::Config& after) {
    ReloadReport report;
    report.appliances_added = only_in_first(appliances_of(after), appliances_of(before));
    report.appliances_removed = only_in_first(appliances_of(before), appliances_of(after));
    report.groups_added = only_in_first(names_of(after.appliance_groups), names_of(before.appliance_groups));
    report.groups_removed = only_in_first(names_of(before.appliance_groups), names_of(after.appliance_groups));
    report.chains_added = only_in_first(names_of(after.chains), names_of(before.chains));
    report.chains_removed = only_in_first(names_of(before.chains), names_of(after.chains));
    report.listeners_added = only_in_first(listeners_of(after), listeners_of(before));
    report.listeners_removed = only_in_first(listeners_of(before), listeners_of(after));
    report.target_groups_added = only_in_first(names_of(after.target_groups), names_of(before.target_groups));
    report.target_groups_removed = only_in_first(names_of(before.target_groups), names_of(after.target_groups));
    report.targets_added = only_in_first(targets_of(after), targets_of(before));
    report.targets_removed = only_in_first(targets_of(before), targets_of(after));
    return report;
}

std::string describe(const ReloadReport& report) {
    std::string text;
    add_clause(text, "appliances added", report.appliances_added);
    add_clause(text, "appliances removed", report.appliances_removed);
    add_clause(text, "groups added", report.groups_added);
    add_clause(text, "groups removed", report.groups_removed);
    add_clause(text, "chains added", report.chains_added);
    add_clause(text, "chains removed", report.chains_removed);
    add_clause(text, "listeners added", report.listeners_added);
    add_clause(text, "listeners removed", report.listeners_removed);
    add_clause(text, "target groups added", report.target_groups_added);
    add_clause(text, "target groups removed", report.target_groups_removed);
    add_clause(text, "targets added", report.targets_added);
    add_clause(text, "targets removed", report.targets_removed);
    return text.empty() ? "no appliance, group, chain, listener or target came or went" : text;
}

} // namespace sallyport::control
