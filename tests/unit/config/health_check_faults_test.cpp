// SPDX-License-Identifier: Apache-2.0
// Faults of a health check: out of ELB's bounds, without meaning for its protocol, or at odds with itself.
#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

namespace {

/// Each as the health check of the firewalls, on line 10.
void check_health_faults(std::span<const KeyFault> faults) {
    check_key_faults({.replaced = "stickiness: five_tuple",
                      .before = "health_check: ",
                      .behind = "",
                      .line = 10,
                      .path = "appliance_groups.firewalls.health_check"},
                     faults);
}

} // namespace

TEST_CASE("faults of a health check's values are found where they are") {
    const KeyFault faults[] = {
        {"a check is a map", "tcp", "", "is a single value where a map belongs", "protocol"},
        {"a check has known keys", "{intervall: 1s}", ".intervall", "is not a key", "did you mean `interval`?"},
        {"a protocol is known", "{protocol: HTTP}", ".protocol", "tcp, http, https or geneve", "`http`?"},
        {"one fault of the protocol is enough", "{protocol: ping, path: /}", ".protocol", "`ping`", "geneve"},
        {"a port is not 0", "{port: 0}", ".port", "1 to 65535", "1 to 65535"},
        {"an interval too short", "{interval: 99ms}", ".interval", "100ms to 5m", "100ms to 5m"},
        {"an interval too long", "{interval: 301s}", ".interval", "100ms to 5m", "100ms to 5m"},
        {"a timeout too short", "{timeout: 49ms}", ".timeout", "50ms to 2m", "50ms to 2m"},
        {"a timeout too long", "{interval: 300s, timeout: 121s}", ".timeout", "50ms to 2m", "50ms to 2m"},
        {"a threshold too low", "{healthy_threshold: 1}", ".healthy_threshold", "2 to 10", "2 to 10"},
        {"a threshold too high", "{unhealthy_threshold: 11}", ".unhealthy_threshold", "2 to 10", "2 to 10"},
        {"a path begins at the root", "{protocol: http, path: health}", ".path", "begins with `/`", "/health"},
        {"a path has no spaces", "{protocol: http, path: '/a b'}", ".path", "printable", "/health"},
        {"a path has no letters beyond ASCII", "{protocol: http, path: \"/\\xfc\"}", ".path", "printable", "/health"},
        {"a host has no port", "{protocol: http, host: 'a.example:80'}", ".host", "is not a host name",
         "firewall.example"},
        {"a matcher is of status codes", "{protocol: http, matcher: 2xx}", ".matcher", "is not a list of status codes",
         "200,204,300-310"},
        {"a matcher begins at 200", "{protocol: https, matcher: 100-399}", ".matcher", "`100-399`", "200 to 599"},
        {"a file has a name", "{protocol: https, ca: ''}", ".ca", "is empty", "certificates"},
    };
    check_health_faults(faults);
}

TEST_CASE("a check that begins before the last one is over is found") {
    const KeyFault faults[] = {
        {"a timeout longer than the interval", "{interval: 1s, timeout: 1001ms}", ".timeout",
         "a timeout of 1001ms and an interval of 1s", "a `timeout` of at most 1s"},
        {"the default timeout longer than the interval", "{interval: 1s}", "", "a timeout of 5s, the default,",
         "a `timeout` of at most 1s"},
        {"a timeout longer than the default interval", "{timeout: 11s}", ".timeout", "an interval of 10s",
         "a `timeout` of at most 10s"},
    };
    check_health_faults(faults);
}

TEST_CASE("a key that says nothing to the check's protocol is found") {
    const KeyFault faults[] = {
        {"a path for TCP", "{protocol: tcp, path: /}", ".path", "says nothing", "`protocol: http` or https"},
        {"TCP is the default", "{path: /}", ".path", "says nothing", "`protocol: http` or https"},
        {"a host for TCP", "{host: a}", ".host", "says nothing", "http"},
        {"a matcher for TCP", "{matcher: 200}", ".matcher", "says nothing", "http"},
        {"certificates for TCP", "{ca: a.pem}", ".ca", "says nothing", "`protocol: https`"},
        {"certificates for HTTP", "{protocol: http, ca: a.pem}", ".ca", "says nothing", "`protocol: https`"},
        {"a probe for TCP", "{probe: {}}", ".probe", "says nothing", "`protocol: geneve`"},
        {"a probe for HTTP", "{protocol: http, probe: {}}", ".probe", "says nothing", "`protocol: geneve`"},
        {"a probe for HTTPS", "{protocol: https, probe: {}}", ".probe", "says nothing", "`protocol: geneve`"},
        {"a port for GENEVE", "{protocol: geneve, port: 80}", ".port", "says nothing", "`probe.port`"},
        {"a path for GENEVE", "{protocol: geneve, path: /}", ".path", "says nothing", "http"},
        {"a host for GENEVE", "{protocol: geneve, host: a}", ".host", "says nothing", "http"},
        {"a matcher for GENEVE", "{protocol: geneve, matcher: 200}", ".matcher", "says nothing", "http"},
        {"certificates for GENEVE", "{protocol: geneve, ca: a.pem}", ".ca", "says nothing", "https"},
    };
    check_health_faults(faults);
}

TEST_CASE("faults of a probe are found where they are") {
    const KeyFault faults[] = {
        {"a probe is a map", "{protocol: geneve, probe: udp}", ".probe", "where a map belongs", "protocol, source"},
        {"a probe has known keys", "{protocol: geneve, probe: {to: 192.0.2.1}}", ".probe.to", "is not a key",
         "known are"},
        {"a probe's protocol is known", "{protocol: geneve, probe: {protocol: sctp}}", ".probe.protocol",
         "udp, tcp or icmp", "udp"},
        {"an address is one", "{protocol: geneve, probe: {source: here}}", ".probe.source", "is not an IP address",
         "such as"},
        {"an address is unicast", "{protocol: geneve, probe: {destination: 224.0.0.1}}", ".probe.destination",
         "that a packet can have here", "198.18.0.1"},
        {"a loopback address goes nowhere", "{protocol: geneve, probe: {source: 127.0.0.1}}", ".probe.source",
         "that a packet can have here", "198.18.0.1"},
        {"the addresses are of one family", "{protocol: geneve, probe: {source: '2001:db8::1'}}", ".probe",
         "`source` of one family", "write both"},
        {"one of the two addresses is at fault", "{protocol: geneve, probe: {source: '2001:db8::1', destination: x}}",
         ".probe.destination", "is not an IP address", "such as"},
        {"the other one is at fault", "{protocol: geneve, probe: {source: x, destination: '2001:db8::1'}}",
         ".probe.source", "is not an IP address", "such as"},
        {"a port is not 0", "{protocol: geneve, probe: {port: 0}}", ".probe.port", "1 to 65535", "1 to 65535"},
        {"ICMP has no ports", "{protocol: geneve, probe: {protocol: icmp, port: 7}}", ".probe.port",
         "says nothing to a probe of ICMP", "remove it"},
        {"an endpoint is one", "{protocol: geneve, probe: {endpoint: offices}}", ".probe.endpoint",
         "names the endpoint `offices`, which there is not", "did you mean `office`?"},
    };
    check_health_faults(faults);
}
