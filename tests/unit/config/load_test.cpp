// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"
#include "config/load.hpp"
#include "config/lookup.hpp"

#include "base_config.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace sallyport;
using namespace sallyport::config;
using namespace std::chrono_literals;

namespace {

Loaded load(const std::string& text) {
    return load_text(text, "/etc/sallyport");
}

/// A file that is gone when the test is.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text) {
        std::string name = (std::filesystem::temp_directory_path() / "sallyport-config-XXXXXX").string();
        const int file = ::mkstemp(name.data());
        REQUIRE(file >= 0);
        ::close(file);
        path_ = name;
        std::ofstream(path_) << text;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

} // namespace

TEST_CASE("a good configuration is read whole") {
    const Loaded loaded = load(base_config);
    CHECK(loaded.findings.empty());
    REQUIRE(loaded.usable());
    const Config& config = loaded.config;
    CHECK(config.gateway.name == "lab");
    CHECK(config.gateway.workers == 2);
    CHECK(config.gateway.admin == "/etc/sallyport/admin.sock");
    CHECK(config.gateway.timeouts.udp == 5min);
    CHECK(config.gateway.timeouts.tcp_idle == 350s);

    REQUIRE(config.ports.size() == 3);
    CHECK(config.ports[0].name == "north");
    CHECK(std::get<KernelInterface>(config.ports[0].device).interface == "gw-north");
    REQUIRE(config.ports[0].addresses.size() == 2);
    CHECK(config.ports[0].addresses[1].to_string() == "2001:db8:1::1/64");
    CHECK(config.ports[1].mtu == 1600);
    CHECK(config.ports[2].mtu == 1500);
    CHECK(config.ports[2].line == 5);

    REQUIRE(config.endpoints.size() == 1);
    CHECK(config.endpoints[0].id == 0x2b8ee1d4db0c51c4);
    CHECK(config.endpoints[0].ports == std::vector<std::string>{"north", "south"});

    REQUIRE(config.appliance_groups.size() == 2);
    REQUIRE(config.appliance_groups[0].appliances.size() == 2);
    CHECK(config.appliance_groups[0].appliances[1].weight == 2);
    CHECK(config.appliance_groups[0].appliances[1].address.to_string() == "198.51.100.12");
    CHECK(config.appliance_groups[0].appliances[1].line == 13);
    CHECK(config.appliance_groups[1].appliances[0].emulate->kind == EmulationKind::pass);

    REQUIRE(config.chains.size() == 1);
    CHECK(config.chains[0].groups == std::vector<std::string>{"firewalls", "sensors"});
    REQUIRE(config.policy.size() == 3);
    CHECK(config.policy[0].match.protocols == std::vector<std::uint8_t>{1, 58});
    CHECK_FALSE(config.policy[0].chain);
    CHECK(config.policy[1].match.destination_ports.at(0).first == 443);
    CHECK(config.policy[2].chain == "perimeter");
    CHECK(config.policy[2].line == 22);
    REQUIRE(config.routes.size() == 1);
    CHECK(owner_of(config, config.routes[0]).endpoint == &config.endpoints[0]);
    CHECK(owner_of(config, config.routes[0]).port == &config.ports[2]);

    CHECK(find_port(config, "south") == &config.ports[2]);
    CHECK(find_endpoint(config, "office") == &config.endpoints[0]);
    CHECK(find_group(config, "sensors") == &config.appliance_groups[1]);
    CHECK(find_chain(config, "perimeter") == &config.chains[0]);
    CHECK(find_chain(config, "none") == nullptr);
    CHECK(endpoint_of(config, "inspect") == nullptr);
}

TEST_CASE("every key that there is can be written") {
    const Loaded loaded = load(R"(
gateway:
  name: all-keys
  busy_poll: true
  hugepages: never
  packet_buffers: 0x1000
  flows_per_worker: 4096
  pending_packets: 16
  timeouts: {tcp_idle: 6000s, tcp_half_open: 500ms, tcp_closing: 1s, udp: 2m, other: 1h}
  tcp_midstream: adopt
  hash_key: 000102030405060708090a0b0c0d0e0f
ports:
  a: {interface: eth0, driver: af_packet, mac: 02:00:5e:00:53:01}
  b: {interface: eth0, driver: af_packet, vlan: 100, addresses: [fe80::1/64, 10.0.0.0/31, 10.0.0.2/32]}
  c: {pci: 03:00.0, addresses: [fe80::1/64, "2001:db8::1/127"]}
  d: {pcap: {input: in.pcap, output: /tmp/out.pcap}, mtu: 9216, addresses: [198.51.100.1/24, "2001:db8:9::1/64"]}
  e: {'null': true}
  f: {null: true}
endpoints:
  one: {id: 1, ports: [a, b, c]}
  two: {id: 18446744073709551615, ports: [e]}
appliance_groups:
  g:
    stickiness: two_tuple
    appliances:
      - {name: x, address: 172.16.5.5, weight: 0, emulate: {firewall: {rules: rules/x.txt}}}
      - {name: y, address: "2001:db8:9::2", weight: 999}
chains: {c: [g]}
policy:
  - match:
      endpoint: one
      direction: northbound
      protocol: [tcp, udp]
      source: [10.0.0.0/8, "2001:db8::/32"]
      destination: "2001:db8::/32"
      source_port: 1024-65535
      destination_port: [53, 8000-8999]
    chain: c
  - {match: {destination_port: 25}, chain: none}
  - {match: {protocol: [sctp, 47]}, chain: c}
  - {match: {}, chain: none}
routes:
  - {to: 172.16.0.0/12, via: 198.51.100.254}
  - {to: 0.0.0.0/0, via: 10.0.0.1, endpoint: one}
)");
    for (const Finding& finding : loaded.findings)
        INFO(format("FILE", finding));
    CHECK(loaded.findings.empty());
    const Config& config = loaded.config;
    CHECK(config.gateway.hash_key->at(15) == 15);
    CHECK(config.gateway.hugepages == Hugepages::never);
    CHECK(config.gateway.tcp_midstream == TcpMidstream::adopt);
    CHECK(config.gateway.busy_poll);
    CHECK(config.gateway.packet_buffers == 4096);
    REQUIRE(config.ports.size() == 6);
    CHECK(std::get<KernelInterface>(config.ports[0].device).driver == Driver::af_packet);
    CHECK(config.ports[0].mac->to_string() == "02:00:5e:00:53:01");
    CHECK(config.ports[1].vlan == 100);
    CHECK(std::get<PciDevice>(config.ports[2].device).address == "0000:03:00.0");
    CHECK(std::get<PcapDevice>(config.ports[3].device).input == "/etc/sallyport/in.pcap");
    CHECK(std::get<PcapDevice>(config.ports[3].device).output == "/tmp/out.pcap");
    CHECK(std::holds_alternative<NullDevice>(config.ports[4].device));
    CHECK(std::holds_alternative<NullDevice>(config.ports[5].device));
    CHECK(config.appliance_groups[0].stickiness == Stickiness::two_tuple);
    CHECK(config.appliance_groups[0].appliances[0].emulate->rules == "/etc/sallyport/rules/x.txt");
    const Match& match = config.policy[0].match;
    CHECK(match.endpoint == "one");
    CHECK(match.direction == Direction::northbound);
    CHECK(match.protocols == std::vector<std::uint8_t>{6, 17});
    CHECK(match.sources.size() == 2);
    CHECK(match.destination_ports.at(1).last == 8999);
    CHECK(config.policy[2].match.protocols == std::vector<std::uint8_t>{132, 47});
    CHECK(owner_of(config, config.routes[0]).kind == RouteOwner::Kind::appliance_side);
}

TEST_CASE("a rule that asks for a port without a protocol is for TCP and UDP") {
    const Loaded loaded = load("ports: {a: {null: true}}\nendpoints: {e: {id: 1, ports: [a]}}\n"
                               "policy: [{match: {destination_port: 53}, chain: none}]\n");
    CHECK(loaded.findings.empty());
    CHECK(loaded.config.policy.at(0).match.protocols == std::vector<std::uint8_t>{6, 17});
}

TEST_CASE("tenants may use the same addresses") {
    const Loaded loaded = load("ports:\n"
                               "  a: {interface: eth0, vlan: 10, addresses: [10.0.0.1/24]}\n"
                               "  b: {interface: eth0, vlan: 20, addresses: [10.0.0.1/24]}\n"
                               "endpoints: {one: {id: 1, ports: [a]}, two: {id: 2, ports: [b]}}\n"
                               "policy: [{chain: none}]\n"
                               "routes:\n"
                               "  - {to: 0.0.0.0/0, via: 10.0.0.9, endpoint: one}\n"
                               "  - {to: 0.0.0.0/0, via: 10.0.0.9, endpoint: two}\n");
    CHECK(loaded.findings.empty());
}

TEST_CASE("several faults are all found, in the order of lines") {
    const Loaded loaded = load(R"(gateway: {workers: 99, metrics: x}
ports:
  North: {interface: gw-north, mtu: 100}
  a-very-long-name: {interface: x/y}
endpoints:
  office: {id: 0, ports: [north]}
appliance_groups:
  g: {stickines: five_tuple, appliances: [{name: a, address: nowhere}]}
chains:
  c: [g, h]
policy:
  - {chain: d}
routes:
  - {to: 10.0.0.1/8, via: 1.2.3.4, endpoint: nobody}
)");
    const std::pair<int, const char*> expected[] = {
        {1, "gateway.metrics"},
        {1, "gateway.workers"},
        {3, "ports.North"},
        {3, "ports.North.mtu"},
        {4, "ports.a-very-long-name"},
        {4, "ports.a-very-long-name.interface"},
        {6, "endpoints.office.id"},
        {6, "endpoints.office.ports[0]"},
        {8, "appliance_groups.g.stickines"},
        {8, "appliance_groups.g.appliances[0].address"},
        {10, "chains.c[1]"},
        {12, "policy[0].chain"},
        {14, "routes[0].to"},
        {14, "routes[0].endpoint"},
    };
    REQUIRE(loaded.findings.size() == std::size(expected));
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        CHECK(loaded.findings[i].line == expected[i].first);
        CHECK(loaded.findings[i].path == expected[i].second);
    }
    CHECK_FALSE(loaded.usable());
}

TEST_CASE("sections without entries are found") {
    const Loaded loaded = load("ports: {}\nendpoints: {a: {id: 1, ports: [p]}}\npolicy: [{chain: none}]\n");
    REQUIRE(loaded.findings.size() == 2);
    CHECK(loaded.findings[0].path == "ports");
    CHECK(loaded.findings[0].problem == "holds no port");
    CHECK(loaded.findings[1].path == "endpoints.a.ports[0]");
}

TEST_CASE("every rule behind one that matches everything is found") {
    Config config;
    config.policy.resize(3);
    config.policy[0].line = 7;
    const Findings findings = check_policy(config);
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].path == "policy[1]");
    CHECK(findings[1].path == "policy[2]");
    CHECK(findings[1].problem == "can never match: the rule on line 7 matches every flow before it");
}

TEST_CASE("all groups together hold no more appliances than a roster has positions for") {
    Config config;
    config.appliance_groups.resize(32);
    for (ApplianceGroup& group : config.appliance_groups)
        group.appliances.resize(1000);
    CHECK(check_appliances(config).empty());
    config.appliance_groups[7].appliances.resize(1001);
    const Findings findings = check_appliances(config);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].path == "appliance_groups");
    CHECK(findings[0].problem == "holds 32001 appliances in all, more than 32000");
}

TEST_CASE("the costlier encapsulation over IPv6 is counted") {
    std::string text = base_config;
    text.replace(text.find("198.51.100.12"), 13, "'2001:db8:2::12'");
    CHECK(load(text).findings.empty());
    text.replace(text.find("mtu: 1600"), 9, "mtu: 1367");
    const Loaded loaded = load(text);
    REQUIRE(loaded.findings.size() == 1);
    CHECK_FALSE(loaded.usable());
    CHECK(loaded.findings[0].advice == "write 1368 or more");
}

TEST_CASE("a file is read, and paths in it start from its folder") {
    const TemporaryFile file(base_config);
    const Loaded loaded = load_file(file.path());
    CHECK(loaded.findings.empty());
    CHECK(loaded.config.gateway.admin == (std::filesystem::temp_directory_path() / "admin.sock").string());
}

TEST_CASE("what cannot be read is a finding") {
    CHECK_THAT(load_file("/nonexistent/sallyport.yaml").findings.at(0).problem, Catch::Contains("No such file"));
    CHECK_THAT(load_file("/").findings.at(0).problem, Catch::Contains("Is a directory"));
    CHECK_THAT(load_file("/dev/zero").findings.at(0).problem, Catch::Contains("4 MiB"));
    const TemporaryFile large(std::string(5U << 20U, '\n'));
    CHECK_THAT(load_file(large.path()).findings.at(0).problem, Catch::Contains("larger than 4 MiB"));
}

TEST_CASE("texts made to be costly are refused in time") {
    const auto repeated = [](std::string_view unit) {
        std::string text;
        while (text.size() + unit.size() < 1'000'000)
            text += unit;
        return text;
    };
    for (const char* unit :
         {"[", "{",     "{a: ", "- ", "? ", "a:\n ", "&a ",  "*a ", "!a ",  "[]\n,", "\"", "'",
          "%", "---\n", "\t",   "a,", ": ", "|\n",   "<<: ", "x",   "\xff", "\\",    "#",  "a: b\n"}) {
        INFO(unit);
        const Loaded loaded = load(repeated(unit));
        CHECK_FALSE(loaded.usable());
        CHECK(loaded.findings.size() <= Report::capacity + 1);
    }
    std::string bomb = "a: &a [x, x]\n";
    for (char c = 'b'; c <= 'z'; ++c)
        bomb +=
            std::string(1, c) + ": &" + c + " [*" + static_cast<char>(c - 1) + ", *" + static_cast<char>(c - 1) + "]\n";
    CHECK_THAT(load(bomb).findings.at(0).problem, Catch::Contains("anchors"));
    std::string deep;
    for (int i = 0; i < 40; ++i)
        deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    CHECK_THAT(load(deep).findings.at(0).problem, Catch::Contains("nested more than 32 deep"));
    CHECK_THAT(load("a: [" + repeated("x,") + "]").findings.at(0).problem, Catch::Contains("500000 values"));
}
