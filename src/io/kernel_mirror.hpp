// SPDX-License-Identifier: Apache-2.0
// The kernel's routes and neighbours as far as they are the gateway's: those of its host links. Follows the kernel by
// rtnetlink and says when there is something new; makes the inputs of the forwarding table from it.
#pragma once

#include "chain/roster.hpp"
#include "forward/table.hpp"
#include "io/kernel_message.hpp"
#include "io/netlink.hpp"
#include "support/clock.hpp"
#include "support/index.hpp"
#include "support/result.hpp"

#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sallyport::io {

/// Which port a host link belongs to, by the kernel's interface index.
using HostLinkIndex = std::unordered_map<int, PortIndex>;

/// Routes as the kernel has them, mapped to the routing domains of the ports that they lead out of. Of equal prefixes
/// in one domain the lowest metric counts, and of multipath the first hop. A function of its arguments, for the tests.
[[nodiscard]] std::vector<forward::Route> map_routes(const std::vector<KernelRoute>& routes, const HostLinkIndex& links,
                                                     const chain::Roster& roster);
/// The endpoint's domain; the transport domain for ports without one.
[[nodiscard]] forward::Domain domain_of(const chain::Roster& roster, PortIndex port) noexcept;

class KernelMirror {
public:
    /// Listens first, then reads all: nothing can slip between.
    static Result<KernelMirror> open(Netlink& netlink, HostLinkIndex links);

    /// To wait on for reading.
    [[nodiscard]] int descriptor() const noexcept;
    /// Takes in what the kernel has said; true when the forwarding table is out of date. Links that came, went or
    /// changed are appended to `changed_links`.
    [[nodiscard]] bool follow(std::vector<KernelLink>& changed_links);
    /// Reads all routes again if one of them changed. Apart from follow(), so that a burst of changes costs one
    /// reading.
    Result<void> refresh();

    [[nodiscard]] forward::Inputs inputs(const chain::Roster& roster) const;
    /// Neighbours that nobody has confirmed since `before`, at most `most` of them; each is named once.
    [[nodiscard]] std::vector<std::pair<int, IpAddress>> unconfirmed(Instant now, Instant before, std::size_t most);

private:
    struct Close {
        void operator()(nl_sock* socket) const noexcept;
    };
    struct Station {
        MacAddress mac;
        bool stale = false;
        Instant stale_since; // zero: not known yet
    };
    KernelMirror(Netlink& netlink, HostLinkIndex links, nl_sock* socket)
        : netlink_(&netlink), links_(std::move(links)), socket_(socket) {}
    bool apply(const KernelNeighbour& neighbour);

    Netlink* netlink_;
    HostLinkIndex links_;
    std::unique_ptr<nl_sock, Close> socket_;
    std::vector<KernelRoute> routes_;
    std::map<std::pair<int, IpAddress>, Station> neighbours_;
    bool routes_changed_ = true;
    bool neighbours_lost_ = true; // the kernel said more than the socket could hold: read all again
};

} // namespace sallyport::io
