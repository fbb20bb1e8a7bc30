// SPDX-License-Identifier: Apache-2.0
#include "io/kernel_message.hpp"

#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <array>
#include <cstring>
#include <sys/socket.h>

namespace sallyport::io {

namespace {

std::optional<IpAddress> read_address(std::uint8_t family, const nlattr* attribute) {
    if (attribute == nullptr) return std::nullopt;
    const auto* bytes = static_cast<const std::uint8_t*>(nla_data(attribute));
    if (family == AF_INET && nla_len(attribute) == 4) {
        return IpAddress::v4((std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
                             (std::uint32_t{bytes[2]} << 8) | bytes[3]);
    }
    if (family == AF_INET6 && nla_len(attribute) == 16) return IpAddress::v6(bytes);
    return std::nullopt;
}

IpAddress unspecified(std::uint8_t family) {
    const IpAddress::Bytes zero = {};
    return family == AF_INET ? IpAddress::v4(0) : IpAddress::v6(zero.data());
}

std::uint32_t read_u32(const nlattr* attribute, std::uint32_t otherwise) {
    return attribute != nullptr && nla_len(attribute) >= 4 ? nla_get_u32(attribute) : otherwise;
}

template <typename Header, std::size_t Max>
const Header* parse(const nlmsghdr& message, std::array<nlattr*, Max + 1>& attributes) {
    // libnl's reader wants a mutable pointer, and does not write.
    auto* mutable_message = const_cast<nlmsghdr*>(&message);
    if (nlmsg_parse(mutable_message, sizeof(Header), attributes.data(), int{Max}, nullptr) < 0) return nullptr;
    return static_cast<const Header*>(nlmsg_data(mutable_message));
}

constexpr unsigned unusable_hop = RTNH_F_DEAD | RTNH_F_UNRESOLVED;

/// RTA_MULTIPATH: a list of rtnexthop, each with attributes of its own.
std::vector<KernelHop> read_multipath(std::uint8_t family, const nlattr* attribute) {
    std::vector<KernelHop> hops;
    const auto* next = static_cast<const rtnexthop*>(nla_data(attribute));
    int remaining = nla_len(attribute);
    while (remaining >= static_cast<int>(sizeof *next) && next->rtnh_len >= sizeof *next &&
           next->rtnh_len <= remaining) {
        std::array<nlattr*, RTA_MAX + 1> inner = {};
        auto* first = reinterpret_cast<nlattr*>(const_cast<rtnexthop*>(next) + 1);
        const int length = next->rtnh_len - static_cast<int>(sizeof *next);
        if (nla_parse(inner.data(), RTA_MAX, first, length, nullptr) >= 0 && (next->rtnh_flags & unusable_hop) == 0 &&
            inner[RTA_VIA] == nullptr) {
            const auto gateway = read_address(family, inner[RTA_GATEWAY]);
            hops.push_back({next->rtnh_ifindex, gateway.value_or(unspecified(family))});
        }
        const int step = RTNH_ALIGN(next->rtnh_len);
        remaining -= step;
        next = reinterpret_cast<const rtnexthop*>(reinterpret_cast<const std::uint8_t*>(next) + step);
    }
    return hops;
}

} // namespace

bool is_about_routes(const nlmsghdr& message) noexcept {
    return message.nlmsg_type == RTM_NEWROUTE || message.nlmsg_type == RTM_DELROUTE;
}

std::optional<KernelRoute> read_route(const nlmsghdr& message) {
    if (message.nlmsg_type != RTM_NEWROUTE) return std::nullopt;
    std::array<nlattr*, RTA_MAX + 1> attributes = {};
    const auto* header = parse<rtmsg, RTA_MAX>(message, attributes);
    if (header == nullptr || (header->rtm_family != AF_INET && header->rtm_family != AF_INET6)) return std::nullopt;
    const std::uint32_t table = read_u32(attributes[RTA_TABLE], header->rtm_table);
    if (table != RT_TABLE_MAIN && table != RT_TABLE_UNSPEC) return std::nullopt;
    // What a station on a tenant's link can make the kernel believe is no route for tenants' packets.
    if (header->rtm_protocol == RTPROT_RA || header->rtm_protocol == RTPROT_REDIRECT) return std::nullopt;
    if (header->rtm_type != RTN_UNICAST || (header->rtm_flags & RTM_F_CLONED) != 0) return std::nullopt;

    KernelRoute route;
    const IpAddress anything = unspecified(header->rtm_family);
    route.destination.address = read_address(header->rtm_family, attributes[RTA_DST]).value_or(anything);
    route.destination.length = header->rtm_dst_len;
    // Packets with link-local addresses are not forwarded (RFC 4291 2.5.6, RFC 3927 7).
    if (route.destination.address.is_link_local()) return std::nullopt;
    route.metric = read_u32(attributes[RTA_PRIORITY], 0);
    if (attributes[RTA_MULTIPATH] != nullptr) {
        route.hops = read_multipath(header->rtm_family, attributes[RTA_MULTIPATH]);
    } else if ((header->rtm_flags & unusable_hop) == 0 && attributes[RTA_VIA] == nullptr &&
               attributes[RTA_OIF] != nullptr) {
        const auto gateway = read_address(header->rtm_family, attributes[RTA_GATEWAY]);
        route.hops.push_back({static_cast<int>(read_u32(attributes[RTA_OIF], 0)), gateway.value_or(anything)});
    }
    if (route.hops.empty()) return std::nullopt;
    return route;
}

std::optional<KernelNeighbour> read_neighbour(const nlmsghdr& message) {
    if (message.nlmsg_type != RTM_NEWNEIGH && message.nlmsg_type != RTM_DELNEIGH) return std::nullopt;
    std::array<nlattr*, NDA_MAX + 1> attributes = {};
    const auto* header = parse<ndmsg, NDA_MAX>(message, attributes);
    if (header == nullptr || (header->ndm_flags & NTF_PROXY) != 0) return std::nullopt;
    const auto address = read_address(header->ndm_family, attributes[NDA_DST]);
    if (!address || address->is_multicast()) return std::nullopt;

    KernelNeighbour neighbour;
    neighbour.interface = header->ndm_ifindex;
    neighbour.address = *address;
    const nlattr* mac = attributes[NDA_LLADDR];
    constexpr unsigned usable = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP;
    if (message.nlmsg_type == RTM_NEWNEIGH && (header->ndm_state & usable) != 0 && mac != nullptr &&
        nla_len(mac) == 6) {
        std::memcpy(neighbour.mac.bytes.data(), nla_data(mac), 6);
        neighbour.usable = !neighbour.mac.is_zero() && !neighbour.mac.is_multicast();
        neighbour.stale = (header->ndm_state & NUD_STALE) != 0;
    }
    return neighbour;
}

std::optional<KernelLink> read_link(const nlmsghdr& message) {
    if (message.nlmsg_type != RTM_NEWLINK && message.nlmsg_type != RTM_DELLINK) return std::nullopt;
    if (message.nlmsg_len < NLMSG_LENGTH(sizeof(ifinfomsg))) return std::nullopt;
    const auto* header = static_cast<const ifinfomsg*>(nlmsg_data(&message));
    // A bridge tells of its members in the same messages; those say nothing about the link itself.
    if (header->ifi_family != AF_UNSPEC) return std::nullopt;
    constexpr unsigned running = IFF_UP | IFF_RUNNING;
    return KernelLink{header->ifi_index, message.nlmsg_type == RTM_NEWLINK, (header->ifi_flags & running) == running};
}

} // namespace sallyport::io
