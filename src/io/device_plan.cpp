// SPDX-License-Identifier: Apache-2.0
#include "io/device_plan.hpp"

#include <algorithm>

namespace sallyport::io {

namespace {

constexpr std::size_t vlan_count = 4096;

struct Label {
    std::string operator()(const config::KernelInterface& device) const { return device.interface; }
    std::string operator()(const config::PciDevice& device) const { return device.address; }
    std::string operator()(const config::PcapDevice& device) const {
        return device.input.empty() ? device.output : device.input;
    }
    std::string operator()(const config::NullDevice&) const { return "null"; }
};

/// Two ports mean the same device. Each null and pcap port is a device of its own.
bool is_same(const config::Device& a, const config::Device& b) {
    if (const auto* interface = std::get_if<config::KernelInterface>(&a)) {
        const auto* other = std::get_if<config::KernelInterface>(&b);
        return other != nullptr && interface->interface == other->interface;
    }
    if (const auto* pci = std::get_if<config::PciDevice>(&a)) {
        const auto* other = std::get_if<config::PciDevice>(&b);
        return other != nullptr && pci->address == other->address;
    }
    return false;
}

DevicePlan& device_of(DevicePlans& plans, const config::Device& wanted) {
    const auto found =
        std::ranges::find_if(plans.devices, [&](const DevicePlan& plan) { return is_same(plan.device, wanted); });
    if (found != plans.devices.end()) return *found;
    DevicePlan& plan = plans.devices.emplace_back();
    plan.device = wanted;
    plan.label = std::visit(Label(), wanted);
    plan.by_vlan.assign(vlan_count, no_index);
    return plan;
}

} // namespace

DevicePlans plan_devices(const config::Config& config) {
    DevicePlans plans;
    for (const config::Port& port : config.ports) {
        const auto index = static_cast<PortIndex>(plans.ports.size());
        DevicePlan& plan = device_of(plans, port.device);
        // The first port that names a driver decides for all of the device.
        if (auto* shared = std::get_if<config::KernelInterface>(&plan.device);
            shared != nullptr && shared->driver == config::Driver::automatic) {
            shared->driver = std::get<config::KernelInterface>(port.device).driver;
        }
        const std::uint16_t vlan = port.vlan.value_or(0);
        plan.ports.push_back(index);
        plan.by_vlan[vlan] = index;
        plan.largest_mtu = std::max<unsigned>(plan.largest_mtu, port.mtu);
        plan.has_vlans = plan.has_vlans || vlan != 0;
        plans.largest_mtu = std::max<unsigned>(plans.largest_mtu, port.mtu);
        plans.ports.push_back({static_cast<std::uint16_t>(&plan - plans.devices.data()), vlan});
    }
    return plans;
}

} // namespace sallyport::io
