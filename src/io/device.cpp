// SPDX-License-Identifier: Apache-2.0
#include "io/device.hpp"

#include "io/eal.hpp"

#include <algorithm>
#include <rte_bus_vdev.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

namespace sallyport::io {

namespace {

constexpr std::uint16_t no_device = 0xffff;
constexpr std::uint16_t ring_frames = 2048;

std::string quoted(const std::string& driver, const std::string& label) {
    return driver + " on " + label;
}

} // namespace

Device::~Device() {
    close();
}

Result<void> Device::open(const DeviceContext& context) {
    struct Open {
        Device& device;
        const DeviceContext& context;
        Result<void> operator()(const config::KernelInterface& kernel) { return device.open_kernel(context, kernel); }
        Result<void> operator()(const config::PciDevice& pci) { return device.open_pci(context, pci); }
        Result<void> operator()(const config::PcapDevice& pcap) { return device.open_pcap(context, pcap); }
        Result<void> operator()(const config::NullDevice&) { return device.open_null(context); }
    };
    auto done = std::visit(Open{*this, context}, plan_.device);
    if (!done) {
        close();
        interface_.reset();
    }
    return done;
}

Result<void> Device::attach(const std::string& driver, const std::string& arguments) {
    driver_ = driver;
    const std::string name = driver + std::to_string(number_);
    static_cast<void>(dpdk_complaint());
    const int error = rte_eal_hotplug_add("vdev", name.c_str(), arguments.c_str());
    if (error != 0) {
        return failure(quoted(driver, plan_.label) + " does not open: " + rte_strerror(-error) + dpdk_complaint());
    }
    virtual_name_ = name;
    if (rte_eth_dev_get_port_by_name(name.c_str(), &id_) != 0) {
        return failure(quoted(driver, plan_.label) + " has no ethernet device");
    }
    return {};
}

Result<void> Device::start(const DeviceContext& context, unsigned queues) {
    const auto count = static_cast<std::uint16_t>(queues);
    rte_eth_conf settings = {};
    rte_eth_dev_info info = {};
    static_cast<void>(rte_eth_dev_info_get(id_, &info));
    if (queues > 1 && info.flow_type_rss_offloads != 0) {
        settings.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        settings.rx_adv_conf.rss_conf.rss_hf =
            info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP);
    }
    std::uint16_t receive_frames = ring_frames;
    std::uint16_t transmit_frames = ring_frames;
    const int node = rte_eth_dev_socket_id(id_);
    const auto socket = static_cast<unsigned>(node < 0 ? SOCKET_ID_ANY : node);

    int error = rte_eth_dev_configure(id_, count, count, &settings);
    if (error == 0) error = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &receive_frames, &transmit_frames);
    for (std::uint16_t queue = 0; error == 0 && queue < count; ++queue) {
        error = rte_eth_rx_queue_setup(id_, queue, receive_frames, socket, nullptr, context.buffers.pool());
        if (error == 0) error = rte_eth_tx_queue_setup(id_, queue, transmit_frames, socket, nullptr);
    }
    if (error == 0) error = rte_eth_dev_start(id_);
    if (error != 0) {
        return failure(quoted(driver_, plan_.label) + " does not start: " + rte_strerror(-error) + dpdk_complaint());
    }
    started_ = true;
    queues_ = queues;
    // Frames for a port's configured MAC, or for its VLANs, are not addressed to the device's own. Files can not.
    static_cast<void>(rte_eth_promiscuous_enable(id_));
    return {};
}

void Device::close() noexcept {
    if (started_) {
        static_cast<void>(rte_eth_promiscuous_disable(id_));
        static_cast<void>(rte_eth_dev_stop(id_));
    }
    if (id_ != no_device) static_cast<void>(rte_eth_dev_close(id_));
    if (!virtual_name_.empty()) static_cast<void>(rte_eal_hotplug_remove("vdev", virtual_name_.c_str()));
    started_ = false;
    id_ = no_device;
    virtual_name_.clear();
}

MacAddress Device::mac() const {
    rte_ether_addr address = {};
    rte_eth_macaddr_get(id_, &address);
    MacAddress mac;
    std::copy(std::begin(address.addr_bytes), std::end(address.addr_bytes), mac.bytes.begin());
    return mac;
}

std::uint64_t Device::packets_missed() const {
    rte_eth_stats stats = {};
    return rte_eth_stats_get(id_, &stats) == 0 ? stats.imissed + stats.rx_nombuf : 0;
}

bool Device::link_up() const {
    if (interface_) return link_up_.load(std::memory_order_relaxed);
    rte_eth_link link = {};
    return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

void Device::set_link(bool present, bool up) noexcept {
    present_.store(present, std::memory_order_relaxed);
    link_up_.store(present && up, std::memory_order_relaxed);
}

std::uint16_t Device::receive(std::uint16_t queue, rte_mbuf** frames, std::uint16_t most) noexcept {
    return rte_eth_rx_burst(id_, queue, frames, most);
}

std::uint16_t Device::transmit(std::uint16_t queue, rte_mbuf** frames, std::uint16_t count) noexcept {
    // DPDK's AF_PACKET driver waits without end for room in its ring, which a link that is down never makes.
    if (!link_up_.load(std::memory_order_relaxed)) return 0;
    return rte_eth_tx_burst(id_, queue, frames, count);
}

} // namespace sallyport::io
