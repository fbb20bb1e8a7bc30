// SPDX-License-Identifier: Apache-2.0
// Kernel interfaces, through AF_XDP or AF_PACKET.
#include "io/device.hpp"
#include "io/driver_choice.hpp"
#include "io/host_link.hpp"
#include "support/descriptor.hpp"

#include <algorithm>
#include <bit>
#include <sys/socket.h>

namespace sallyport::io {

namespace {

bool kernel_has_af_xdp() {
    return static_cast<bool>(Descriptor(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0)));
}

} // namespace

Result<void> Device::open_kernel(const DeviceContext& context, const config::KernelInterface& kernel) {
    const std::string& port = context.config.ports[plan_.ports.front()].name;
    auto claimed = KernelInterface::claim(
        context.netlink,
        {.interface = kernel.interface, .port = port, .host_link = host_link_name(port), .mtu = plan_.largest_mtu});
    if (!claimed) return tl::unexpected(claimed.error());
    interface_.emplace(std::move(*claimed));
    set_link(true, interface_is_up(kernel.interface));

    const auto choice = choose_driver({.interface = kernel.interface,
                                       .wanted = kernel.driver,
                                       .hugepages = context.hugepages && context.buffers.in_one_piece(),
                                       .kernel_has_af_xdp = kernel_has_af_xdp(),
                                       .buffer_fits_page = context.largest_mtu <= max_af_xdp_mtu,
                                       .has_vlans = plan_.has_vlans,
                                       .channels = interface_channels(kernel.interface),
                                       .workers = context.workers});
    if (!choice) return failure("port " + port + ": " + choice.error().message);
    reason_ = choice->reason;
    if (choice->driver == config::Driver::af_packet) return open_af_packet(context, choice->queues);

    auto opened = open_af_xdp(context, choice->queues);
    if (opened) return opened;
    if (kernel.driver == config::Driver::af_xdp) {
        return failure("port " + port + ": " + opened.error().message +
                       "; another XDP program may be attached (ip link show dev " + kernel.interface +
                       "), or the interface's driver does not take one: set driver: auto");
    }
    close();
    reason_ = "AF_XDP did not work: " + opened.error().message;
    return open_af_packet(context, std::min(context.workers, max_queues));
}

Result<void> Device::open_af_xdp(const DeviceContext& context, unsigned queues) {
    interface_->keep_vlan_tags();
    // Without busy polling by the driver: it costs a system call for every empty poll.
    auto done = attach("net_af_xdp", "iface=" + plan_.label + ",start_queue=0,queue_count=" + std::to_string(queues) +
                                         ",busy_budget=0");
    if (done) done = start(context, queues);
    return done;
}

Result<void> Device::open_af_packet(const DeviceContext& context, unsigned queues) {
    // A ring frame holds the packet and the kernel's header; the driver wants it to fit into a buffer, and a power of
    // two fills its block exactly, as the driver's arithmetic assumes. With the queueing discipline, so that tcpdump on
    // the interface sees what goes out.
    constexpr unsigned page_bytes = 4096;
    const unsigned frame_bytes = std::bit_floor(buffer_room_bytes(context.largest_mtu));
    auto done = attach("net_af_packet", "iface=" + plan_.label + ",qpairs=" + std::to_string(queues) +
                                            ",framesz=" + std::to_string(frame_bytes) +
                                            ",blocksz=" + std::to_string(std::max(page_bytes, frame_bytes)) +
                                            ",framecnt=1024,qdisc_bypass=0");
    if (done) done = start(context, queues);
    return done;
}

} // namespace sallyport::io
