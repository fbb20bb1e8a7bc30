// SPDX-License-Identifier: Apache-2.0
// A port's host link: a TAP device with the port's MAC and addresses, on which the kernel's own network stack lives.
// What the port receives for the gateway itself goes in; what the kernel sends on it leaves by the port.
//
// A class over /dev/net/tun of our own rather than DPDK's net_tap: net_tap works with signals and flow rules, of which
// nothing is needed here, and a file descriptor can be written by every worker without a lock or a queue each.
#pragma once

#include "io/netlink.hpp"
#include "support/address.hpp"
#include "support/descriptor.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sallyport::io {

struct HostLinkSettings {
    std::string port;
    MacAddress mac;
    std::uint16_t mtu = 1500;
    std::vector<IpPrefix> addresses;
    std::vector<IpAddress> answered_for; // AddressUse
};

class HostLink {
public:
    /// Creates "sp-<port>", gives it MAC, MTU and addresses, and sets it up. It goes with the object.
    static Result<HostLink> create(Netlink& netlink, const HostLinkSettings& settings);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] int interface() const noexcept { return interface_; }

    /// A frame that the kernel sends, into `room`; 0 when there is none. Never waits.
    [[nodiscard]] std::size_t read(std::span<std::uint8_t> room) const noexcept;
    /// False when the kernel did not take the frame. Never waits. From any thread.
    [[nodiscard]] bool write(std::span<const std::uint8_t> frame) const noexcept;

private:
    std::string name_;
    int interface_ = 0;
    Descriptor tap_;
};

[[nodiscard]] std::string host_link_name(const std::string& port);

} // namespace sallyport::io
