// SPDX-License-Identifier: Apache-2.0
#include "io/host_link.hpp"

#include "io/sysctl.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <utility>

namespace sallyport::io {

namespace {

std::string already_there(const std::string& name) {
    return "host link " + name + " exists already; end the other gateway, or remove it: ip link del " + name;
}

Result<Descriptor> open_tap(const std::string& name) {
    // A TAP that somebody has made to stay would be taken over, and stay.
    if (::if_nametoindex(name.c_str()) != 0) return failure(already_there(name));
    Descriptor tap(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!tap) {
        if (errno == EACCES || errno == EPERM) return failure("no permission to open /dev/net/tun; run as root");
        return failure("/dev/net/tun can not be opened (" + std::string(std::strerror(errno)) +
                       "); load the tun module: modprobe tun");
    }
    ifreq request = {};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (::ioctl(tap.number(), TUNSETIFF, &request) == 0) return tap;
    if (errno == EPERM)
        return failure("no permission to create host link " + name + "; run as root or with CAP_NET_ADMIN");
    if (errno == EBUSY || errno == EINVAL) {
        return failure("host link " + name + " exists already; end the other gateway, or remove it: ip link del " +
                       name);
    }
    return failure("host link " + name + " can not be created: " + std::strerror(errno));
}

/// What the kernel must not do on a host link by itself. A setting that it does not take could be a way past a chain,
/// or let a tenant's router advertisement into the gateway's routes: then there is no host link.
Result<void> quieten(const std::string& name, bool has_ipv6) {
    const std::string v4 = "net/ipv4/conf/" + name + '/';
    const std::string v6 = "net/ipv6/conf/" + name + '/';
    const std::array<std::pair<std::string, const char*>, 11> settings = {{
        {v4 + "forwarding", "0"}, // the gateway forwards, after the chain
        {v4 + "rp_filter", "2"},  // loose: tenants may use the same prefixes
        {v4 + "arp_ignore", "1"}, // answer for this port's addresses only
        {v4 + "arp_announce", "2"},
        {v4 + "accept_redirects", "0"},
        {v4 + "send_redirects", "0"},
        {v6 + "accept_ra", "0"},
        {v6 + "accept_redirects", "0"},
        {v6 + "accept_dad", "0"}, // addresses are usable at once
        {v6 + "forwarding", "0"},
        {v6 + "disable_ipv6", has_ipv6 ? "0" : "1"},
    }};
    for (const auto& [path, value] : settings) {
        write_sysctl(path, value);
        const std::string is = read_sysctl(path);
        // A kernel without IPv6 has none of its settings, and needs none.
        const bool is_absent = is.empty() && !has_ipv6 && path.starts_with(v6);
        if (is != value && !is_absent) {
            return failure("the kernel keeps /proc/sys/" + path + " at '" + is + "' instead of " + value +
                           "; make /proc/sys writable for the gateway (in a container: a network namespace of its own "
                           "and a writable /proc/sys)");
        }
    }
    return {};
}

} // namespace

std::string host_link_name(const std::string& port) {
    return "sp-" + port;
}

Result<HostLink> HostLink::create(Netlink& netlink, const HostLinkSettings& settings) {
    HostLink link;
    link.name_ = host_link_name(settings.port);
    if (link.name_.size() >= IFNAMSIZ) {
        return failure("host link " + link.name_ + " would have too long a name; rename port " + settings.port +
                       " to at most " + std::to_string(IFNAMSIZ - 1 - 3) + " letters");
    }
    auto tap = open_tap(link.name_);
    if (!tap) return tl::unexpected(tap.error());
    link.tap_ = std::move(*tap);
    link.interface_ = static_cast<int>(::if_nametoindex(link.name_.c_str()));

    bool has_ipv6 = false;
    std::vector<std::pair<IpPrefix, AddressUse>> addresses;
    for (const IpPrefix& address : settings.addresses)
        addresses.emplace_back(address, AddressUse::own);
    for (const IpAddress& address : settings.answered_for)
        addresses.emplace_back(IpPrefix{address, static_cast<std::uint8_t>(address.is_v4() ? 32 : 128)},
                               AddressUse::answered_for);
    for (const auto& [address, use] : addresses)
        has_ipv6 = has_ipv6 || !address.address.is_v4();
    if (const auto quiet = quieten(link.name_, has_ipv6); !quiet) return tl::unexpected(quiet.error());
    // Before it is up, so that nothing is ever sent from another MAC.
    auto done = netlink.change_link({.interface = link.interface_, .mac = settings.mac, .mtu = settings.mtu});
    if (done) done = netlink.change_link({.interface = link.interface_, .up = true});
    for (const auto& [address, use] : addresses) {
        if (!done) break;
        done = netlink.add_address(link.interface_, address, use);
        if (!done) done = failure("address " + address.to_string() + ": " + done.error().message);
    }
    if (!done) return failure("host link " + link.name_ + " can not be set up: " + done.error().message);
    return link;
}

std::size_t HostLink::read(std::span<std::uint8_t> room) const noexcept {
    const ssize_t length = ::read(tap_.number(), room.data(), room.size());
    return length > 0 ? static_cast<std::size_t>(length) : 0;
}

bool HostLink::write(std::span<const std::uint8_t> frame) const noexcept {
    return ::write(tap_.number(), frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

} // namespace sallyport::io
