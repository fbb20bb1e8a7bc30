// SPDX-License-Identifier: Apache-2.0
#include "replay/link_layer.hpp"

#include <catch2/catch.hpp>
#include <pcap/pcap.h>
#include <vector>

using sallyport::replay::is_readable_link_type;
using sallyport::replay::read_link_layer;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A header, and the first byte of an IPv4 packet behind it.
Bytes before_ip(Bytes header) {
    header.push_back(0x45);
    return header;
}

} // namespace

TEST_CASE("each link type leads to the EtherType and to what follows the header") {
    struct Case {
        int link_type;
        Bytes header;
        std::uint16_t ether_type;
    };
    const std::vector<Case> cases = {
        {DLT_RAW, {}, 0x0800},
        {14, {}, 0x0800},
        {101, {}, 0x0800},
        {DLT_IPV4, {}, 0x0800},
        {DLT_IPV6, {}, 0x86dd},
        {DLT_NULL, {2, 0, 0, 0}, 0x0800},
        {DLT_NULL, {0, 0, 0, 2}, 0x0800},
        {DLT_NULL, {30, 0, 0, 0}, 0x86dd},
        {DLT_LOOP, {0, 0, 0, 24}, 0x86dd},
        {DLT_LINUX_SLL, {0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x86, 0xdd}, 0x86dd},
        {DLT_LINUX_SLL2, {0x08, 0x06, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0}, 0x0806},
        {DLT_C_HDLC, {0x0f, 0, 0x08, 0x00}, 0x0800},
    };
    for (const Case& one : cases) {
        INFO("link type " << one.link_type);
        const Bytes record = before_ip(one.header);
        const auto frame = read_link_layer(one.link_type, record);
        REQUIRE(frame);
        CHECK(!frame->is_ethernet);
        CHECK(frame->ether_type == one.ether_type);
        CHECK(frame->bytes.size() == 1);
        CHECK(is_readable_link_type(one.link_type));
        // One byte short of the header is no frame.
        if (one.header.empty()) continue;
        CHECK(!read_link_layer(one.link_type, std::span(record).first(one.header.size() - 1)));
    }
}

TEST_CASE("an Ethernet frame stays as it is, however short") {
    const Bytes record = {1, 2, 3};
    CHECK(read_link_layer(DLT_EN10MB, record)->is_ethernet);
    CHECK(read_link_layer(DLT_EN10MB, record)->bytes.size() == 3);
    CHECK(read_link_layer(DLT_EN10MB, {})->bytes.empty());
}

TEST_CASE("what names no IP version is unreadable") {
    CHECK(!read_link_layer(DLT_RAW, Bytes{}));
    CHECK(!read_link_layer(DLT_RAW, Bytes{0x75}));
    CHECK(!read_link_layer(DLT_NULL, Bytes{7, 0, 0, 0, 0x45}));
    CHECK(!read_link_layer(DLT_IEEE802_11, Bytes(100)));
    CHECK(!is_readable_link_type(DLT_IEEE802_11));
}
