// SPDX-License-Identifier: Apache-2.0
// The kernel's rtnetlink messages, read into plain values. Functions of the message alone.
#pragma once

#include "support/address.hpp"

#include <cstdint>
#include <optional>
#include <vector>

struct nlmsghdr;

namespace sallyport::io {

struct KernelHop {
    int interface = 0;
    IpAddress gateway; // unspecified: on the link
};

/// A unicast route of the main table.
struct KernelRoute {
    IpPrefix destination;
    std::uint32_t metric = 0;    // the lowest wins
    std::vector<KernelHop> hops; // more than one: multipath
};

struct KernelNeighbour {
    int interface = 0;
    IpAddress address;
    MacAddress mac;
    bool usable = false; // the MAC may be sent to
    bool stale = false;  // usable, but nobody has confirmed it for a while
};

struct KernelLink {
    int interface = 0;
    bool present = true;
    bool up = false; // administratively up and with carrier
};

/// Nothing for messages that say nothing about where to send unicast packets: other tables, local, broadcast,
/// multicast and blackhole routes, cached copies, link-local prefixes, router advertisements and redirects.
[[nodiscard]] std::optional<KernelRoute> read_route(const nlmsghdr& message);
/// Nothing for bridge entries, proxies and families other than IPv4 and IPv6. A deleted neighbour is not usable.
[[nodiscard]] std::optional<KernelNeighbour> read_neighbour(const nlmsghdr& message);
[[nodiscard]] std::optional<KernelLink> read_link(const nlmsghdr& message);
/// Whether the message tells of a change to routes, whatever it is.
[[nodiscard]] bool is_about_routes(const nlmsghdr& message) noexcept;

} // namespace sallyport::io
