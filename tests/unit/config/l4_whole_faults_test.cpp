// SPDX-License-Identifier: Apache-2.0
// What only listeners, target groups and the rest together show to be wrong, or likely not meant.
#include "config/load.hpp"

#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

namespace {

/// A second tenant with a port of its own, and a listener of its own behind those that are there.
std::string with_tenant(const std::string& addresses, const std::string& listener) {
    std::string text = l4_config;
    const auto insert = [&](const std::string& before, const std::string& added) {
        const std::size_t place = text.find(before);
        REQUIRE(place != std::string::npos);
        text.insert(place, added);
    };
    insert("endpoints:\n", "  annex: {interface: gw-annex, addresses: [" + addresses + "]}\n");
    insert("appliance_groups:\n", "  branch: {id: 2, ports: [annex]}\n");
    insert("}\ntarget_groups:", ", endpoint: office");
    insert("flow_log:", "  - {name: extra, endpoint: branch, " + listener + "}\n");
    return text;
}

/// How many there are once a text of l4_config is replaced.
std::size_t findings_with(const std::string& replaced, const char* by) {
    std::string text = l4_config;
    const std::size_t place = text.find(replaced);
    REQUIRE(place != std::string::npos);
    return load_text(text.replace(place, replaced.size(), by), "/").findings.size();
}

} // namespace

TEST_CASE("targets that get in each other's way are found") {
    const FaultCase cases[] = {
        {"an address and port twice", "{address: 203.0.113.12, port: 8081, weight: 2, name: web-2}",
         "{address: 203.0.113.11, name: web-2}", 31, "target_groups.web.targets[1]",
         "has the address and port of targets[0]", "`weight`"},
        {"a name twice", "- {address: 203.0.113.11}", "- {address: 203.0.113.11, name: web-2}", 31,
         "target_groups.web.targets[1].name", "is called `web-2`", "of its own"},
        {"a target that is the gateway", "203.0.113.21", "203.0.113.1", 35, "target_groups.dns.targets[0].address",
         "is the own address of port `south`", "of the target"},
        {"a target that is the gateway to appliances", "203.0.113.21", "198.51.100.1", 35,
         "target_groups.dns.targets[0].address", "is the own address of port `inspect`", "of the target"},
        {"a target among the appliances", "203.0.113.21", "198.51.100.99", 35, "target_groups.dns.targets[0].address",
         "lies in the network of port `inspect`, which is none of endpoint `office`", "endpoint's ports"},
        {"a broadcast address", "203.0.113.21", "203.0.113.255", 35, "target_groups.dns.targets[0].address",
         "network or broadcast address of 203.0.113.0/24", "of a host"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("listeners that get in each other's way are found") {
    const FaultCase cases[] = {
        {"a name twice", "- name: dns", "- name: web", 38, "listeners[1].name", "another listener is called `web`",
         "of its own"},
        {"a place twice", "    port: 53\n    protocol: TCP_UDP\n    default",
         "    port: 80\n    protocol: TCP_UDP\n    default", 38, "listeners[1]",
         "listens at `192.0.2.10`, TCP port 80, as listener `web`", "another address or port"},
        {"the port of GENEVE", "    port: 53\n    protocol: TCP_UDP\n    default",
         "    port: 6081\n    protocol: TCP_UDP\n    default", 41, "listeners[1].port", "port of GENEVE",
         "another port"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("a listener's address that is somebody else's is found") {
    const char* place = "address: 192.0.2.10, port: 80";
    const FaultCase cases[] = {
        {"an appliance's", place, "address: 198.51.100.11, port: 80", 37, "listeners[0].address",
         "is the address of appliance `fw-1`", "nobody has"},
        {"a target's", place, "address: 203.0.113.12, port: 80", 37, "listeners[0].address",
         "is the address of target `web-2` of target group `web`", "nobody has"},
        {"a router's", place, "address: 203.0.113.254, port: 80", 37, "listeners[0].address",
         "is the next hop of the route on line 24", "nobody has"},
        {"the network's own", place, "address: 192.0.2.0, port: 80", 37, "listeners[0].address",
         "network or broadcast address of 192.0.2.0/24", "of a host"},
        {"everybody's", place, "address: 203.0.113.255, port: 80", 37, "listeners[0].address",
         "network or broadcast address of 203.0.113.0/24", "of a host"},
        {"a port's of no endpoint", place, "address: 198.51.100.1, port: 80", 37, "listeners[0].address",
         "own address of port `inspect`, which belongs to no endpoint", "endpoint's ports"},
        {"one among the appliances", place, "address: 198.51.100.77, port: 80", 37, "listeners[0].address",
         "lies in the network of port `inspect`, which belongs to no endpoint", "endpoint's ports"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("two tenants may listen at one address, as long as packets alone tell them apart") {
    const std::string text =
        with_tenant("203.0.113.7/24", "address: 192.0.2.10, port: 80, protocol: TCP, default_action: {forward: web}");
    const Loaded loaded = load_text(text, "/");
    CHECK(loaded.findings.empty());
    const FaultCase proxies[] = {
        {"a proxy at the address of the other's listener", "endpoint: branch, address: 192.0.2.10, port: 80",
         "endpoint: branch, mode: proxy, address: 192.0.2.10, port: 81", 53, "listeners[3].address",
         "is also the address of listener `web` of endpoint `office`", "no other endpoint"},
        {"the address of the other's proxy", "endpoint: branch, address: 192.0.2.10, port: 80",
         "endpoint: branch, address: 192.0.2.1, port: 81", 53, "listeners[3].address",
         "is also the address of listener `tls` of endpoint `office`", "no other endpoint"},
        {"a proxy at the address of the other's port", "endpoint: branch, address: 192.0.2.10, port: 80",
         "endpoint: branch, mode: proxy, address: 203.0.113.1, port: 81", 53, "listeners[3].address",
         "own address of port `south` of endpoint `office`", "no other endpoint"},
        {"an endpoint that could not be read", "endpoint: branch, address: 192.0.2.10, port: 80",
         "endpoint: [branch], mode: proxy, address: 203.0.113.7, port: 81", 53, "listeners[3].endpoint", "is a list",
         "name of an endpoint"},
    };
    check_fault_cases(proxies, text);
}

TEST_CASE("a target behind another tenant's port is found") {
    const std::string text =
        with_tenant("10.9.0.1/16", "address: 10.9.0.10, port: 80, protocol: TCP, default_action: {forward: api}");
    const FaultCase cases[] = {
        {"behind the other's port", "target_groups:\n",
         "target_groups:\n  api: {protocol: TCP, port: 80, targets: [{address: 10.9.0.2}, {address: 203.0.113.31}]}\n",
         28, "target_groups.api.targets[1].address",
         "lies in the network of port `south`, which is none of endpoint `branch`", "endpoint's ports"},
    };
    check_fault_cases(cases, text);
}

TEST_CASE("a target group that can not take what a listener sends is found") {
    constexpr const char* web_group = "    protocol: TCP\n    port: 8080\n";
    constexpr const char* web_line = "port: 80, protocol: TCP, default";
    const FaultCase cases[] = {
        {"both to TCP alone", "forward: dns}", "forward: web}", 43, "listeners[1].default_action.forward",
         "the target group `web` takes TCP alone, and the listener's protocol is TCP_UDP", "`protocol: TCP_UDP`"},
        {"UDP to TCP", web_line, "port: 80, protocol: UDP, default", 37, "listeners[0].default_action.forward",
         "takes TCP alone, and the listener's protocol is UDP", "`protocol: UDP`"},
        {"IPv4 to IPv6", "192.0.2.10, port: 80", "'2001:db8:1::10', port: 80", 37,
         "listeners[0].default_action.forward",
         "has the IPv4 target `203.0.113.11:8080`, and packets of the listener are IPv6", "write `mode: proxy`"},
        {"UDP has no proxy to name", "    address: 192.0.2.10\n", "    address: '2001:db8:1::10'\n", 43,
         "listeners[1].default_action.forward", "has the IPv4 target `203.0.113.21:53`",
         "name a group with IPv6 targets"},
        {"a header without a proxy", web_group, "    protocol: TCP\n    port: 8080\n    proxy_protocol_v2: true\n", 38,
         "listeners[0].default_action.forward", "has `proxy_protocol_v2`", "write `mode: proxy`"},
        {"answers past a proxy", "target_group: dns}", "target_group: direct}", 49,
         "listeners[2].default_action.forward[1].target_group",
         "has `direct_server_return`, and a connection that ends", "`mode: rewrite`"},
        {"answers from another port", "forward: dns}", "forward: direct}", 43, "listeners[1].default_action.forward",
         "has `direct_server_return` and the target `203.0.113.41:54` at port 54", "the port 53"},
    };
    check_fault_cases(std::span(cases).first(5), l4_config);
    const auto with_direct = [](const char* targets) {
        std::string text = l4_config;
        return text.insert(text.find("listeners:\n"),
                           "  direct: {protocol: TCP_UDP, port: 53, direct_server_return: true, targets: " +
                               std::string(targets) + "}\n");
    };
    FaultCase moved = cases[5];
    moved.line += 1;
    // Without a listener the group would be a warning of its own.
    std::string text = with_direct("[{address: 203.0.113.41}]");
    text.insert(text.find("flow_log:"),
                "  - {name: other, address: 192.0.2.11, port: 53, protocol: UDP, default_action: "
                "{forward: direct}}\n");
    check_fault_cases({&moved, 1}, text);
    moved = cases[6];
    moved.line += 1;
    moved.replaced = "default_action: {forward: dns}";
    moved.by = "default_action: {forward: direct}";
    check_fault_cases({&moved, 1}, with_direct("[{address: 203.0.113.41}, {address: 203.0.113.41, port: 54}]"));
}

TEST_CASE("addresses in the place of clients' that the gateway can not have are found") {
    constexpr const char* targets = "    targets: [{address: 203.0.113.21}]";
    const struct {
        const char* sentence;
        const char* sources;
        const char* below;
        const char* problem;
        const char* advice;
    } cases[] = {
        {"a port's own", "203.0.113.1", "[0]", "is the own address of port `south`", "leave `source_addresses` out"},
        {"a listener's", "192.0.2.10", "[0]", "is the address of listener `web`", "of its own"},
        {"a target's", "203.0.113.12", "[0]", "is the address of target `web-2`", "nobody has"},
        {"an appliance's", "198.51.100.12", "[0]", "is the address of appliance `fw-2`", "nobody has"},
        {"a router's", "203.0.113.254", "[0]", "is the next hop of the route on line 24", "nobody has"},
        {"one of the appliances' side", "198.51.100.77", "[0]", "cannot be answered for", "leads to the targets"},
        {"one that is nowhere", "10.1.1.1", "[0]", "cannot be answered for", "leads to the targets"},
        {"the network's own", "203.0.113.0", "[0]", "network or broadcast address", "of a host"},
        {"one given twice", "203.0.113.5, 203.0.113.6, 203.0.113.5", "[2]", "is given twice", "keep one"},
        {"none of the targets' family", "'2001:db8:1::5'", "",
         "holds no IPv4 address, which the target `203.0.113.21:53`", "leave `source_addresses` out"},
    };
    for (const auto& each : cases) {
        const std::string by =
            "    preserve_client_ip: false\n    source_addresses: [" + std::string(each.sources) + "]\n" + targets;
        const std::string path = "target_groups.dns.source_addresses" + std::string(each.below);
        const FaultCase whole[] = {{each.sentence, targets, by.c_str(), 36, path.c_str(), each.problem, each.advice}};
        check_fault_cases(whole, l4_config);
    }
}

TEST_CASE("more pairs of timeouts than flows can tell apart are found") {
    std::string text = l4_config;
    std::string many;
    for (unsigned i = 0; i < 254; ++i)
        many += "  - {name: l-" + std::to_string(i) + ", address: 192.0.2.11, port: " + std::to_string(1000 + i) +
                ", protocol: TCP, tcp_idle_timeout: " + std::to_string(100 + i) +
                "s, default_action: {forward: web}}\n";
    text.insert(text.find("flow_log:"), many);
    const FaultCase cases[] = {
        {"one more than 255", "- name: dns", "- name: names", 36, "listeners", "have 256 different pairs",
         "the same timeouts"},
    };
    // 350 s is the default, which the others have.
    const std::size_t same = text.find("tcp_idle_timeout: 350s");
    REQUIRE(same != std::string::npos);
    CHECK(load_text(text, "/").findings.empty());
    text.replace(same, 22, "tcp_idle_timeout: 700s");
    check_fault_cases(cases, text);
}

TEST_CASE("what of listeners and target groups works and is likely not meant is a warning") {
    constexpr const char* dns_targets = "    targets: [{address: 203.0.113.21}]";
    constexpr const char* web_line = "port: 80, protocol: TCP, default";
    const FaultCase cases[] = {
        {"a group that no listener names", "listeners:\n",
         "  spare: {protocol: TCP, port: 1, targets: [{address: 203.0.113.31}]}\nlisteners:\n", 36,
         "target_groups.spare", "no listener forwards to it", "default_action"},
        {"a group without targets", dns_targets, "    targets: []", 35, "target_groups.dns.targets", "holds no target",
         "add one"},
        {"weights of 0", dns_targets, "    targets: [{address: 203.0.113.21, weight: 0}]", 35,
         "target_groups.dns.targets", "has the weight 0", "1 to 999"},
        {"more healthy targets than there are", dns_targets,
         "    target_group_health: {unhealthy_state_routing: {minimum_healthy_targets: {count: 2}}}\n    targets: "
         "[{address: 203.0.113.21}]",
         35, "target_groups.dns.target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
         "asks for 2 healthy targets, and the group has 1", "write 1 or less"},
        {"a slow start for one", dns_targets, "    slow_start: 30s\n    targets: [{address: 203.0.113.21}]", 35,
         "target_groups.dns.slow_start", "lone target", "add a target"},
        {"source addresses that clients' stand before", dns_targets,
         "    source_addresses: [203.0.113.5]\n    targets: [{address: 203.0.113.21}]", 35,
         "target_groups.dns.source_addresses", "clients of themselves alone", "`preserve_client_ip: false`"},
        {"a target that only the kernel may know", "203.0.113.21", "172.16.0.1", 35,
         "target_groups.dns.targets[0].address", "reached only if the kernel", "add a route"},
        {"a zone that means nothing", "{address: 203.0.113.21}", "{address: 203.0.113.21, zone: a}", 35,
         "target_groups.dns.targets[0].zone", "so targets of every zone take flows", "`cross_zone: true`"},
        {"everybody denied who is allowed", web_line,
         "allow: [10.1.0.0/16], deny: [10.0.0.0/8], port: 80, protocol: TCP, default", 37, "listeners[0].deny",
         "leaves no client", "narrower"},
        {"everybody denied", web_line, "deny: 0.0.0.0/0, port: 80, protocol: TCP, default", 37, "listeners[0].deny",
         "leaves no client", "narrower"},
        {"nobody of the family allowed", web_line, "allow: ['2001:db8::/32'], port: 80, protocol: TCP, default", 37,
         "listeners[0].allow", "leaves no client", "family"},
        {"a limit that is never reached", web_line, "half_open_limit: 1048576, port: 80, protocol: TCP, default", 0,
         "listeners[0].half_open_limit", "more than the 4096 flows", "`flows_per_worker`"},
    };
    check_warning_cases(std::span(cases).first(std::size(cases) - 1), l4_config);
    std::string text = l4_config;
    text.replace(text.find("workers: 2"), 10, "workers: 2, flows_per_worker: 4096");
    FaultCase limit = cases[std::size(cases) - 1];
    limit.line = 37;
    check_warning_cases({&limit, 1}, text);
}

TEST_CASE("a target group that nobody of the gateway's zone is in takes no flows") {
    std::string text = l4_config;
    text.replace(text.find("workers: 2"), 10, "workers: 2, zone: a");
    const FaultCase cases[] = {
        {"all of another zone", "{address: 203.0.113.21}", "{address: 203.0.113.21, zone: b}", 35,
         "target_groups.dns.targets", "no target is in the gateway's zone `a`", "add a target of that zone"},
    };
    check_warning_cases(cases, text);
}

TEST_CASE("what could not be read is not found at fault a second time") {
    const std::string twice =
        "{name: a, address: 192.0.2.10, port: 8, protocol: SCTP, default_action: {forward: web}}\n"
        "  - {name: b, address: 192.0.2.10, port: 9, protocol: SCTP, default_action: {forward: web}}\n  - {name: web, ";
    CHECK(findings_with("{name: web, ", twice.c_str()) == 2); // nor do the two listen at one port
    CHECK(findings_with("[{target_group: web, weight: 9}, {target_group: dns}]", "[{weight: 1}, {weight: 2}]") == 2);
    const FaultCase lone[] = {
        {"a forward, whose group nobody else names", "target_groups:\n",
         "target_groups:\n  web: {protocol: TCP, port: 80, targets: [{address: 203.0.113.31}]}\n"
         "listeners:\n  - name: web\n    address: 192.0.2.10\n    default_action: {}\n    port: 80\n    protocol: "
         "TCP\n",
         30, "listeners[0].default_action.forward", "is missing", "forward: NAME"},
    };
    check_fault_cases(lone, base_config + "target_groups:\n");
    const FaultCase cases[] = {
        {"whether clients' addresses are kept", "    targets: [{address: 203.0.113.21}]",
         "    preserve_client_ip: maybe\n    source_addresses: [203.0.113.5]\n    targets: [{address: 203.0.113.21}]",
         35, "target_groups.dns.preserve_client_ip", "is not true or false", "write true or false"},
        {"a mode of an IPv6 listener", "    address: 192.0.2.1\n    port: 443\n    protocol: TCP\n    mode: proxy",
         "    address: '2001:db8:1::1'\n    port: 443\n    protocol: TCP\n    mode: prox", 48, "listeners[2].mode",
         "rewrite or proxy", "did you mean `proxy`?"},
        {"a protocol of a group", "    protocol: TCP\n    port: 8080\n", "    protocol: SCTP\n    port: 8080\n", 27,
         "target_groups.web.protocol", "is not TCP", "write TCP, UDP, TCP_UDP, TLS"},
        {"a protocol of a listener", "port: 53\n    protocol: TCP_UDP\n    default",
         "port: 80\n    protocol: TCPUDP\n    default", 42, "listeners[1].protocol", "is not TCP",
         "did you mean `TCP_UDP`?"},
        {"a mode", "mode: proxy", "mode: proxi", 48, "listeners[2].mode", "rewrite or proxy", "did you mean `proxy`?"},
        {"a port of a group", "port: 8080", "port: 0", 28, "target_groups.web.port", "1 to 65535", "1 to 65535"},
        {"a target's address", "203.0.113.21", "203.0.113.256", 35, "target_groups.dns.targets[0].address",
         "is not an IP address", "such as"},
        {"a listener's address", "192.0.2.10, port: 80", "192.0.2.256, port: 80", 37, "listeners[0].address",
         "is not an IP address", "such as"},
    };
    check_fault_cases(cases, l4_config);
}

TEST_CASE("what only looks wrong is not found at fault") {
    // Behind a route of the file.
    CHECK(findings_with("203.0.113.21", "10.1.2.3") == 0);
    // The header of a trusted upstream names the client.
    CHECK(findings_with("    mode: proxy\n", "    mode: proxy\n    deny: 0.0.0.0/0\n") == 1);
    CHECK(findings_with("    mode: proxy\n",
                        "    mode: proxy\n    deny: 0.0.0.0/0\n    proxy_protocol_from: 192.0.2.7\n") == 0);
    // One address and port for TCP and another listener's UDP.
    CHECK(findings_with("port: 80, protocol: TCP, default_action: {forward: web}",
                        "port: 443, protocol: UDP, default_action: {forward: dns}") == 0);
}

TEST_CASE("more targets than a gateway has positions for are found") {
    std::string groups = "target_groups:\n";
    std::string listeners = "listeners:\n";
    for (unsigned i = 0; i < 32; ++i) {
        const std::string name = "g-" + std::to_string(i);
        groups += "  " + name + ": {protocol: TCP, port: 1, targets: [";
        for (unsigned port = 1; port <= (i == 31 ? 256U : 1024U); ++port)
            groups += "{address: 203.0.113.31, port: " + std::to_string(port) + "}, ";
        groups += "]}\n";
        listeners += "  - {name: " + name + ", address: 192.0.2.10, port: " + std::to_string(i + 1) +
                     ", protocol: TCP, default_action: {forward: " + name + "}}\n";
    }
    const std::string text = base_config + groups + listeners;
    CHECK(load_text(text, "/").findings.empty());
    std::string more = text;
    more.insert(more.find("]}\nlisteners:"), "{address: 203.0.113.31, port: 257}");
    const Loaded loaded = load_text(more, "/");
    REQUIRE(loaded.findings.size() == 1);
    CHECK(loaded.findings[0].path == "target_groups");
    CHECK_THAT(loaded.findings[0].problem, Catch::Contains("32001 targets in all, more than 32000"));
}
