// SPDX-License-Identifier: Apache-2.0
// A device that frames come in by and go out of: one DPDK ethernet device, and the kernel interface below it where
// there is one. Opened on the control thread; the workers only call receive() and transmit(), each on queues of its
// own.
#pragma once

#include "io/device_plan.hpp"
#include "io/kernel_interface.hpp"
#include "io/packet_buffers.hpp"
#include "support/result.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sallyport::io {

/// What all devices have in common when they are opened.
struct DeviceContext {
    const PacketBuffers& buffers;
    Netlink& netlink;
    const config::Config& config;
    unsigned workers = 1;
    unsigned largest_mtu = 1500; // of all ports: the buffers are made for it
    bool hugepages = false;
};

class Device {
public:
    Device(DevicePlan plan, unsigned number) : plan_(std::move(plan)), number_(number) {}
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    ~Device();

    /// Opens it by the driver that the plan's device calls for. A failure leaves nothing behind.
    Result<void> open(const DeviceContext& context);

    [[nodiscard]] const DevicePlan& plan() const noexcept { return plan_; }
    [[nodiscard]] const std::string& driver() const noexcept { return driver_; }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    [[nodiscard]] unsigned queues() const noexcept { return queues_; }
    [[nodiscard]] MacAddress mac() const;
    /// The kernel's index of the interface below; 0 when there is none.
    [[nodiscard]] int interface() const noexcept { return interface_ ? interface_->index() : 0; }
    [[nodiscard]] std::uint64_t packets_missed() const;
    [[nodiscard]] bool link_up() const;
    /// The control thread says what the kernel says of the interface.
    void set_link(bool present, bool up) noexcept;
    [[nodiscard]] bool present() const noexcept { return present_.load(std::memory_order_relaxed); }

    // The workers' side. Queue q is polled by worker q modulo the number of workers; a worker sends by the queue of its
    // own number and has none when the device has fewer.
    [[nodiscard]] std::uint16_t receive(std::uint16_t queue, rte_mbuf** frames, std::uint16_t most) noexcept;
    /// Returns how many were taken; the others stay the caller's.
    [[nodiscard]] std::uint16_t transmit(std::uint16_t queue, rte_mbuf** frames, std::uint16_t count) noexcept;

private:
    Result<void> open_kernel(const DeviceContext& context, const config::KernelInterface& kernel);
    Result<void> open_af_xdp(const DeviceContext& context, unsigned queues);
    Result<void> open_af_packet(const DeviceContext& context, unsigned queues);
    Result<void> open_pci(const DeviceContext& context, const config::PciDevice& pci);
    Result<void> open_pcap(const DeviceContext& context, const config::PcapDevice& pcap);
    Result<void> open_null(const DeviceContext& context);

    /// Makes DPDK's device "<driver><number>"; finds its id.
    Result<void> attach(const std::string& driver, const std::string& arguments);
    Result<void> start(const DeviceContext& context, unsigned queues);
    void close() noexcept;

    DevicePlan plan_;
    unsigned number_;
    std::string driver_;
    std::string reason_;
    std::string virtual_name_; // empty: not attached by us
    std::uint16_t id_ = 0xffff;
    bool started_ = false;
    unsigned queues_ = 0;
    std::optional<KernelInterface> interface_; // goes after the device has been closed
    std::atomic<bool> present_{true};
    std::atomic<bool> link_up_{true};
};

} // namespace sallyport::io
