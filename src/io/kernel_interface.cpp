// SPDX-License-Identifier: Apache-2.0
#include "io/kernel_interface.hpp"

#include "io/sysctl.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstddef>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <memory>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace sallyport::io {

namespace {

bool ask(const std::string& interface, unsigned long what, ifreq& request) {
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    return ::ioctl(socket.number(), what, &request) == 0;
}

bool ethtool(const std::string& interface, void* command) {
    ifreq request = {};
    request.ifr_data = static_cast<char*>(command);
    return ask(interface, SIOCETHTOOL, request);
}

/// An address that somebody has given the interface; link-local IPv6 addresses come by themselves and do not count.
std::optional<std::string> own_address(const std::string& interface) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return std::nullopt;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
    for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr == nullptr || interface != each->ifa_name) continue;
        char text[INET6_ADDRSTRLEN] = {};
        if (each->ifa_addr->sa_family == AF_INET) {
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
            return ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
        }
        if (each->ifa_addr->sa_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(each->ifa_addr);
            if (!IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) return ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
        }
    }
    return std::nullopt;
}

std::string ipv6_switch(const std::string& interface) {
    return "net/ipv6/conf/" + interface + "/disable_ipv6";
}

/// A name in the network namespace that only one process has at a time, and that goes with it whatever way it ends: a
/// second gateway would replace the guard and the XDP program of the first, and take them away when it ends. Not open
/// when another process has it.
Descriptor own_interface(const std::string& interface) {
    Descriptor owned(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = {}}; // a path that begins with 0 is in no file system
    const std::string text = "sallyport/" + interface;
    text.copy(name.sun_path + 1, sizeof name.sun_path - 1);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    if (::bind(owned.number(), reinterpret_cast<const sockaddr*>(&name), length) != 0) return {};
    return owned;
}

} // namespace

unsigned interface_channels(const std::string& interface) {
    ethtool_channels channels = {};
    channels.cmd = ETHTOOL_GCHANNELS;
    if (!ethtool(interface, &channels)) return 1;
    return std::max(1U, channels.combined_count + channels.rx_count);
}

bool interface_is_up(const std::string& interface) {
    ifreq request = {};
    constexpr unsigned running = IFF_UP | IFF_RUNNING;
    return ask(interface, SIOCGIFFLAGS, request) && (static_cast<unsigned>(request.ifr_flags) & running) == running;
}

KernelInterface::KernelInterface(KernelInterface&& other) noexcept
    : netlink_(other.netlink_), name_(std::move(other.name_)), index_(std::exchange(other.index_, 0)),
      owned_(std::move(other.owned_)), flags_before_(other.flags_before_),
      disable_ipv6_before_(std::move(other.disable_ipv6_before_)), offloads_(std::move(other.offloads_)),
      guard_(std::move(other.guard_)) {}

Result<KernelInterface> KernelInterface::claim(Netlink& netlink, const InterfaceClaim& claim) {
    const std::string& name = claim.interface;
    const auto index = static_cast<int>(::if_nametoindex(name.c_str()));
    if (index == 0) {
        return failure("port " + claim.port + ": interface " + name +
                       " does not exist here; create it, correct ports." + claim.port +
                       ".interface, or start the gateway in the network namespace that has it");
    }
    Descriptor owned = own_interface(name);
    if (!owned) {
        return failure("port " + claim.port + ": interface " + name +
                       " is driven by another gateway already; end that one first, or correct ports." + claim.port +
                       ".interface");
    }
    if (const auto address = own_address(name)) {
        return failure("port " + claim.port + ": interface " + name + " still has address " + *address +
                       "; the gateway answers on host link " + claim.host_link +
                       ", so remove it with ip addr flush dev " + name + " and write it under ports." + claim.port +
                       ".addresses");
    }
    ifreq request = {};
    if (!ask(name, SIOCGIFMTU, request) || static_cast<unsigned>(request.ifr_mtu) < claim.mtu) {
        return failure("port " + claim.port + ": interface " + name + " has MTU " + std::to_string(request.ifr_mtu) +
                       " but its ports want " + std::to_string(claim.mtu) + "; raise it: ip link set dev " + name +
                       " mtu " + std::to_string(claim.mtu));
    }
    KernelInterface interface(netlink, name, index, std::move(owned));
    if (const auto done = interface.take_over(); !done) return tl::unexpected(done.error());
    return interface;
}

Result<void> KernelInterface::take_over() {
    auto guard = IngressGuard::install(name_);
    if (!guard) return tl::unexpected(guard.error());
    guard_.emplace(std::move(*guard));

    ifreq request = {};
    if (ask(name_, SIOCGIFFLAGS, request)) flags_before_ = static_cast<unsigned>(request.ifr_flags);
    // Off while it is still down if it was down, so that the kernel sends no router solicitation of its own.
    disable_ipv6_before_ = read_sysctl(ipv6_switch(name_));
    write_sysctl(ipv6_switch(name_), "1");
    // Merged segments are larger than a packet buffer.
    switch_off(ETHTOOL_GGRO, ETHTOOL_SGRO, 1);
    switch_off(ETHTOOL_GFLAGS, ETHTOOL_SFLAGS, ETH_FLAG_LRO);

    const auto done = netlink_->change_link({.interface = index_, .up = true, .arp = false});
    if (!done) return failure("interface " + name_ + " can not be set up: " + done.error().message);
    return {};
}

void KernelInterface::keep_vlan_tags() {
    switch_off(ETHTOOL_GFLAGS, ETHTOOL_SFLAGS, ETH_FLAG_RXVLAN);
}

void KernelInterface::switch_off(std::uint32_t get, std::uint32_t set, std::uint32_t bit) {
    ethtool_value value = {.cmd = get, .data = 0};
    if (!ethtool(name_, &value) || (value.data & bit) == 0) return;
    offloads_.push_back({set, value.data});
    value = {.cmd = set, .data = value.data & ~bit};
    ethtool(name_, &value); // what can not be switched off is left on: most of these only matter under load
}

KernelInterface::~KernelInterface() {
    if (index_ == 0) return;
    for (auto offload = offloads_.rbegin(); offload != offloads_.rend(); ++offload) {
        ethtool_value value = {.cmd = offload->command, .data = offload->value};
        ethtool(name_, &value);
    }
    if (!disable_ipv6_before_.empty()) write_sysctl(ipv6_switch(name_), disable_ipv6_before_);
    static_cast<void>(netlink_->change_link(
        {.interface = index_, .up = (flags_before_ & IFF_UP) != 0, .arp = (flags_before_ & IFF_NOARP) == 0}));
}

} // namespace sallyport::io
