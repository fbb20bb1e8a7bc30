// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include "config/checks.hpp"
#include "config/document.hpp"
#include "config/file_text.hpp"
#include "config/http_sections.hpp"
#include "config/sections.hpp"

#include <algorithm>
#include <set>
#include <system_error>

namespace sallyport::config {

namespace {

namespace fs = std::filesystem;

Config read_sections(const Node& root, const fs::path& base, Report& report) {
    Config config;
    const Fields fields(Value(root, "", report),
                        {"gateway", "ports", "endpoints", "appliance_groups", "chains", "policy", "routes",
                         "target_groups", "listeners", "flow_log", "http", "http_logs"});
    if (const auto gateway = fields.find("gateway")) config.gateway = read_gateway(*gateway, base);
    if (const auto ports = fields.require("ports", "add the ports, such as `north: {interface: eth1}`"))
        config.ports = read_ports(*ports, base);
    if (const auto endpoints =
            fields.require("endpoints", "add an endpoint, such as `office: {id: 0x1, ports: [north, south]}`"))
        config.endpoints = read_endpoints(*endpoints, config.gateway);
    if (const auto groups = fields.find("appliance_groups"))
        config.appliance_groups = read_appliance_groups(*groups, base);
    if (const auto chains = fields.find("chains")) config.chains = read_chains(*chains);
    if (const auto policy =
            fields.require("policy", "every new flow would be dropped without it; write `- {chain: NAME}`"))
        config.policy = read_policy(*policy);
    if (const auto routes = fields.find("routes")) config.routes = read_routes(*routes);
    if (const auto groups = fields.find("target_groups")) config.target_groups = read_target_groups(*groups, base);
    if (const auto listeners = fields.find("listeners")) config.listeners = read_listeners(*listeners, base);
    if (const auto log = fields.find("flow_log")) config.flow_log = read_flow_log(*log, base);
    if (const auto http = fields.find("http")) config.http = read_http_settings(*http, base);
    if (const auto logs = fields.find("http_logs")) config.http_logs = read_http_logs(*logs, base);
    return config;
}

/// A check that builds on what could not be read would find faults that are not there. An error at a port's link says
/// nothing about its addresses.
bool addressing_was_read(const Report& report) {
    const auto spoils = [](const Finding& finding) {
        const std::string_view path = finding.path;
        if (finding.warning) return false;
        if (path.starts_with("endpoints") || path.starts_with("routes")) return true;
        if (!path.starts_with("ports")) return false;
        return !std::ranges::any_of(
            std::initializer_list<std::string_view>{".mtu", ".mac", ".vlan", ".driver", ".interface", ".pci", ".null"},
            [&](std::string_view key) { return path.ends_with(key); });
    };
    return std::ranges::none_of(report.findings(), spoils);
}

class Checking {
public:
    Checking(const Config& config, const Node& root, Report& report) : config_(config), root_(root), report_(report) {
        for (const Finding& finding : report.findings())
            misread_.insert(finding.path);
    }

    void run(Findings (*check)(const Config&)) {
        for (Finding& finding : check(config_)) {
            // What could not be read stands at its default, which is nobody's fault.
            if (misread_.contains(finding.path)) continue;
            const Node& node = locate(root_, finding.path);
            finding.line = node.line;
            finding.column = node.column;
            report_.add(std::move(finding));
        }
    }

private:
    const Config& config_;
    const Node& root_;
    Report& report_;
    std::set<std::string> misread_;
};

void check_whole(const Config& config, const Node& root, Report& report) {
    const bool addressing = addressing_was_read(report);
    const bool policy = !report.has_error_under("policy");
    Checking checking(config, root, report);
    checking.run(check_references);
    checking.run(check_ports);
    checking.run(check_endpoints);
    checking.run(check_appliances);
    checking.run(check_behaviour);
    checking.run(check_target_groups);
    checking.run(check_listeners);
    checking.run(check_forwards);
    checking.run(check_http);
    checking.run(check_files);
    if (!report.has_error_under("gateway.zone")) checking.run(check_zones);
    if (addressing && !report.has_error_under("endpoints")) {
        checking.run(check_reachability);
        checking.run(check_routes);
        checking.run(check_l4_addresses);
    }
    if (policy) checking.run(check_policy);
    if (!report.has_error_under("policy") && !report.has_error_under("chains")) checking.run(check_unused);
    if (report.has_error_under("listeners")) return;
    checking.run(check_unused_target_groups);
    if (policy && !report.has_error_under("chains")) checking.run(check_decrypted_legs);
}

Loaded failed(std::string problem, std::string advice) {
    Loaded loaded;
    loaded.findings.push_back({.problem = std::move(problem), .advice = std::move(advice)});
    return loaded;
}

Loaded load(std::string_view text, const fs::path& base) {
    Loaded loaded;
    Report report;
    const std::optional<Node> root = parse_document(text, report);
    if (root && root->kind == Node::Kind::null) {
        report.add({.problem = "holds no configuration", .advice = "write at least `ports`, `endpoints` and `policy`"});
    } else if (root) {
        std::error_code ignored;
        const fs::path absolute = fs::absolute(base.empty() ? "." : base, ignored);
        loaded.config = read_sections(*root, absolute, report);
        check_whole(loaded.config, *root, report);
        in_priority_order(loaded.config);
    }
    loaded.findings = report.take();
    return loaded;
}

} // namespace

Loaded load_text(std::string_view text, const fs::path& base) noexcept {
    try {
        return load(text, base);
    } catch (const std::exception& fault) {
        return failed(std::string("cannot be read: ") + fault.what(), "simplify the file");
    }
}

Loaded load_file(const std::string& path) noexcept {
    try {
        // One byte more than may be there: too much is found.
        const auto [text, fault] = file_text(path, max_file_bytes + 1);
        if (fault) return failed("cannot be read: " + fault.message(), "name a configuration file that you may read");
        return load_text(text, fs::path(path).parent_path());
    } catch (const std::exception& fault) {
        return failed(std::string("cannot be read: ") + fault.what(), "simplify the file");
    }
}

} // namespace sallyport::config
