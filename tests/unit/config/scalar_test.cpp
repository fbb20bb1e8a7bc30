// SPDX-License-Identifier: Apache-2.0
#include "config/finding.hpp"
#include "config/scalar.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;
using namespace std::chrono_literals;

TEST_CASE("integers are decimal or hexadecimal, and nothing else") {
    CHECK(parse_integer("0") == 0);
    CHECK(parse_integer("18446744073709551615") == ~std::uint64_t{0});
    CHECK(parse_integer("0xFFffFFffFFffFFff") == ~std::uint64_t{0});
    for (const char* text :
         {"", "-1", "+1", "007", "0x", "0x-1", "1 ", "1e3", "18446744073709551616", "0b1", "1_000"}) {
        INFO(text);
        CHECK_FALSE(parse_integer(text));
    }
}

TEST_CASE("durations are a whole number and a unit") {
    CHECK(parse_duration("350s") == 350s);
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("4294967295h") == std::chrono::hours(4294967295));
    for (const char* text : {"", "s", "5", "5 s", "-5s", "5S", "4294967296h", "1h30m"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
    CHECK(to_text(24h) == "24h");
    CHECK(to_text(90s) == "90s");
    CHECK(to_text(1500ms) == "1500ms");
    CHECK(to_text(0ms) == "0s");
}

TEST_CASE("port ranges go from low to high") {
    CHECK(parse_port_range("443")->first == 443);
    CHECK(parse_port_range("443")->last == 443);
    CHECK(parse_port_range("0-65535")->last == 65535);
    for (const char* text : {"", "-", "1-", "-1", "2-1", "65536", "1-65536", "1 - 2", "1-2-3"}) {
        INFO(text);
        CHECK_FALSE(parse_port_range(text));
    }
}

TEST_CASE("a matcher is status codes and ranges of them") {
    const auto written = [](std::string_view text) {
        std::string all;
        const auto ranges = parse_status_ranges(text);
        REQUIRE(ranges);
        for (const StatusRange& range : *ranges)
            all += std::to_string(range.first) + ".." + std::to_string(range.last) + " ";
        return all;
    };
    CHECK(written("200") == "200..200 ");
    CHECK(written("200-599") == "200..599 ");
    CHECK(written("200,204,300-310") == "200..200 204..204 300..310 ");
    for (const char* text : {"", ",", "200,", ",200", "200,,204", "199", "600", "199-399", "200-600", "399-200",
                             "200, 204", "200-", "2xx", "200-399-400"}) {
        INFO(text);
        CHECK_FALSE(parse_status_ranges(text));
    }
}

TEST_CASE("a hash key is 16 bytes in hex") {
    CHECK(parse_hash_key("000102030405060708090a0b0c0d0eFF")->back() == 0xff);
    CHECK_FALSE(parse_hash_key("000102030405060708090a0b0c0d0e"));
    CHECK_FALSE(parse_hash_key("000102030405060708090a0b0c0d0e-1"));
}

TEST_CASE("PCI addresses are given their full form") {
    CHECK(parse_pci_address("0000:AF:00.1") == "0000:af:00.1");
    CHECK(parse_pci_address("af:00.1") == "0000:af:00.1");
    CHECK_FALSE(parse_pci_address("0000:af:00.8"));
    CHECK_FALSE(parse_pci_address("0000:af-00.1"));
    CHECK_FALSE(parse_pci_address(""));
}

TEST_CASE("names and interface names keep to their letters") {
    CHECK(is_name("fw-1_b"));
    CHECK_FALSE(is_name("-fw"));
    CHECK_FALSE(is_name(std::string(64, 'a')));
    for (const char* text : {"a", "10.0.0.1", "firewall-1.example", "_health.a-b", "xn--bcher-kva.example"}) {
        INFO(text);
        CHECK(is_host_name(text));
    }
    for (const char* text : {"", ".", "a.", ".a", "a..b", "a:80", "a b", "a/b", "[::1]", "a\r\nb", "b\xc3\xbc"}) {
        INFO(text);
        CHECK_FALSE(is_host_name(text));
    }
    const std::string label(63, 'a');
    CHECK(is_host_name(label + "." + label + "." + label + "." + std::string(61, 'a')));
    CHECK_FALSE(is_host_name(label + "." + label + "." + label + "." + std::string(62, 'a')));
    CHECK_FALSE(is_host_name(label + "a"));
    CHECK(is_interface_name("eth0.100@x"));
    CHECK_FALSE(is_interface_name("a/b"));
    CHECK_FALSE(is_interface_name(".."));
    CHECK_FALSE(is_interface_name("sixteen-letters-"));
}

TEST_CASE("the nearest known word is suggested, and a far one is not") {
    CHECK(nearest("prots", {"routes", "ports"}) == "ports");
    CHECK(nearest("Listeners", {"listeners"}) == "listeners");
    CHECK(nearest("tcp-idle", {"tcp_idle"}) == "tcp_idle");
    CHECK(nearest("completely", {"ports", "routes"}).empty());
    CHECK(nearest("ab", {"tcp", "x"}).empty());
    CHECK(nearest(std::string(1000, 'p'), {"ports"}).empty());
}

TEST_CASE("a finding is one line, whatever the file held") {
    CHECK(format("a.yaml", {.line = 7, .path = "ports.a", .problem = "is wrong", .advice = "mend it"}) ==
          "a.yaml:7: ports.a: is wrong; mend it");
    CHECK(format("a.yaml", {.problem = "is wrong", .warning = true}) == "a.yaml: warning: is wrong");
    CHECK(in_backticks("a\n\x1b[31m\xff") == "`a\\x0a\\x1b[31m\\xff`");
    CHECK(in_backticks(std::string(100, 'a')) == "`" + std::string(60, 'a') + "...`");
}

TEST_CASE("a report keeps its first findings and counts the rest") {
    Report report;
    for (std::size_t i = 0; i < Report::capacity + 3; ++i)
        report.add({.line = 2, .path = "ports.north", .problem = "is wrong"});
    CHECK(report.has_error_under("ports"));
    CHECK_FALSE(report.has_error_under("port"));
    const auto findings = report.take();
    REQUIRE(findings.size() == Report::capacity + 1);
    CHECK(findings.back().problem == "3 more findings are not listed");
    CHECK_FALSE(usable(findings));
}
