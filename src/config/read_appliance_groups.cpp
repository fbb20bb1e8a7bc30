// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

/// `emulate: pass`, or `emulate: {firewall: {rules: FILE}}`.
std::optional<Emulation> read_emulation(const Value& value, const std::filesystem::path& base) {
    if (value.node().kind == Node::Kind::scalar) {
        if (!value.choice<bool>({{"pass", true}})) return std::nullopt;
        return Emulation{};
    }
    const Fields kinds(value, {"firewall"}, {"ids"});
    if (!kinds) return std::nullopt;
    const auto firewall = kinds.find("firewall");
    if (!firewall) {
        if (value.node().children.empty())
            value.fault("names no emulation", "write `pass` or `{firewall: {rules: FILE}}`");
        return std::nullopt;
    }
    Emulation emulation{.kind = EmulationKind::firewall, .rules = {}};
    const Fields fields(*firewall, {"rules"});
    if (const auto rules = fields.require("rules", "add the firewall's rule file, such as `rules: firewall.rules`"))
        emulation.rules = read_path(*rules, "the firewall's rule file", base).value_or("");
    return emulation;
}

Appliance read_appliance(const Value& value, const std::filesystem::path& base) {
    Appliance appliance;
    appliance.line = value.line();
    const Fields fields(value, {"name", "address", "weight", "zone", "emulate"});
    if (const auto name = fields.require("name", "add a name, such as `name: fw-1`"))
        appliance.name = name->name("the appliance's name").value_or("");
    if (const auto address = fields.require("address", "add its address, such as `address: 198.51.100.11`"))
        appliance.address =
            read_host_address(*address, "that an appliance can have",
                              "write the address that it takes GENEVE packets at, such as 198.51.100.11")
                .value_or(IpAddress{});
    fields.integer("weight", appliance.weight, 0, 999);
    if (const auto zone = fields.find("zone")) appliance.zone = zone->name("the zone's name").value_or("");
    if (const auto emulate = fields.find("emulate")) appliance.emulate = read_emulation(*emulate, base);
    return appliance;
}

} // namespace

std::vector<ApplianceGroup> read_appliance_groups(const Value& section, const std::filesystem::path& base) {
    std::vector<ApplianceGroup> groups;
    for (const Value& value : section.named("a map from group names to groups", max_groups)) {
        ApplianceGroup& group = groups.emplace_back();
        group.name = value.key();
        group.line = value.line();
        std::vector<std::string_view> known = {"stickiness", "appliances", "client_address"};
        known.insert(known.end(), group_behaviour_keys.begin(), group_behaviour_keys.end());
        const Fields fields(value, known);
        fields.choice<Stickiness>("stickiness", group.stickiness,
                                  {{"five_tuple", Stickiness::five_tuple},
                                   {"three_tuple", Stickiness::three_tuple},
                                   {"two_tuple", Stickiness::two_tuple}});
        read_group_behaviour(fields, group, base);
        fields.boolean("client_address", group.wants_client_address);
        constexpr std::string_view expected = "a list, such as `- {name: fw-1, address: 198.51.100.11}`";
        const auto appliances = fields.require("appliances", "add " + std::string(expected));
        if (!appliances) continue;
        for (const Value& item : appliances->items(expected, max_appliances_per_group))
            group.appliances.push_back(read_appliance(item, base));
        if (appliances->node().kind == Node::Kind::sequence && appliances->node().children.empty())
            appliances->fault("holds no appliance", "write " + std::string(expected));
    }
    return groups;
}

} // namespace sallyport::config
