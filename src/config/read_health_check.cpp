// SPDX-License-Identifier: Apache-2.0
// How a group's appliances or targets are checked, in ELB's words. A key that says nothing to the check's protocol is a
// fault.
#include "config/grpc_methods.hpp"
#include "config/scalar.hpp"
#include "config/sections.hpp"

#include <algorithm>
#include <array>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_icmp_v6 = 58;

using Protocols = std::vector<Choice<HealthProtocol>>;

const Protocols& appliance_protocols() {
    using enum HealthProtocol;
    static const Protocols protocols = {{"tcp", tcp}, {"http", http}, {"https", https}, {"geneve", geneve}};
    return protocols;
}

const Protocols& target_protocols() {
    using enum HealthProtocol;
    static const Protocols protocols = {{"TCP", tcp}, {"HTTP", http}, {"HTTPS", https}};
    return protocols;
}

/// Which protocols a key says something to.
struct KeyUse {
    std::string_view key;
    std::vector<HealthProtocol> protocols;
};

const std::array<KeyUse, 6>& key_uses() {
    using enum HealthProtocol;
    static const std::array<KeyUse, 6> uses = {{{"port", {tcp, http, https}},
                                                {"path", {http, https}},
                                                {"host", {http, https}},
                                                {"matcher", {http, https}},
                                                {"ca", {https}},
                                                {"probe", {geneve}}}};
    return uses;
}

std::string advice_on(const KeyUse& use, const Protocols& words) {
    if (use.key == "port") return "remove it; a probe's own port is `probe.port`";
    std::string others;
    for (const Choice<HealthProtocol>& each : words) {
        if (std::ranges::find(use.protocols, each.value) == use.protocols.end()) continue;
        others += others.empty() ? "`protocol: " + std::string(each.word) + "`" : " or " + std::string(each.word);
    }
    return "remove it, or write " + others;
}

void check_keys_fit(const Fields& fields, HealthProtocol protocol, const Protocols& words) {
    for (const KeyUse& use : key_uses()) {
        const auto takes = [&](HealthProtocol each) {
            return std::ranges::find(use.protocols, each) != use.protocols.end();
        };
        // One that no protocol of these takes is no key at all, and was told so.
        if (takes(protocol) || std::ranges::none_of(words, takes, &Choice<HealthProtocol>::value)) continue;
        if (const auto value = fields.find(use.key))
            value->fault("says nothing to a check of this `protocol`", advice_on(use, words));
    }
}

/// The path goes into a request line as it is.
void read_request_path(const Value& value, std::string& path) {
    constexpr std::string_view expected = "a path, such as /health, of at most 1024 characters";
    const auto written = value.text(expected);
    if (!written) return;
    const bool fits = written->front() == '/' && written->size() <= 1024 &&
                      std::ranges::all_of(*written, [](char c) { return c > ' ' && c < 0x7f; });
    if (fits) {
        path = *written;
    } else {
        value.fault_is_not("a path of printable characters that begins with `/`", "write " + std::string(expected));
    }
}

void read_host(const Value& value, std::string& host) {
    constexpr std::string_view expected = "a host name without a port, such as firewall.example";
    const auto written = value.text(expected);
    if (!written) return;
    if (is_host_name(*written)) {
        host = *written;
    } else {
        value.fault_is_not("a host name", "write " + std::string(expected));
    }
}

void read_grpc_service(const Value& value, HealthCheck& check) {
    constexpr std::string_view expected = "the name of a service, such as shop.Cart";
    check.grpc_service = value.text(expected).value_or("");
    if (check.path != standard_grpc_method)
        value.fault("is asked of the standard health service, and `path` is another",
                    "remove `path`, or write `path: " + std::string(standard_grpc_method) + "`");
}

/// The standard service answers 0, and what it says of the service counts then.
void read_grpc(const Fields& fields, HealthCheck& check) {
    const bool is_standard = check.path == standard_grpc_method;
    if (is_standard) check.grpc_matcher = {{.first = 0, .last = 0}};
    if (const auto service = fields.find("grpc_service")) read_grpc_service(*service, check);
    const auto matcher = fields.find("matcher");
    if (!matcher) return;
    constexpr std::string_view expected = "codes of gRPC from 0 to 99, such as 12 or \"0,12\"";
    const auto written = matcher->text(expected);
    if (!written) return;
    if (const auto ranges = parse_grpc_ranges(*written)) {
        check.grpc_matcher = *ranges;
    } else {
        matcher->fault_is_not("a list of codes of gRPC", "write " + std::string(expected));
    }
}

void read_matcher(const Value& value, std::vector<StatusRange>& matcher) {
    constexpr std::string_view expected = "status codes from 200 to 599, such as 200-399 or \"200,204,300-310\"";
    const auto written = value.text(expected);
    if (!written) return;
    if (const auto ranges = parse_status_ranges(*written)) {
        matcher = *ranges;
    } else {
        value.fault_is_not("a list of status codes", "write " + std::string(expected));
    }
}

void read_probe_address(const Fields& fields, std::string_view key, IpAddress& out) {
    const auto value = fields.find(key);
    const auto address = value ? value->address() : std::nullopt;
    if (!address) return;
    out = *address;
    if (address->is_unspecified() || address->is_multicast() || address->is_loopback())
        value->fault_is_not("an address that a packet can have here", "write a unicast address, such as 198.18.0.1");
}

/// Nothing is said of families while one of the two addresses could not be read.
void check_probe_families(const Fields& fields, const GeneveProbe& probe) {
    const Report& report = fields.map().report();
    const std::string& path = fields.map().path();
    if (probe.source.family() == probe.destination.family() || report.has_error_under(path + ".source") ||
        report.has_error_under(path + ".destination"))
        return;
    fields.map().fault("has a `source` of one family and a `destination` of the other",
                       "write both, IPv4 or IPv6 (left out, they are 198.18.0.1 and 198.19.0.1)");
}

GeneveProbe read_probe(const Value& value) {
    GeneveProbe probe;
    const Fields fields(value, {"protocol", "source", "destination", "port", "endpoint"});
    fields.choice<std::uint8_t>("protocol", probe.protocol, {{"udp", 17}, {"tcp", 6}, {"icmp", protocol_icmp}});
    read_probe_address(fields, "source", probe.source);
    read_probe_address(fields, "destination", probe.destination);
    check_probe_families(fields, probe);
    const auto port = fields.find("port");
    if (port && probe.protocol == protocol_icmp) {
        port->fault("says nothing to a probe of ICMP", "remove it, or write `protocol: udp` or tcp");
    } else {
        fields.integer("port", probe.port, 1, 65'535);
    }
    if (probe.protocol == protocol_icmp && !probe.source.is_v4()) probe.protocol = protocol_icmp_v6;
    if (const auto endpoint = fields.find("endpoint"))
        probe.endpoint = endpoint->text("the name of an endpoint").value_or("");
    return probe;
}

void read_times(const Fields& fields, HealthCheck& check) {
    fields.duration("interval", check.interval, 100ms, 300s);
    fields.duration("timeout", check.timeout, 50ms, 120s);
    const Value& map = fields.map();
    if (check.timeout <= check.interval || map.report().has_error_under(map.path() + ".interval") ||
        map.report().has_error_under(map.path() + ".timeout"))
        return;
    const bool is_default = !fields.has("timeout");
    fields.find("timeout").value_or(map).fault(
        "has a timeout of " + to_text(check.timeout) + (is_default ? ", the default," : "") + " and an interval of " +
            to_text(check.interval) + ": a check would begin before the last one is over",
        "write a `timeout` of at most " + to_text(check.interval));
}

std::optional<HealthProtocol> read_protocol(const Fields& fields, HealthProtocol otherwise, const Protocols& words) {
    const auto written = fields.find("protocol");
    return written ? written->choice(words) : otherwise;
}

/// What appliances' and targets' checks have in common: all but the port, the probe and the defaults.
void read_check(const Fields& fields, HealthCheck& check, const std::filesystem::path& base) {
    read_times(fields, check);
    fields.integer("healthy_threshold", check.healthy_threshold, 2, 10);
    fields.integer("unhealthy_threshold", check.unhealthy_threshold, 2, 10);
    if (const auto path = fields.find("path")) read_request_path(*path, check.path);
    if (const auto host = fields.find("host")) read_host(*host, check.host);
    if (const auto matcher = fields.find("matcher"); matcher && !check.is_grpc) read_matcher(*matcher, check.matcher);
    if (const auto ca = fields.find("ca"))
        check.ca = read_path(*ca, "the file of certificates to verify against", base).value_or("");
}

void read_target_port(const Value& value, std::uint16_t& port) {
    constexpr std::string_view expected = "traffic-port, or a port from 1 to 65535";
    const auto written = value.text(expected);
    if (!written || *written == "traffic-port") return;
    const std::uint64_t number = parse_integer(*written).value_or(0);
    if (number >= 1 && number <= 65'535) {
        port = static_cast<std::uint16_t>(number);
    } else {
        value.fault_is_not(expected, did_you_mean(*written, {"traffic-port"}, "write " + std::string(expected)));
    }
}

} // namespace

HealthCheck read_health_check(const Value& value, const std::filesystem::path& base) {
    HealthCheck check;
    check.line = value.line();
    const Fields fields(value, {"protocol", "port", "interval", "timeout", "healthy_threshold", "unhealthy_threshold",
                                "path", "host", "matcher", "ca", "probe"});
    if (!fields) return check;
    read_check(fields, check, base);
    fields.integer("port", check.port, 1, 65'535);
    if (const auto probe = fields.find("probe")) check.probe = read_probe(*probe);
    const auto protocol = read_protocol(fields, check.protocol, appliance_protocols());
    if (!protocol) return check;
    check.protocol = *protocol;
    check_keys_fit(fields, check.protocol, appliance_protocols());
    return check;
}

HealthCheck default_target_check() {
    HealthCheck check;
    check.port = 0;
    check.interval = 30s;
    check.timeout = 10s;
    return check;
}

HealthCheck default_http_check(const TargetGroup& group) {
    HealthCheck check;
    check.port = 0;
    check.interval = 30s;
    check.matcher = {{.first = 200, .last = 200}};
    check.protocol = group.tls ? HealthProtocol::https : HealthProtocol::http;
    check.is_grpc = group.http->version == ProtocolVersion::grpc;
    if (check.is_grpc) check.path = elb_grpc_method;
    return check;
}

HealthCheck read_target_check(const Value& value, const TargetGroup& group, const std::filesystem::path& base) {
    HealthCheck check = group.http ? default_http_check(group) : default_target_check();
    check.line = value.line();
    const Fields fields(value, {"protocol", "port", "interval", "timeout", "healthy_threshold", "unhealthy_threshold",
                                "path", "host", "matcher", "ca", "grpc_service"});
    if (!fields) return check;
    const auto protocol = read_protocol(fields, check.protocol, target_protocols());
    if (protocol == HealthProtocol::http && !group.http) check.timeout = 6s;
    if (protocol == HealthProtocol::tcp) check.is_grpc = false;
    if (check.is_grpc && fields.has("grpc_service")) check.path = standard_grpc_method;
    read_check(fields, check, base);
    if (const auto port = fields.find("port")) read_target_port(*port, check.port);
    if (check.is_grpc) {
        read_grpc(fields, check);
    } else if (const auto service = fields.find("grpc_service")) {
        service->fault("says nothing to this check",
                       "remove it, or write `protocol_version: GRPC` in the group, and a check of HTTP or HTTPS");
    }
    if (!protocol) return check;
    check.protocol = *protocol;
    check_keys_fit(fields, check.protocol, target_protocols());
    return check;
}

} // namespace sallyport::config
