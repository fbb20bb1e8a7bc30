// SPDX-License-Identifier: Apache-2.0
// Which devices a config needs: ports with the same device and different VLANs share one. A function of the config.
#pragma once

#include "config/config.hpp"
#include "support/index.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::io {

struct DevicePlan {
    config::Device device;
    std::string label; // interface, PCI address or file, for people
    std::vector<PortIndex> ports;
    std::vector<PortIndex> by_vlan; // 4096 entries; [0] is the untagged port; no_index: no port has the VLAN
    unsigned largest_mtu = 0;
    bool has_vlans = false;
};

struct PortPlace {
    std::uint16_t device = 0;
    std::uint16_t vlan = 0; // 0: untagged
};

struct DevicePlans {
    std::vector<DevicePlan> devices;
    std::vector<PortPlace> ports; // by port index
    unsigned largest_mtu = 0;
};

[[nodiscard]] DevicePlans plan_devices(const config::Config& config);

} // namespace sallyport::io
