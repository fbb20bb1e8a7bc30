// SPDX-License-Identifier: Apache-2.0
#include "io/device_plan.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;

namespace {

config::Port port(const std::string& name, config::Device device, std::optional<std::uint16_t> vlan,
                  std::uint16_t mtu) {
    config::Port made;
    made.name = name;
    made.device = std::move(device);
    made.vlan = vlan;
    made.mtu = mtu;
    return made;
}

} // namespace

TEST_CASE("ports with the same interface and different VLANs share a device") {
    config::Config config;
    config.ports = {
        port("a", config::KernelInterface{"eth1"}, 10, 1500), port("b", config::KernelInterface{"eth2"}, {}, 1500),
        port("c", config::KernelInterface{"eth1"}, 20, 1600), port("d", config::KernelInterface{"eth1"}, {}, 1500)};
    const io::DevicePlans plans = io::plan_devices(config);
    REQUIRE(plans.devices.size() == 2);
    const io::DevicePlan& shared = plans.devices[0];
    CHECK(shared.by_vlan[10] == 0);
    CHECK(shared.by_vlan[20] == 2);
    CHECK(shared.by_vlan[0] == 3);
    CHECK(shared.by_vlan[11] == no_index);
    CHECK(shared.has_vlans);
    CHECK(shared.largest_mtu == 1600);
    CHECK_FALSE(plans.devices[1].has_vlans);
    CHECK(plans.devices[1].by_vlan[0] == 1);
    CHECK(plans.ports[2].device == 0);
    CHECK(plans.ports[2].vlan == 20);
    CHECK(plans.largest_mtu == 1600);
}

TEST_CASE("each null port is a device of its own") {
    config::Config config;
    config.ports = {port("a", config::NullDevice{}, {}, 1500), port("b", config::NullDevice{}, {}, 1500)};
    CHECK(io::plan_devices(config).devices.size() == 2);
}

TEST_CASE("a driver that one port of a device names counts for the device") {
    config::Config config;
    config.ports = {port("a", config::KernelInterface{"eth1"}, 10, 1500),
                    port("b", config::KernelInterface{"eth1", config::Driver::af_packet}, 20, 1500)};
    const io::DevicePlans plans = io::plan_devices(config);
    CHECK(std::get<config::KernelInterface>(plans.devices[0].device).driver == config::Driver::af_packet);
}
