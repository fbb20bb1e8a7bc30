// SPDX-License-Identifier: Apache-2.0
// What only the whole configuration can show to be wrong, and what the file as a whole can be.
#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

TEST_CASE("a name that stands for nothing is found where it is used") {
    const FaultCase cases[] = {
        {"a port", "ports: [north, south]", "ports: [north, sotuh]", 7, "endpoints.office.ports[1]", "the port `sotuh`",
         "did you mean `south`?"},
        {"a group", "[firewalls, sensors]", "[firewalls, sensors, honeypots]", 18, "chains.perimeter[2]",
         "the appliance group `honeypots`", "under `appliance_groups`"},
        {"a chain", "destination_port: 443}, chain: perimeter", "destination_port: 443}, chain: perimetre", 21,
         "policy[1].chain", "the chain `perimetre`", "did you mean `perimeter`?"},
        {"an endpoint in a rule", "{protocol: icmp}", "{endpoint: offices}", 20, "policy[0].match.endpoint",
         "the endpoint `offices`", "did you mean `office`?"},
    };
    check_fault_cases(cases);
}

TEST_CASE("ports that get in each other's way are found") {
    const FaultCase cases[] = {
        {"two ports on one interface", "interface: gw-south", "interface: gw-north", 5, "ports.south",
         "uses interface `gw-north`, untagged, as port `north` does", "`vlan`"},
        {"two ports on one VLAN", "  south: {interface: gw-south,",
         "  spare: {interface: gw-south, vlan: 7}\n  south: {interface: gw-south, vlan: 7,", 6, "ports.south.vlan",
         "uses interface `gw-south`, VLAN 7, as port `spare` does", "`vlan`"},
        {"two drivers for one interface", "  south: {interface: gw-south,",
         "  spare: {interface: gw-south, vlan: 7}\n  south: {interface: gw-south, driver: af_xdp,", 6,
         "ports.south.driver", "differs from the driver of port `spare`", "same `driver`"},
        {"two ports on one PCI device", "  south: {interface: gw-south,",
         "  spare: {pci: '0000:03:00.0'}\n  south: {pci: '03:00.0',", 6, "ports.south", "PCI device `0000:03:00.0`",
         "`vlan`"},
        {"two ports that write one file", "  south: {interface: gw-south,",
         "  spare: {pcap: {input: a, output: o}}\n  south: {vlan: 3, pcap: {input: b, output: o},", 6,
         "ports.south.pcap", "writes the file that port `spare` writes", "same two files"},
        {"a host link as a device", "interface: gw-south", "interface: sp-north", 5, "ports.south.interface",
         "is the host link of port `north`", "rename the port"},
        {"an address given twice", "[203.0.113.1/24]", "[203.0.113.1/24, 203.0.113.1/25]", 5,
         "ports.south.addresses[1]", "`203.0.113.1` is given twice", "keep one"},
        {"one endpoint's ports with overlapping networks", "[203.0.113.1/24]", "[203.0.113.1/24, 192.0.2.129/25]", 5,
         "ports.south.addresses[1]", "the network 192.0.2.128/25 overlaps 192.0.2.0/24 of port `north`", "of its own"},
        {"two ports of no endpoint with overlapping networks", "  south: {",
         "  spare: {null: true, addresses: [198.51.100.2/25]}\n  south: {", 5, "ports.spare.addresses[0]",
         "the network 198.51.100.0/25 overlaps 198.51.100.0/24 of port `inspect`", "of its own"},
    };
    check_fault_cases(cases);
}

TEST_CASE("what two endpoints claim is found") {
    const FaultCase cases[] = {
        {"an id", "  south: {interface: gw-south, addresses: [203.0.113.1/24]}\nendpoints:\n",
         "  south: {interface: gw-south, addresses: [203.0.113.1/24]}\n  spare: {null: true}\nendpoints:\n"
         "  lab: {id: 0x2b8ee1d4db0c51c4, ports: [spare]}\n",
         9, "endpoints.office.id", "is the id of endpoint `lab` too", "of its own"},
        {"a port", "  office: {id", "  lab: {id: 1, ports: [north]}\n  office: {id", 8, "endpoints.office.ports[0]",
         "belongs to endpoint `lab` already", "`vlan`"},
        {"a port twice in one endpoint", "[north, south]", "[north, south, north]", 7, "endpoints.office.ports[2]",
         "stands here twice", "once"},
    };
    check_fault_cases(cases);
}

TEST_CASE("appliances that cannot serve are found") {
    constexpr const char* second = "appliance_groups.firewalls.appliances[1].address";
    const FaultCase cases[] = {
        {"a name twice in a group", "name: fw-2", "name: fw-1", 13, "appliance_groups.firewalls.appliances[1].name",
         "another appliance of the group is called `fw-1`", "of its own"},
        {"an address twice in a group", "198.51.100.12", "198.51.100.11", 13, second,
         "is the address of appliance `fw-1`", "`weight`"},
        {"nobody takes a flow", "emulate: pass", "weight: 0", 15, "appliance_groups.sensors.appliances",
         "every appliance has the weight 0", "1 to 999"},
        {"an address of the gateway's own", "198.51.100.12", "198.51.100.1", 13, second, "the gateway's own",
         "of the appliance"},
        {"an address that nothing leads to", "198.51.100.12", "10.9.9.9", 13, second, "cannot be reached", "a route"},
        {"an address of another family than the port's", "198.51.100.12", "'2001:db8:3::1'", 13, second,
         "cannot be reached", "a route"},
        {"an appliance among the tenants", "198.51.100.12", "203.0.113.12", 13, second, "network of port `south`",
         "belongs to no endpoint"},
        {"a broadcast address", "198.51.100.12", "198.51.100.255", 13, second, "broadcast address of 198.51.100.0/24",
         "of the appliance"},
        {"a port too small for any packet over IPv4", "mtu: 1600", "mtu: 1347", 4, "ports.inspect.mtu",
         "1280 bytes in 68 bytes", "write 1348 or more"},
        {"a port too small for any packet over IPv6", "mtu: 1600", "mtu: 1367", 4, "ports.inspect.mtu",
         "does not hold the 1500 bytes of port `north` in 68 bytes", "write 1568 or more"},
    };
    check_fault_cases(std::span(cases).first(std::size(cases) - 1));
    check_warning_cases(std::span(cases).last(1));
}

TEST_CASE("routes that lead nowhere are found") {
    const FaultCase cases[] = {
        {"a next hop out of reach", "203.0.113.254", "203.0.114.254", 24, "routes[0].via", "cannot be reached",
         "`addresses`"},
        {"a next hop out of the endpoint's reach", "via: 203.0.113.254", "via: 198.51.100.9, endpoint: office", 24,
         "routes[0].via", "in no network of a port of endpoint `office`", "`addresses`"},
        {"a next hop in two tenants' networks",
         "  south: {interface: gw-south, addresses: [203.0.113.1/24]}\nendpoints:\n",
         "  south: {interface: gw-south, addresses: [203.0.113.1/24]}\n"
         "  spare: {null: true, addresses: [203.0.113.1/24]}\nendpoints:\n  lab: {id: 1, ports: [spare]}\n",
         26, "routes[0].via", "more than one endpoint", "endpoint: NAME"},
        {"the gateway as its own next hop", "203.0.113.254", "203.0.113.1", 24, "routes[0].via", "gateway's own",
         "router"},
        {"a destination twice", "  - {to: 10.0.0.0/8, via: 203.0.113.254}",
         "  - {to: 10.0.0.0/8, via: 192.0.2.254}\n  - {to: 10.0.0.0/8, via: 203.0.113.254}", 25, "routes[1].to",
         "already, on line 24", "keep one"},
    };
    check_fault_cases(cases);
}

TEST_CASE("what works and is likely not meant is a warning") {
    const FaultCase cases[] = {
        {"a group that no chain visits", "[firewalls, sensors]", "[firewalls]", 14, "appliance_groups.sensors",
         "is in no chain", "remove it"},
        {"a chain that no rule names", "  perimeter: [", "  quick: [sensors]\n  perimeter: [", 18, "chains.quick",
         "in no rule", "chain: quick"},
        {"a port that does not hold the other ports' packets", "mtu: 1600", "mtu: 1567", 4, "ports.inspect.mtu",
         "does not hold the 1500 bytes of port `north`", "write 1568 or more"},
        {"a port by default as large as the others", ", mtu: 1600", "", 4, "ports.inspect.mtu",
         "an mtu of 1500 does not hold", "write 1568 or more"},
    };
    check_warning_cases(cases);
}

TEST_CASE("a file that is no configuration says so") {
    const FaultCase cases[] = {
        {"an unknown section", "routes:", "rutes:", 23, "rutes", "is not a key", "did you mean `routes`?"},
        {"an empty policy",
         "policy:\n  - {match: {protocol: icmp}, chain: none}\n"
         "  - {match: {protocol: tcp, destination: 203.0.113.0/24, destination_port: 443}, chain: perimeter}\n"
         "  - {chain: perimeter}\n",
         "policy: []\n", 19, "policy", "every new flow would be dropped", "chain: NAME"},
        {"a policy that is not there",
         "policy:\n  - {match: {protocol: icmp}, chain: none}\n"
         "  - {match: {protocol: tcp, destination: 203.0.113.0/24, destination_port: 443}, chain: perimeter}\n"
         "  - {chain: perimeter}\n",
         "", 1, "policy", "is missing", "every new flow would be dropped"},
        {"an empty file", "", "", 0, "", "holds no configuration", "`ports`"},
        {"a file of comments", "", "# nothing\n", 0, "", "holds no configuration", "`ports`"},
        {"a list", "", "- a\n", 1, "", "is a list where a map belongs", "gateway"},
        {"a key given twice", "workers: 2,", "workers: 2, workers: 3,", 1, "gateway.workers", "a second time",
         "keep one"},
        {"a section given twice", "routes:", "gateway: {}\nroutes:", 23, "gateway", "a second time", "keep one"},
        {"what is not YAML", "workers: 2,", "workers: 2,\n\t- ]", 2, "", "is not YAML", "brackets"},
        {"an anchor", "name: lab", "name: &a lab", 1, "", "anchors", "write each value out"},
        {"an alias", "name: lab", "name: *a", 1, "", "is not YAML from here on: the referenced anchor", "indentation"},
        {"a tag", "name: lab", "name: !!str lab", 1, "", "tags", "without the tag"},
        {"a second document", "routes:", "---\nroutes:", 23, "", "second YAML document", "one document"},
        {"a map as a key", "name: lab", "{a: b}: lab", 1, "", "where a key is expected", "plain word"},
        {"a list as a key", "name: lab", "[a]: lab", 1, "", "where a key is expected", "plain word"},
    };
    check_fault_cases(cases);
}
