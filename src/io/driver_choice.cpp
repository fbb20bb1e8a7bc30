// SPDX-License-Identifier: Apache-2.0
#include "io/driver_choice.hpp"

#include <algorithm>
#include <optional>

namespace sallyport::io {

namespace {

struct Obstacle {
    std::string reason;
    std::string advice;
};

/// What keeps AF_XDP from working at all.
std::optional<Obstacle> af_xdp_obstacle(const DriverFacts& facts) {
    if (!facts.kernel_has_af_xdp) {
        return Obstacle{"the kernel has no AF_XDP", "use a kernel with CONFIG_XDP_SOCKETS"};
    }
    if (!facts.hugepages) {
        return Obstacle{"AF_XDP needs packet buffers in hugepages", "reserve some: sysctl vm.nr_hugepages=512"};
    }
    if (!facts.buffer_fits_page) {
        return Obstacle{"AF_XDP takes no packet buffer larger than a memory page",
                        "lower the largest mtu to " + std::to_string(max_af_xdp_mtu) + " or less"};
    }
    if (facts.channels > max_queues) {
        const std::string most = std::to_string(max_queues);
        return Obstacle{"the interface has more than " + most + " receive queues",
                        "lower them: ethtool -L " + facts.interface + " combined " + most};
    }
    return std::nullopt;
}

} // namespace

Result<DriverChoice> choose_driver(const DriverFacts& facts) {
    // AF_PACKET spreads over as many sockets as there are workers; AF_XDP must poll every queue that the interface
    // has, since what arrives on a queue without a socket is lost to the gateway.
    const unsigned sockets = std::min(facts.workers, max_queues);
    if (facts.wanted == config::Driver::af_packet) {
        return DriverChoice{config::Driver::af_packet, sockets, "the config asks for it"};
    }
    const std::optional<Obstacle> obstacle = af_xdp_obstacle(facts);
    if (facts.wanted == config::Driver::af_xdp) {
        if (obstacle) {
            return failure("interface " + facts.interface + " can not be driven by af_xdp because " + obstacle->reason +
                           "; " + obstacle->advice + ", or set driver: auto");
        }
        return DriverChoice{config::Driver::af_xdp, facts.channels, "the config asks for it"};
    }
    if (obstacle) return DriverChoice{config::Driver::af_packet, sockets, obstacle->reason};
    if (facts.has_vlans) {
        // Where the kernel carries the tag beside the frame (veth, NICs that strip it), AF_XDP never shows it.
        return DriverChoice{config::Driver::af_packet, sockets, "AF_XDP may lose the VLAN tags of its ports"};
    }
    return DriverChoice{config::Driver::af_xdp, facts.channels, "hugepages are there and the kernel has AF_XDP"};
}

} // namespace sallyport::io
