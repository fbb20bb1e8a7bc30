// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"
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

std::string read_name(const Value& value) {
    const auto name = value.text("the appliance's name");
    if (name && !is_name(*name))
        value.fault_is_not("a name",
                           "begin with a letter or digit, then write letters, digits, `_` and `-`, 63 in all");
    return name.value_or("");
}

IpAddress read_address(const Value& value) {
    const auto address = value.address();
    if (!address) return {};
    if (!address->is_unspecified() && !address->is_multicast() && !address->is_loopback()) return *address;
    value.fault_is_not("an address that an appliance can have",
                       "write the address that it takes GENEVE packets at, such as 198.51.100.11");
    return {};
}

Appliance read_appliance(const Value& value, const std::filesystem::path& base) {
    Appliance appliance;
    appliance.line = value.line();
    const Fields fields(value, {"name", "address", "weight", "emulate"});
    if (const auto name = fields.require("name", "add a name, such as `name: fw-1`")) appliance.name = read_name(*name);
    if (const auto address = fields.require("address", "add its address, such as `address: 198.51.100.11`"))
        appliance.address = read_address(*address);
    fields.integer("weight", appliance.weight, 0, 999);
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
        const Fields fields(value, {"stickiness", "appliances"},
                            {"health_check", "on_unhealthy", "when_none_healthy", "deregistration_delay", "payload"});
        fields.choice<Stickiness>("stickiness", group.stickiness,
                                  {{"five_tuple", Stickiness::five_tuple},
                                   {"three_tuple", Stickiness::three_tuple},
                                   {"two_tuple", Stickiness::two_tuple}});
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
