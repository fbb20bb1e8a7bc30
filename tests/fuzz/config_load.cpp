// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as a configuration: the loader ends, every finding fits on one line and stands in the file, and what
// is called usable holds together.
#include "config/http_faults.hpp"
#include "config/load.hpp"
#include "config/lookup.hpp"

#include <algorithm>
#include <cstdlib>

using namespace sallyport::config;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_finding(const Finding& finding, long lines) {
    require(finding.line >= 0 && finding.line <= lines + 1);
    require(!finding.problem.empty() && !finding.advice.empty());
    const std::string line = format("FILE", finding);
    require(std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

void check_group(const Config& config, const ApplianceGroup& group) {
    require(std::ranges::any_of(group.appliances, [](const Appliance& each) { return each.weight > 0; }));
    const bool is_mirror = group.mode == GroupMode::mirror;
    require(!is_mirror || (group.on_unhealthy != Failover::reset && group.on_deregistered != Failover::reset));
    require(!is_mirror || (!group.verdicts && !group.passive_check));
    if (!group.health_check) return;
    const HealthCheck& check = *group.health_check;
    require(!is_mirror || check.protocol != HealthProtocol::geneve);
    require(check.timeout <= check.interval && check.timeout.count() > 0 && check.port > 0);
    require(!check.matcher.empty() && check.path.starts_with('/'));
    require(check.probe.source.family() == check.probe.destination.family());
    require(check.probe.endpoint.empty() || find_endpoint(config, check.probe.endpoint) != nullptr);
}

void check_target_group(const TargetGroup& group) {
    require(group.port > 0 && group.targets.size() <= 1024);
    require(!group.direct_server_return || group.preserve_client_ip);
    require(group.unhealthy_draining.count() == 0 || !group.unhealthy_termination);
    for (const Target& target : group.targets) {
        require(target.port > 0 && !target.name.empty() && !target.address.is_unspecified());
        require(std::ranges::count(group.targets, target.name, &Target::name) == 1);
    }
    if (!group.health_check) return;
    const HealthCheck& check = *group.health_check;
    require(check.protocol != HealthProtocol::geneve && check.timeout <= check.interval && check.timeout.count() > 0);
}

void check_forward(const Config& config, const Listener& listener, const std::vector<ForwardShare>& forward) {
    require(!forward.empty() && forward.size() <= 5);
    require(std::ranges::any_of(forward, [](const ForwardShare& each) { return each.weight > 0; }));
    for (const ForwardShare& share : forward) {
        const TargetGroup* const group = find_target_group(config, share.target_group);
        require(group != nullptr);
        require(listener.http.has_value() == group->http.has_value());
        require(!group->tls || listener.tls || listener.http);
        require(group->protocol == listener.protocol || group->protocol == L4Protocol::tcp_udp);
        if (listener.mode == ListenerMode::proxy) {
            require(!group->direct_server_return);
            continue;
        }
        require(!group->proxy_protocol_v2);
        for (const Target& target : group->targets)
            require(target.address.family() == listener.address.family());
    }
}

void check_action(const Config& config, const Listener& listener, const Action& action) {
    if (const auto* const forward = std::get_if<ForwardAction>(&action))
        check_forward(config, listener, forward->shares);
    require(!fault_of(action));
}

void check_http(const Config& config, const Listener& listener, const HttpServer& server) {
    check_action(config, listener, server.default_action);
    require(server.rules.size() <= 100);
    std::uint32_t before = 0;
    for (const HttpRule& rule : server.rules) {
        require(rule.priority > before && !fault_of(rule));
        before = rule.priority;
        check_action(config, listener, rule.action);
    }
    for (const std::vector<HeaderChange>* const changes : {&server.request_headers, &server.response_headers})
        require(std::ranges::none_of(*changes, [](const HeaderChange& each) { return fault_of(each).has_value(); }));
    for (const auto& [status, page] : server.error_pages)
        require(status >= 400 && status <= 599 && page.body.size() <= 65'536);
    require(server.access_log.empty() || std::ranges::count(config.http_logs, server.access_log, &HttpLog::name) == 1);
}

void check_tls(const TlsServer& server) {
    require(!server.certificates.empty());
    for (const Certificate& each : server.certificates)
        require(!each.certificate.empty() && !each.key.empty());
    require((server.mutual.mode == MutualTls::verify) == !server.mutual.trust_store.empty());
}

void check_listener(const Config& config, const Listener& listener) {
    require(!listener.name.empty() && listener.port > 0 && home_of(config, listener) != nullptr);
    require(std::ranges::count(config.listeners, listener.name, &Listener::name) == 1);
    require(listener.mode == ListenerMode::rewrite || listener.protocol == L4Protocol::tcp);
    require(listener.mode == ListenerMode::proxy || listener.rules.empty());
    if (listener.tls) check_tls(*listener.tls);
    require(listener.mode == ListenerMode::proxy || (!listener.tls && !listener.http));
    if (listener.http) {
        check_http(config, listener, *listener.http);
        return;
    }
    check_forward(config, listener, listener.forward);
    for (const ListenerRule& rule : listener.rules) {
        require(!rule.server_names.empty());
        check_forward(config, listener, rule.forward);
    }
}

void check_usable(const Config& config) {
    require(!config.ports.empty() && !config.endpoints.empty() && !config.policy.empty());
    for (const Endpoint& endpoint : config.endpoints) {
        require(endpoint.id != 0 && !endpoint.ports.empty());
        for (const std::string& port : endpoint.ports)
            require(endpoint_of(config, port) == &endpoint && find_port(config, port) != nullptr);
    }
    for (const Chain& chain : config.chains) {
        require(!chain.groups.empty() && chain.groups.size() <= 8);
        for (const std::string& group : chain.groups)
            require(find_group(config, group) != nullptr);
    }
    for (const ApplianceGroup& group : config.appliance_groups)
        check_group(config, group);
    for (const PolicyRule& rule : config.policy) {
        require(!rule.chain || find_chain(config, *rule.chain) != nullptr);
        require(rule.match.is_decrypted_leg || rule.match.target_groups.empty());
        for (const std::string& group : rule.match.target_groups)
            require(find_target_group(config, group) != nullptr);
    }
    for (const Route& route : config.routes)
        require(owner_of(config, route).port != nullptr);
    for (const TargetGroup& group : config.target_groups)
        check_target_group(group);
    for (const Listener& listener : config.listeners)
        check_listener(config, listener);
    for (const ExtraAddress& extra : extra_addresses(config))
        require(find_port(config, extra.port) != nullptr);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const long lines = std::ranges::count(text, '\n') + std::ranges::count(text, '\r');
    const Loaded loaded = load_text(text, "/");
    for (const Finding& finding : loaded.findings)
        check_finding(finding, lines);
    if (loaded.usable()) check_usable(loaded.config);
    return 0;
}
