// SPDX-License-Identifier: Apache-2.0
// A kernel interface while the gateway drives it: up, without addresses or IPv6 of its own, guarded. What was changed
// is changed back when the object goes.
#pragma once

#include "io/ingress_guard.hpp"
#include "io/netlink.hpp"
#include "support/descriptor.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::io {

struct InterfaceClaim {
    std::string interface;
    std::string port;      // its first port, for advice
    std::string host_link; // of that port
    unsigned mtu = 1500;   // the largest of its ports
};

/// Receive queues in use; 1 when the interface does not tell.
[[nodiscard]] unsigned interface_channels(const std::string& interface);
/// Up, and with a carrier.
[[nodiscard]] bool interface_is_up(const std::string& interface);

class KernelInterface {
public:
    /// Fails when the interface is missing, driven by another gateway, has addresses of its own, or a smaller MTU than
    /// its ports.
    static Result<KernelInterface> claim(Netlink& netlink, const InterfaceClaim& claim);
    KernelInterface(KernelInterface&& other) noexcept;
    KernelInterface& operator=(KernelInterface&&) = delete;
    ~KernelInterface();

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] int index() const noexcept { return index_; }
    /// Leaves VLAN tags in the frame where the hardware would take them out: AF_XDP does not see those.
    void keep_vlan_tags();

private:
    /// A boolean of `ethtool -k` that was on and is off while we run.
    struct Offload {
        std::uint32_t command; // ETHTOOL_S...
        std::uint32_t value;   // to set it back to
    };
    KernelInterface(Netlink& netlink, std::string name, int index, Descriptor owned)
        : netlink_(&netlink), name_(std::move(name)), index_(index), owned_(std::move(owned)) {}
    Result<void> take_over();
    void switch_off(std::uint32_t get, std::uint32_t set, std::uint32_t bit);

    Netlink* netlink_;
    std::string name_;
    int index_ = 0;    // 0: moved from
    Descriptor owned_; // says to other gateways that the interface is ours
    unsigned flags_before_ = 0;
    std::string disable_ipv6_before_;
    std::vector<Offload> offloads_;
    std::optional<IngressGuard> guard_;
};

} // namespace sallyport::io
