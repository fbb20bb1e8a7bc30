// SPDX-License-Identifier: Apache-2.0
// NICs that are bound to DPDK.
#include "io/device.hpp"
#include "io/driver_choice.hpp"

#include <algorithm>
#include <rte_ethdev.h>

namespace sallyport::io {

Result<void> Device::open_pci(const DeviceContext& context, const config::PciDevice& pci) {
    const std::string& port = context.config.ports[plan_.ports.front()].name;
    if (rte_eth_dev_get_port_by_name(pci.address.c_str(), &id_) != 0) {
        return failure("port " + port + ": no device " + pci.address +
                       " that DPDK can drive; bind it first: dpdk-devbind.py --bind=vfio-pci " + pci.address);
    }
    rte_eth_dev_info info = {};
    if (rte_eth_dev_info_get(id_, &info) != 0)
        return failure("port " + port + ": device " + pci.address + " does not answer");
    driver_ = info.driver_name;
    reason_ = "the device's own driver";
    const unsigned most = std::min<unsigned>(info.max_rx_queues, info.max_tx_queues);
    // Without receive-side scaling all packets come by the first queue, and its worker hands them over.
    return start(context, std::clamp(context.workers, 1U, std::max(1U, std::min(most, max_queues))));
}

} // namespace sallyport::io
