// SPDX-License-Identifier: Apache-2.0
#include "io/netlink.hpp"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <sys/socket.h>

namespace sallyport::io {

namespace {

constexpr std::uint32_t forever = 0xffffffff; // INFINITY_LIFE_TIME of the kernel (net/addrconf.h)

std::uint8_t address_family(const IpAddress& address) {
    return address.is_v4() ? AF_INET : AF_INET6;
}

void put_address(nl_msg* message, int attribute, const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (address.is_v4()) {
        nla_put(message, attribute, 4, bytes.data() + 12);
    } else {
        nla_put(message, attribute, 16, bytes.data());
    }
}

template <typename Header>
nl_msg* new_message(int type, int flags, const Header& header) {
    nl_msg* message = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);
    if (message != nullptr) nlmsg_append(message, const_cast<Header*>(&header), sizeof header, NLMSG_ALIGNTO);
    return message;
}

int deliver(nl_msg* message, void* each) {
    (*static_cast<const std::function<void(const nlmsghdr&)>*>(each))(*nlmsg_hdr(message));
    return NL_OK;
}

} // namespace

void Netlink::Close::operator()(nl_sock* socket) const noexcept {
    nl_socket_free(socket);
}

Result<Netlink> Netlink::open() {
    Netlink netlink(nl_socket_alloc());
    if (!netlink.socket_ || nl_connect(netlink.socket_.get(), NETLINK_ROUTE) < 0) {
        return failure("can not open a netlink socket to the kernel");
    }
    return netlink;
}

Result<void> Netlink::request(nl_msg* message) {
    if (message == nullptr) return failure("out of memory");
    const int error = nl_send_sync(socket_.get(), message); // frees the message
    if (error < 0) return failure(nl_geterror(error));
    return {};
}

Result<void> Netlink::change_link(const LinkChange& change) {
    ifinfomsg header = {};
    header.ifi_index = change.interface;
    if (change.up) {
        header.ifi_change |= IFF_UP;
        if (*change.up) header.ifi_flags |= IFF_UP;
    }
    if (change.arp) {
        header.ifi_change |= IFF_NOARP;
        if (!*change.arp) header.ifi_flags |= IFF_NOARP;
    }
    nl_msg* message = new_message(RTM_NEWLINK, 0, header);
    if (message != nullptr && change.mac) nla_put(message, IFLA_ADDRESS, 6, change.mac->bytes.data());
    if (message != nullptr && change.mtu) nla_put_u32(message, IFLA_MTU, *change.mtu);
    return request(message);
}

Result<void> Netlink::add_address(int interface, const IpPrefix& address, AddressUse use) {
    ifaddrmsg header = {};
    header.ifa_family = address_family(address.address);
    header.ifa_prefixlen = address.length;
    header.ifa_flags = IFA_F_NODAD; // usable at once
    header.ifa_index = static_cast<std::uint32_t>(interface);
    nl_msg* message = new_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, header);
    if (message != nullptr) {
        put_address(message, IFA_LOCAL, address.address);
        put_address(message, IFA_ADDRESS, address.address);
        if (use == AddressUse::answered_for) {
            ifa_cacheinfo lifetime = {};
            lifetime.ifa_valid = forever;
            lifetime.ifa_prefered = 0; // the kernel's own spelling
            nla_put(message, IFA_CACHEINFO, sizeof lifetime, &lifetime);
        }
    }
    return request(message);
}

Result<void> Netlink::add_route(int interface, const IpPrefix& destination, const IpAddress& gateway) {
    rtmsg header = {};
    header.rtm_family = address_family(destination.address);
    header.rtm_dst_len = destination.length;
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_scope = RT_SCOPE_UNIVERSE;
    header.rtm_type = RTN_UNICAST;
    nl_msg* message = new_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, header);
    if (message != nullptr) {
        put_address(message, RTA_DST, destination.address);
        put_address(message, RTA_GATEWAY, gateway);
        nla_put_u32(message, RTA_OIF, static_cast<std::uint32_t>(interface));
    }
    return request(message);
}

Result<void> Netlink::use_neighbour(int interface, const IpAddress& address) {
    ndmsg header = {};
    header.ndm_family = address_family(address);
    header.ndm_ifindex = interface;
    header.ndm_flags = NTF_USE;
    nl_msg* message = new_message(RTM_NEWNEIGH, NLM_F_CREATE, header);
    if (message != nullptr) put_address(message, NDA_DST, address);
    return request(message);
}

Result<void> Netlink::dump(int type, const std::function<void(const nlmsghdr&)>& each) {
    rtgenmsg header = {};
    header.rtgen_family = AF_UNSPEC;
    int error = nl_send_simple(socket_.get(), type, NLM_F_DUMP, &header, sizeof header);
    if (error >= 0) {
        nl_cb* callbacks = nl_cb_alloc(NL_CB_DEFAULT);
        if (callbacks == nullptr) return failure("out of memory");
        nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, deliver,
                  const_cast<std::function<void(const nlmsghdr&)>*>(&each));
        error = nl_recvmsgs(socket_.get(), callbacks);
        nl_cb_put(callbacks);
    }
    if (error < 0) return failure(nl_geterror(error));
    return {};
}

Result<void> Netlink::dump_routes(const std::function<void(const KernelRoute&)>& each) {
    return dump(RTM_GETROUTE, [&](const nlmsghdr& message) {
        if (const auto route = read_route(message)) each(*route);
    });
}

Result<void> Netlink::dump_neighbours(const std::function<void(const KernelNeighbour&)>& each) {
    return dump(RTM_GETNEIGH, [&](const nlmsghdr& message) {
        if (const auto neighbour = read_neighbour(message)) each(*neighbour);
    });
}

} // namespace sallyport::io
