// SPDX-License-Identifier: Apache-2.0
#include "firewall/rules.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace sallyport;
using namespace sallyport::appliances;

namespace {

struct BadLine {
    std::string line;
    std::string advice; // part of the finding
};

} // namespace

TEST_CASE("a rule file is read as it is written") {
    const auto parsed = parse_rules("# the lab\n"
                                    "default allow   # at the end\n"
                                    "\n"
                                    "midstream adopt\r\n"
                                    "deny tcp from any to 203.0.113.0/24 port 23\n"
                                    "allow udp from 192.0.2.0/24,198.51.100.7 port 53 to any port 1024-65535,53\n"
                                    "allow icmp\n"
                                    "deny protocol 47 to 2001:db8::/32\n"
                                    "deny tcp to any port 80 containing GET  /secret   # not yours");
    for (const auto& finding : parsed.findings)
        UNSCOPED_INFO(finding.line << ": " << finding.message);
    REQUIRE(parsed.findings.empty());
    CHECK(parsed.rules.otherwise == Action::allow);
    CHECK(parsed.rules.midstream == Midstream::adopt);
    REQUIRE(parsed.rules.rules.size() == 5);
    const auto& [telnet, names, ping, gre] =
        std::tie(parsed.rules.rules[0], parsed.rules.rules[1], parsed.rules.rules[2], parsed.rules.rules[3]);
    CHECK(telnet.action == Action::deny);
    CHECK(telnet.line == 5);
    CHECK(telnet.from == Side{});
    CHECK(telnet.to == Side{{*IpPrefix::parse("203.0.113.0/24")}, {{23, 23}}});
    CHECK(names.from == Side{{*IpPrefix::parse("192.0.2.0/24"), *IpPrefix::parse("198.51.100.7/32")}, {{53, 53}}});
    CHECK(names.to == Side{{}, {{1024, 65535}, {53, 53}}});
    CHECK(ping.protocols == std::vector<std::uint8_t>{1, 58});
    CHECK(gre.protocols == std::vector<std::uint8_t>{47});
    CHECK(parsed.rules.rules[4].containing == "GET /secret");
    CHECK(parsed.rules.rules[4].to == Side{{}, {{80, 80}}});
    CHECK(gre.containing.empty());
    CHECK(gre.text == "deny protocol 47 to 2001:db8::/32");
}

TEST_CASE("nothing is offloaded unless the rules say so") {
    const Rules silent = parse_rules("default allow\n").rules;
    CHECK(silent.offload_after_packets == 0);
    CHECK_FALSE(silent.offload_denied);
    const auto parsed = parse_rules("default allow\noffload allow after 20 packets\noffload deny\n");
    CHECK(parsed.findings.empty());
    CHECK(parsed.rules.offload_after_packets == 20);
    CHECK(parsed.rules.offload_denied);
    const auto twice = parse_rules("default allow\noffload deny\noffload allow after 1 packets\noffload deny\n");
    REQUIRE(twice.findings.size() == 1);
    CHECK(twice.findings[0].message == "`offload deny` is there since line 2: leave one of them out");
}

TEST_CASE("what a line has wrong is said with what to write instead") {
    const auto bad = GENERATE(values<BadLine>({
        {"permit tcp", "`permit` begins no line: write `allow`"},
        {"allow", "the protocol is missing: write any, tcp"},
        {"allow foo", "`foo` is no protocol: write any, tcp"},
        {"allow protocol 256", "`256` is no IP protocol number: write one from 0 to 255"},
        {"allow protocol", "`` is no IP protocol number"},
        {"allow tcp from", "behind `from` an address is missing"},
        {"allow tcp to 192.0.2.300", "`192.0.2.300` is no prefix: write `any`"},
        {"allow tcp to 192.0.2.0/33", "`192.0.2.0/33` is no prefix"},
        {"allow tcp to 192.0.2.1/24", "`192.0.2.1/24` has bits set behind its length: write 192.0.2.0/24"},
        {"allow tcp to any port", "behind `port` a number is missing"},
        {"allow tcp to any port http", "`http` is no port: write 443"},
        {"allow tcp to any port 65536", "`65536` is no port"},
        {"allow tcp to any port 1-", "`1-` is no port"},
        {"allow tcp to any port 90-80", "`90-80` is a range that ends before it begins: write 80-90"},
        {"allow icmp to any port 80", "`port` is only for tcp, udp and sctp"},
        {"allow any to any port 80", "`port` is only for tcp, udp and sctp"},
        {"allow tcp port 80", "`port` needs `from PREFIX` or `to PREFIX` before it"},
        {"allow tcp to any from any", "`from` stands twice or behind `to`"},
        {"allow tcp from any to any log", "nothing is expected at `log`"},
        {"deny tcp to any port 80 containing", "behind `containing` a text is missing"},
        {"allow tcp to any port 80 containing secret", "`containing` is for `deny` alone"},
        {"deny any containing secret", "`containing` is only for tcp and udp"},
        {"allow tcp from 192.0.2.0/24 to 2001:db8::/32", "no packet goes from IPv4 to IPv6"},
        {"default maybe", "write `default allow` or `default deny`"},
        {"default", "write `default allow` or `default deny`"},
        {"midstream", "write `midstream adopt` or `midstream drop`"},
        {"offload", "write `offload allow after 20 packets` or `offload deny`"},
        {"offload deny after 3 packets", "write `offload allow after 20 packets` or `offload deny`"},
        {"offload allow after 3", "write `offload allow after 20 packets` or `offload deny`"},
        {"offload allow after 0 packets", "`0` is no number of packets: write one from 1 to 1000000"},
        {"offload allow after ten packets", "`ten` is no number of packets"},
        {"offload allow after 1000001 packets", "`1000001` is no number of packets"},
    }));
    INFO(bad.line);
    const auto parsed = parse_rules("allow udp\n" + bad.line + "\n");
    REQUIRE(parsed.findings.size() == 1);
    CHECK(parsed.findings[0].line == 2);
    CHECK_THAT(parsed.findings[0].message, Catch::Contains(bad.advice));
}

TEST_CASE("all findings of a file are told at once") {
    const auto parsed =
        parse_rules("allow tcp from 10.0.0.1/8 to any port 0-99999\nperhaps\ndefault deny\ndefault deny\n"
                    "allow icmp\ndeny icmp\n");
    REQUIRE(parsed.findings.size() == 5);
    CHECK(parsed.findings[0].line == 1);
    CHECK(parsed.findings[1].line == 1);
    CHECK(parsed.findings[2].line == 2);
    CHECK(parsed.findings[3].message == "`default` is there since line 3: leave one of them out");
    CHECK(parsed.findings[4].message == "line 5 decides all that this rule matches: leave one of them out");
}

TEST_CASE("a file without any rule, and one that is not there, are findings of the whole file") {
    const auto empty = parse_rules("# nothing\n\n");
    REQUIRE(empty.findings.size() == 1);
    CHECK(empty.findings[0].line == 0);
    CHECK(parse_rules("default deny").findings.empty());
    const auto missing = read_rules("no-such-folder/no-such.rules");
    REQUIRE(missing.findings.size() == 1);
    CHECK_THAT(missing.findings[0].message, Catch::Contains("No such file"));
}
