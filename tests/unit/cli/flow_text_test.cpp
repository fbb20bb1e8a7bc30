// SPDX-License-Identifier: Apache-2.0
#include "cli/flow_text.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using cli::parse_flow_text;

namespace {

std::string reread(std::string_view text) {
    const auto flow = parse_flow_text(text);
    return flow ? cli::to_string(*flow) : flow.error().message;
}

std::string complaint(std::string_view text) {
    const auto flow = parse_flow_text(text);
    return flow ? "" : flow.error().message;
}

} // namespace

TEST_CASE("a flow is read as it is written") {
    const auto flow = parse_flow_text("tcp 192.0.2.10:40000 > 203.0.113.11:443");
    REQUIRE(flow);
    CHECK(flow->protocol == 6);
    CHECK(flow->source.to_string() == "192.0.2.10");
    CHECK(flow->source_port == 40000);
    CHECK(flow->destination.to_string() == "203.0.113.11");
    CHECK(flow->destination_port == 443);

    for (const char* text :
         {"tcp 192.0.2.10:40000 > 203.0.113.11:443", "udp 192.0.2.10:0 > 203.0.113.11:65535",
          "icmp 192.0.2.10 > 203.0.113.9", "47 192.0.2.10 > 203.0.113.9",
          "tcp [2001:db8:1::10]:40000 > [2001:db8:3::11]:443", "icmpv6 2001:db8:1::10 > 2001:db8:3::11"}) {
        CHECK(reread(text) == text);
    }
}

TEST_CASE("blanks do not matter, and brackets are free where there is no port") {
    CHECK(reread("  tcp\t192.0.2.10:1>203.0.113.11:2 ") == "tcp 192.0.2.10:1 > 203.0.113.11:2");
    CHECK(reread("icmp [2001:db8:1::10] > 2001:db8:3::11") == "icmpv6 2001:db8:1::10 > 2001:db8:3::11");
}

TEST_CASE("icmp between IPv6 addresses is ICMPv6") {
    CHECK(parse_flow_text("icmp 2001:db8:1::10 > 2001:db8:3::11")->protocol == 58);
    CHECK(parse_flow_text("1 2001:db8:1::10 > 2001:db8:3::11")->protocol == 1);
}

TEST_CASE("what is wrong is said, with an example") {
    const std::pair<const char*, const char*> wrong[] = {
        {"", "is empty"},
        {"tcp", "PROTOCOL SOURCE > DESTINATION"},
        {"tcp 192.0.2.10:1 203.0.113.11:2", "PROTOCOL SOURCE > DESTINATION"},
        {"tcp > 192.0.2.10:1 > 203.0.113.11:2", "PROTOCOL SOURCE > DESTINATION"},
        {"tcp 192.0.2.10:1 > 203.0.113.11:2 now", "PROTOCOL SOURCE > DESTINATION"},
        {"http 192.0.2.10:1 > 203.0.113.11:2", "no protocol that is known"},
        {"256 192.0.2.10 > 203.0.113.11", "no protocol that is known"},
        {"tcp 192.0.2.10 > 203.0.113.11:2", "no port in `192.0.2.10`"},
        {"tcp 192.0.2.10:65536 > 203.0.113.11:2", "0 to 65535"},
        {"tcp 192.0.2.10: > 203.0.113.11:2", "0 to 65535"},
        {"tcp 192.0.2.10:+1 > 203.0.113.11:2", "0 to 65535"},
        {"tcp 192.0.2.300:1 > 203.0.113.11:2", "no IP address before its port"},
        {"tcp [192.0.2.10]:1 > 203.0.113.11:2", "no IP address before its port"},
        {"tcp []:1 > 203.0.113.11:2", "no IP address before its port"},
        {"tcp 2001:db8::1:443 > [2001:db8::2]:443", "without brackets or port"},
        {"tcp [2001:db8::1] > [2001:db8::2]:443", "without brackets or port"},
        {"tcp 192.0.2.10:1 > [2001:db8::2]:443", "one IP version to the other"},
        {"icmp 192.0.2.10:1 > 203.0.113.11", "not an IP address"},
    };
    for (const auto& [text, problem] : wrong) {
        INFO(text);
        CHECK_THAT(complaint(text), Catch::Contains(problem) && Catch::Contains("write it like '"));
    }
}
