// SPDX-License-Identifier: Apache-2.0
// Requests to the kernel's network configuration, answered before the call returns. What nearly all of rtnetlink
// amounts to here: links, addresses, routes, neighbours of a given interface.
#pragma once

#include "io/kernel_message.hpp"
#include "support/address.hpp"
#include "support/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

struct nl_msg;
struct nl_sock;

namespace sallyport::io {

struct LinkChange {
    int interface = 0;
    std::optional<MacAddress> mac;
    std::optional<unsigned> mtu;
    std::optional<bool> up;
    std::optional<bool> arp;
};

/// What the kernel takes an address for. `answered_for`: it answers for it (ARP, NDP) and may be asked for it by name,
/// but does not choose it for what the host itself begins, as it would an IPv6 address in the next hop's network (RFC
/// 6724, section 5, rule 3: deprecated addresses are avoided).
enum class AddressUse { own, answered_for };

class Netlink {
public:
    static Result<Netlink> open();

    /// Errors are the kernel's word for the fault; the caller knows what it was for.
    Result<void> change_link(const LinkChange& change);
    Result<void> add_address(int interface, const IpPrefix& address, AddressUse use);
    /// Added beside an equal route of another interface: tenants may use the same prefixes.
    Result<void> add_route(int interface, const IpPrefix& destination, const IpAddress& gateway);
    /// As if the kernel had a packet for the neighbour itself: it asks for the MAC, or confirms an old one.
    Result<void> use_neighbour(int interface, const IpAddress& address);

    Result<void> dump_routes(const std::function<void(const KernelRoute&)>& each);
    Result<void> dump_neighbours(const std::function<void(const KernelNeighbour&)>& each);

private:
    struct Close {
        void operator()(nl_sock* socket) const noexcept;
    };
    explicit Netlink(nl_sock* socket) noexcept : socket_(socket) {}

    Result<void> request(nl_msg* message);
    Result<void> dump(int type, const std::function<void(const nlmsghdr&)>& each);

    std::unique_ptr<nl_sock, Close> socket_;
};

} // namespace sallyport::io
