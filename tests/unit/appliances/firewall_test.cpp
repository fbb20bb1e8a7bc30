// SPDX-License-Identifier: Apache-2.0
#include "firewall/firewall.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sallyport;
using namespace sallyport::appliances;
using namespace sallyport::appliances::test;

namespace {

const Ends out{"192.0.2.10", "203.0.113.11"};
const Ends back{"203.0.113.11", "192.0.2.10"};
constexpr Ports there{40000, 443};
constexpr Ports here{443, 40000};
constexpr std::uint8_t syn = tcp_flag::syn;
constexpr std::uint8_t ack = tcp_flag::ack;

constexpr const char* web_only = "default deny\n"
                                 "allow tcp from 192.0.2.0/24 to any port 443\n"
                                 "allow udp from 192.0.2.0/24 to any\n"
                                 "allow icmp from 192.0.2.0/24 to any\n";

/// A firewall with the rules given, and the lines that it told.
struct Bench {
    std::vector<std::string> told;
    Firewall firewall;

    explicit Bench(const std::string& rules, const StateTableSettings& settings = {})
        : firewall(rules_of(rules), settings, [this](const std::string& line) { told.push_back(line); }) {}

    static Rules rules_of(const std::string& text) {
        auto parsed = parse_rules(text);
        for (const auto& finding : parsed.findings)
            FAIL(finding.line << ": " << finding.message);
        return parsed.rules;
    }

    bool passes(const Bytes& packet, Instant now = {}, std::uint64_t endpoint_id = 1) {
        return firewall.inspect(visit_of(packet, endpoint_id), now) == Verdict::pass;
    }

    Verdict verdict(const Bytes& packet, Instant now = {}) { return firewall.inspect(visit_of(packet, 1), now); }

    std::uint64_t count(const std::string& name) const {
        const auto counts = firewall.counts();
        const auto found = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.name == name; });
        REQUIRE(found != counts.end());
        return found->count;
    }
};

} // namespace

TEST_CASE("replies of an allowed flow pass, and only those") {
    Bench bench(web_only);
    CHECK_FALSE(bench.passes(ipv4(back, {}, tcp(here, syn | ack))));
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn))));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, syn | ack))));
    CHECK_FALSE(bench.passes(ipv4(back, {}, tcp({444, 40000}, syn | ack))));
    CHECK_FALSE(bench.passes(ipv4({"203.0.113.12", "192.0.2.10"}, {}, tcp(here, syn | ack))));
    CHECK(bench.count("established") == 1);
    CHECK(bench.count("line 2: allow tcp from 192.0.2.0/24 to any port 443") == 1);
}

TEST_CASE("another tenant with the same addresses has flows of its own") {
    Bench bench(web_only);
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn)), {}, 1));
    CHECK_FALSE(bench.passes(ipv4(back, {}, tcp(here, syn | ack)), {}, 2));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, syn | ack)), {}, 1));
}

TEST_CASE("a rule with a text ends a flow that was allowed, at the packet that has it") {
    Bench bench("default allow\ndeny tcp to any port 80 containing GET /secret\ndeny udp containing secret\n");
    const Ports asks{40000, 80};
    const Ports answers{80, 40000};
    const Bytes request = bytes_of("GET /secret HTTP/1.1\r\n\r\n");
    CHECK(bench.passes(ipv4(out, {}, tcp(asks, syn))));
    CHECK(bench.passes(ipv4(back, {}, tcp(answers, syn | ack))));
    CHECK(bench.passes(ipv4(out, {}, tcp(asks, ack) + bytes_of("GET /public HTTP/1.1\r\n\r\n"))));
    CHECK(bench.passes(ipv4(back, {}, tcp(answers, ack) + request))); // the rule is for the other way
    CHECK(bench.told.empty());
    CHECK_FALSE(bench.passes(ipv4(out, {}, tcp(asks, ack) + bytes_of("xx") + request)));
    CHECK(bench.told == std::vector<std::string>{"denied tcp 192.0.2.10:40000 > 203.0.113.11:80, endpoint "
                                                 "0x0000000000000001, line 2: deny tcp to any port 80 containing GET "
                                                 "/secret"});
    CHECK_FALSE(bench.passes(ipv4(out, {}, tcp(asks, ack))));
    CHECK_FALSE(bench.passes(ipv4(back, {}, tcp(answers, ack))));
    CHECK(bench.count("line 2: deny tcp to any port 80 containing GET /secret") == 3);

    CHECK(bench.passes(ipv4(out, {}, tcp({40001, 80}, syn)))); // others go on
    CHECK(bench.passes(ipv4(out, {}, tcp({40001, 81}, syn) + request)));
    const Ipv4 datagram{.protocol = protocol::udp};
    CHECK(bench.passes(ipv4(out, datagram, udp({1, 53}) + bytes_of("secre"))));
    CHECK_FALSE(bench.passes(ipv4(out, datagram, udp({2, 53}) + bytes_of("secret"))));
}

TEST_CASE("a flow that takes the place of a forbidden one has done nothing wrong") {
    Bench bench("default allow\ndeny tcp containing secret\n");
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn))));
    CHECK_FALSE(bench.passes(ipv4(out, {}, tcp(there, ack) + bytes_of("secret"))));
    CHECK_FALSE(bench.passes(ipv4(out, {}, tcp(there, tcp_flag::rst))));
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn)))); // the next one on the same ports
    CHECK(bench.passes(ipv4(out, {}, tcp(there, ack) + bytes_of("open"))));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, ack))));
}

TEST_CASE("a header that is longer than its packet has no text behind it") {
    Bench bench("default allow\ndeny tcp containing x\n");
    Bytes segment = tcp(there, syn) + bytes_of("x");
    CHECK_FALSE(bench.passes(ipv4(out, {}, segment)));
    segment[12] = 0xF0;
    CHECK(bench.passes(ipv4(out, {}, segment)));
}

TEST_CASE("the first rule that matches decides") {
    Bench bench("default allow\nallow tcp to 203.0.113.11 port 23\ndeny tcp to any port 23\n");
    CHECK(bench.passes(ipv4(out, {}, tcp({1, 23}, syn))));
    CHECK_FALSE(bench.passes(ipv4({"192.0.2.10", "203.0.113.12"}, {}, tcp({1, 23}, syn))));
    CHECK(bench.passes(ipv4(out, {}, tcp({1, 24}, syn))));
    CHECK(bench.count("line 3: deny tcp to any port 23") == 1);
    CHECK(bench.count("default allow") == 1);
}

TEST_CASE("rules with ports do not match packets without") {
    Bench bench("default deny\nallow udp from any port 0-65535 to any\n");
    CHECK(bench.passes(ipv4(out, {.protocol = protocol::udp}, udp({1, 2}))));
    CHECK_FALSE(bench.passes(ipv4(out, {.protocol = protocol::icmp}, icmp(8, 7))));
}

TEST_CASE("a flow is forgotten when it was idle for too long") {
    Bench bench(web_only);
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn)), seconds(0)));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, ack)), seconds(349)));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, ack)), seconds(349 + 349)));
    CHECK_FALSE(bench.passes(ipv4(back, {}, tcp(here, ack)), seconds(349 + 349 + 350)));
    CHECK(bench.passes(ipv4(out, {.protocol = protocol::udp}, udp(there)), seconds(2000)));
    CHECK_FALSE(bench.passes(ipv4(back, {.protocol = protocol::udp}, udp(here)), seconds(2120)));
}

TEST_CASE("a TCP segment without a flow is refused, unless the rules adopt it") {
    Bench strict(web_only);
    CHECK_FALSE(strict.passes(ipv4(out, {}, tcp(there, ack))));
    CHECK(strict.count("tcp_midstream") == 1);
    Bench lenient(std::string("midstream adopt\n") + web_only);
    CHECK_FALSE(lenient.passes(ipv4(back, {}, tcp(here, ack))));
    CHECK(lenient.passes(ipv4(out, {}, tcp(there, ack))));
    CHECK(lenient.passes(ipv4(back, {}, tcp(here, ack))));
}

TEST_CASE("a connection that ended leaves its ports soon, and the rules judge who opens the next one") {
    const std::uint8_t last = GENERATE(tcp_flag::rst, tcp_flag::fin);
    Bench bench(web_only);
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn))));
    CHECK(bench.passes(ipv4(out, {}, tcp(there, tcp_flag::fin | ack))));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, last | ack))));
    CHECK(bench.passes(ipv4(out, {}, tcp(there, ack)), seconds(1)));
    CHECK_FALSE(bench.passes(ipv4(back, {}, tcp(here, syn)), seconds(2)));
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn)), seconds(3)));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, last | ack)), seconds(3)));
}

TEST_CASE("a FIN of one end alone leaves the flow as it is") {
    Bench bench(web_only);
    CHECK(bench.passes(ipv4(out, {}, tcp(there, syn)), seconds(0)));
    CHECK(bench.passes(ipv4(out, {}, tcp(there, tcp_flag::fin | ack)), seconds(0)));
    CHECK(bench.passes(ipv4(back, {}, tcp(here, ack)), seconds(300)));
}

TEST_CASE("echo replies pass because of a request, requests the other way do not") {
    Bench bench(web_only);
    const auto echo = [](const Ends& ends, std::uint8_t type, std::uint16_t id) {
        return ipv4(ends, {.protocol = protocol::icmp}, icmp(type, id));
    };
    CHECK_FALSE(bench.passes(echo(back, 0, 7)));
    CHECK(bench.passes(echo(out, 8, 7)));
    CHECK(bench.passes(echo(back, 0, 7)));
    CHECK_FALSE(bench.passes(echo(back, 0, 8)));
    CHECK_FALSE(bench.passes(echo(back, 8, 7)));
}

TEST_CASE("an ICMP error passes if it is about a known flow of the one it goes to") {
    Bench bench(web_only);
    const Bytes opening = ipv4(out, {}, tcp(there, syn));
    const auto error = [](const Bytes& about, std::string_view to) {
        return ipv4({"198.18.0.1", to}, {.protocol = protocol::icmp},
                    icmp(3, 0, Bytes(about.begin(), about.begin() + 28)));
    };
    CHECK_FALSE(bench.passes(error(opening, "192.0.2.10")));
    CHECK(bench.passes(opening));
    CHECK(bench.passes(error(opening, "192.0.2.10")));
    CHECK_FALSE(bench.passes(error(opening, "192.0.2.11")));
    CHECK_FALSE(bench.passes(error(ipv4(out, {}, tcp({40001, 443}, syn)), "192.0.2.10")));
    CHECK(bench.count("related") == 1);
}

TEST_CASE("later fragments pass behind their first one, within its time") {
    Bench bench(web_only);
    const auto later = [](std::uint16_t id) {
        return ipv4(out, {.protocol = protocol::udp, .fragment = 185, .id = id}, Bytes(100));
    };
    CHECK_FALSE(bench.passes(later(7)));
    CHECK(bench.passes(ipv4(out, {.protocol = protocol::udp, .fragment = 0x2000, .id = 7}, udp(there) + Bytes(1472))));
    CHECK(bench.passes(later(7)));
    CHECK_FALSE(bench.passes(later(8)));
    CHECK_FALSE(bench.passes(later(7), seconds(30)));
    CHECK(bench.count("fragment_without_first") == 3);
}

TEST_CASE("fragments of a denied packet are denied with it") {
    Bench bench("default allow\ndeny udp to any port 443\n");
    CHECK_FALSE(bench.passes(ipv4(out, {.protocol = protocol::udp, .fragment = 0x2000, .id = 7}, udp(there))));
    CHECK_FALSE(bench.passes(ipv4(out, {.protocol = protocol::udp, .fragment = 185, .id = 7}, Bytes(100))));
}

TEST_CASE("a full table denies new flows and keeps the old ones") {
    Bench bench(web_only, {.capacity = 2});
    CHECK(bench.passes(ipv4(out, {}, tcp({1, 443}, syn))));
    CHECK(bench.passes(ipv4(out, {}, tcp({2, 443}, syn))));
    CHECK_FALSE(bench.passes(ipv4(out, {}, tcp({3, 443}, syn))));
    CHECK(bench.passes(ipv4(back, {}, tcp({443, 1}, syn | ack))));
    CHECK(bench.count("state_table_full") == 1);
    CHECK(bench.firewall.flows() == 2);
}

TEST_CASE("what cannot be read is denied and counted, whatever the default is") {
    Bench bench("default allow\n");
    Bytes longer = ipv4(out, {}, tcp(there, syn));
    longer[3] = 0xFF;
    CHECK_FALSE(bench.passes(longer));
    CHECK_FALSE(bench.passes({}));
    Visit arp = visit_of(longer);
    arp.protocol_type = 0x0806;
    CHECK(bench.firewall.inspect(arp, {}) == Verdict::drop);
    CHECK(bench.count("longer_than_packet") == 1);
    CHECK(bench.count("header_truncated") == 1);
    CHECK(bench.count("not_ip") == 1);
}

TEST_CASE("IPv6 is judged by the same rules") {
    Bench bench("default deny\nallow tcp from 2001:db8:1::/48 to any port 443\n");
    const Ends out6{"2001:db8:1::10", "2001:db8:3::11"};
    const Ends back6{"2001:db8:3::11", "2001:db8:1::10"};
    CHECK_FALSE(bench.passes(ipv6(back6, protocol::tcp, tcp(here, syn | ack))));
    CHECK(bench.passes(ipv6(out6, protocol::tcp, tcp(there, syn))));
    CHECK(bench.passes(ipv6(back6, protocol::tcp, tcp(here, syn | ack))));
}

TEST_CASE("a denial is told with its flow and its rule, and not more often than a person can read") {
    Bench bench("default allow\ndeny tcp to any port 23\n");
    for (int i = 0; i < 25; ++i)
        bench.passes(ipv4(out, {}, tcp({40000, 23}, syn)), seconds(5));
    REQUIRE(bench.told.size() == DenialLog::lines_per_second);
    CHECK(
        bench.told[0] ==
        "denied tcp 192.0.2.10:40000 > 203.0.113.11:23, endpoint 0x0000000000000001, line 2: deny tcp to any port 23");
    bench.passes(ipv4(out, {}, tcp({40000, 23}, syn)), seconds(6));
    CHECK_THAT(bench.told.back(), Catch::EndsWith("(15 more not told)"));
    CHECK(bench.count("line 2: deny tcp to any port 23") == 26);
}

TEST_CASE("from the n-th packet of a flow on, of both directions, the rest of it may pass") {
    Bench bench(std::string(web_only) + "offload allow after 3 packets\n");
    CHECK(bench.verdict(ipv4(out, {}, tcp(there, syn))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(back, {}, tcp(here, syn | ack))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(out, {}, tcp(there, ack))) == Verdict::pass_rest);
    CHECK(bench.verdict(ipv4(back, {}, tcp(here, ack))) == Verdict::pass_rest);
    CHECK(bench.verdict(ipv4(out, {}, tcp({40001, 443}, syn))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(out, {}, tcp({40001, 23}, syn))) == Verdict::drop);
}

TEST_CASE("a connection that ends is not offloaded any more, and the next one on its ports counts anew") {
    Bench bench(std::string(web_only) + "offload allow after 2 packets\n");
    CHECK(bench.verdict(ipv4(out, {}, tcp(there, syn))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(back, {}, tcp(here, tcp_flag::rst))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(out, {}, tcp(there, syn))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(back, {}, tcp(here, syn | ack))) == Verdict::pass_rest);
}

TEST_CASE("what the rules deny may be dropped without asking again; what is refused otherwise is asked for each time") {
    Bench bench(std::string(web_only) + "offload deny\n");
    CHECK(bench.verdict(ipv4(out, {}, tcp({40000, 23}, syn))) == Verdict::drop_rest);
    CHECK(bench.verdict(ipv4({"10.0.0.1", "203.0.113.11"}, {.protocol = protocol::udp}, udp(there))) ==
          Verdict::drop_rest);
    CHECK(bench.verdict(ipv4(out, {}, tcp(there, ack))) == Verdict::drop); // midstream
    CHECK(bench.verdict(ipv4(out, {}, tcp(there, syn))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(out, {.protocol = protocol::udp}, Bytes{1})) == Verdict::drop); // malformed
}

TEST_CASE("only a packet that stands for its flow says anything about it: no fragment, echo or error") {
    Bench bench("default deny\nallow udp from 192.0.2.0/24 to any\noffload deny\noffload allow after 1 packets\n");
    CHECK(bench.verdict(ipv4(back, {.protocol = protocol::icmp}, icmp(8, 7))) == Verdict::drop);
    CHECK(bench.verdict(ipv4(back, {.protocol = protocol::icmp}, icmp(3, 0))) == Verdict::drop);
    CHECK(bench.verdict(ipv4(back, {.protocol = protocol::udp, .fragment = 0x2000}, udp(here))) == Verdict::drop);
    CHECK(bench.verdict(ipv4(out, {.protocol = protocol::udp, .fragment = 0x2000}, udp(there))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(out, {.protocol = protocol::udp, .fragment = 0x0001}, udp(there))) == Verdict::pass);
    CHECK(bench.verdict(ipv4(out, {.protocol = protocol::udp}, udp(there))) == Verdict::pass_rest);
}
