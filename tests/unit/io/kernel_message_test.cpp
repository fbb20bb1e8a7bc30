// SPDX-License-Identifier: Apache-2.0
#include "io/kernel_message.hpp"

#include <catch2/catch.hpp>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <memory>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

using namespace sallyport;

namespace {

using Message = std::unique_ptr<nl_msg, decltype(&nlmsg_free)>;

template <typename Header>
Message message(int type, Header header) {
    Message made(nlmsg_alloc_simple(type, 0), nlmsg_free);
    nlmsg_append(made.get(), &header, sizeof header, NLMSG_ALIGNTO);
    return made;
}

void put(const Message& to, int attribute, const std::string& text) {
    const IpAddress address = *IpAddress::parse(text);
    const auto& bytes = address.bytes();
    nla_put(to.get(), attribute, address.is_v4() ? 4 : 16, bytes.data() + (address.is_v4() ? 12 : 0));
}

rtmsg unicast(std::uint8_t family, std::uint8_t length) {
    return {.rtm_family = family, .rtm_dst_len = length, .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST};
}

Message route_message(rtmsg header) {
    Message made = message(RTM_NEWROUTE, header);
    put(made, RTA_DST, header.rtm_family == AF_INET ? "10.1.0.0" : "2001:db8:1::");
    put(made, RTA_GATEWAY, header.rtm_family == AF_INET ? "192.0.2.1" : "2001:db8::1");
    nla_put_u32(made.get(), RTA_OIF, 7);
    nla_put_u32(made.get(), RTA_PRIORITY, 1024);
    return made;
}

auto read(const Message& from) {
    return io::read_route(*nlmsg_hdr(from.get()));
}

Message neighbour_message(int type, int state, std::uint8_t flags = 0) {
    Message made = message(type, ndmsg{.ndm_family = AF_INET,
                                       .ndm_ifindex = 7,
                                       .ndm_state = static_cast<std::uint16_t>(state),
                                       .ndm_flags = flags});
    put(made, NDA_DST, "192.0.2.1");
    const std::uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
    nla_put(made.get(), NDA_LLADDR, 6, mac);
    return made;
}

auto read_neighbour(const Message& from) {
    return io::read_neighbour(*nlmsg_hdr(from.get()));
}

} // namespace

TEST_CASE("a unicast route of the main table is read, IPv4 and IPv6") {
    const auto v4 = read(route_message(unicast(AF_INET, 16)));
    REQUIRE(v4);
    CHECK(v4->destination.to_string() == "10.1.0.0/16");
    CHECK(v4->metric == 1024);
    REQUIRE(v4->hops.size() == 1);
    CHECK(v4->hops[0].interface == 7);
    CHECK(v4->hops[0].gateway.to_string() == "192.0.2.1");
    const auto v6 = read(route_message(unicast(AF_INET6, 48)));
    REQUIRE(v6);
    CHECK(v6->destination.to_string() == "2001:db8:1::/48");
}

TEST_CASE("a default route has no destination attribute and keeps its family") {
    const Message made = message(RTM_NEWROUTE, unicast(AF_INET6, 0));
    nla_put_u32(made.get(), RTA_OIF, 7);
    const auto route = read(made);
    REQUIRE(route);
    CHECK(route->destination.to_string() == "::/0");
    CHECK(route->hops[0].gateway.is_unspecified());
    CHECK_FALSE(route->hops[0].gateway.is_v4());
}

TEST_CASE("routes that say nothing about forwarding are passed over") {
    rtmsg header = unicast(AF_INET, 16);
    SECTION("local") {
        header.rtm_type = RTN_LOCAL;
    }
    SECTION("broadcast") {
        header.rtm_type = RTN_BROADCAST;
    }
    SECTION("blackhole") {
        header.rtm_type = RTN_BLACKHOLE;
    }
    SECTION("another table") {
        header.rtm_table = RT_TABLE_LOCAL;
    }
    SECTION("a router advertisement's") {
        header.rtm_protocol = RTPROT_RA;
    }
    SECTION("a redirect's") {
        header.rtm_protocol = RTPROT_REDIRECT;
    }
    SECTION("a cached copy") {
        header.rtm_flags = RTM_F_CLONED;
    }
    SECTION("a dead next hop") {
        header.rtm_flags = RTNH_F_DEAD;
    }
    SECTION("another family") {
        header.rtm_family = AF_MPLS;
    }
    CHECK_FALSE(read(route_message(header)));
}

TEST_CASE("a table above 255 stands in an attribute") {
    const Message made = route_message(unicast(AF_INET, 16));
    nla_put_u32(made.get(), RTA_TABLE, 1000);
    CHECK_FALSE(read(made));
}

TEST_CASE("a multipath route has all its living hops") {
    const Message made = message(RTM_NEWROUTE, unicast(AF_INET, 0));
    struct {
        rtnexthop hop;
        nlattr attribute;
        std::uint8_t gateway[4];
    } hops[3] = {};
    for (std::uint8_t i = 0; i < 3; ++i) {
        hops[i].hop.rtnh_len = sizeof hops[i];
        hops[i].hop.rtnh_ifindex = 7 + i;
        hops[i].attribute = {.nla_len = 8, .nla_type = RTA_GATEWAY};
        hops[i].gateway[0] = 10;
        hops[i].gateway[3] = i;
    }
    hops[1].hop.rtnh_flags = RTNH_F_DEAD;
    nla_put(made.get(), RTA_MULTIPATH, sizeof hops, hops);
    const auto route = read(made);
    REQUIRE(route);
    REQUIRE(route->hops.size() == 2);
    CHECK(route->hops[0].gateway.to_string() == "10.0.0.0");
    CHECK(route->hops[1].interface == 9);
}

TEST_CASE("a neighbour may be used in every state in which the kernel would use it") {
    for (const int state : {NUD_REACHABLE, NUD_STALE, NUD_DELAY, NUD_PROBE, NUD_PERMANENT, NUD_NOARP}) {
        const auto neighbour = read_neighbour(neighbour_message(RTM_NEWNEIGH, state));
        REQUIRE(neighbour);
        CHECK(neighbour->usable);
        CHECK(neighbour->stale == (state == NUD_STALE));
        CHECK(neighbour->mac.to_string() == "02:00:00:00:00:09");
    }
    for (const int state : {NUD_INCOMPLETE, NUD_FAILED, NUD_NONE}) {
        CHECK_FALSE(read_neighbour(neighbour_message(RTM_NEWNEIGH, state))->usable);
    }
}

TEST_CASE("a deleted neighbour may not be used, and a proxy is none") {
    CHECK_FALSE(read_neighbour(neighbour_message(RTM_DELNEIGH, NUD_REACHABLE))->usable);
    CHECK_FALSE(read_neighbour(neighbour_message(RTM_NEWNEIGH, NUD_PERMANENT, NTF_PROXY)));
}

TEST_CASE("a link is up when it has a carrier too") {
    const auto link = [](int type, unsigned flags) {
        const Message made = message(type, ifinfomsg{.ifi_index = 7, .ifi_flags = flags});
        return io::read_link(*nlmsg_hdr(made.get()));
    };
    constexpr unsigned up = 0x1;
    constexpr unsigned running = 0x40;
    CHECK(link(RTM_NEWLINK, up | running)->up);
    CHECK_FALSE(link(RTM_NEWLINK, up)->up);
    CHECK_FALSE(link(RTM_DELLINK, up | running)->present);
}
