// SPDX-License-Identifier: Apache-2.0
// What of HTTP listeners and their logs only several entries show: redirects that leave TLS, logs that nobody writes or
// two write, times that another one leaves no room for.
#include "config/checks.hpp"
#include "config/http_faults.hpp"

#include <map>
#include <set>

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

void check_redirect(const Action& action, const std::string& place, Findings& findings) {
    const auto* const redirect = std::get_if<RedirectAction>(&action);
    const Fault fault = redirect != nullptr ? fault_on_https(*redirect) : Fault{};
    if (!fault) return;
    findings.push_back({.path = place + ".redirect",
                        .problem = *fault,
                        .advice = "write `protocol: HTTPS`, or leave it out, as ALB wants it"});
}

void check_redirects(const Listener& listener, const std::string& path, Findings& findings) {
    if (!listener.tls) return;
    check_redirect(listener.http->default_action, path + ".default_action", findings);
    for (std::size_t i = 0; i < listener.http->rules.size(); ++i)
        check_redirect(listener.http->rules[i].action, at(path + ".rules", i) + ".actions[0]", findings);
}

void check_times(const HttpTimeouts& times, const std::string& path, Findings& findings) {
    if (times.target_response <= times.idle) return;
    findings.push_back({.path = path + ".timeouts.target_response",
                        .problem = "is longer than `idle_timeout`, which ends the request before",
                        .advice = "write less, or raise `idle_timeout`",
                        .warning = true});
}

/// Files are rotated by whoever writes them: two would lose each other's lines.
class LogFiles {
public:
    explicit LogFiles(Findings& findings) : findings_(findings) {}

    void check(const std::string& file, const std::string& path) {
        if (file.empty() || file == "-") return;
        const auto [same, first] = writers_.emplace(file, path);
        if (first) return;
        findings_.push_back({.path = path,
                             .problem = "is the file of " + in_backticks(same->second) + ", too",
                             .advice = "give each log a file of its own"});
    }

private:
    Findings& findings_;
    std::map<std::string, std::string> writers_;
};

void check_logs(const Config& config, Findings& findings) {
    std::set<std::string_view> used;
    for (const Listener& listener : config.listeners)
        if (listener.http) used.insert(listener.http->access_log);
    LogFiles files(findings);
    if (config.flow_log) files.check(config.flow_log->path, "flow_log.path");
    for (const HttpLog& log : config.http_logs) {
        const std::string path = "http_logs." + log.name;
        files.check(log.requests, path + ".requests");
        files.check(log.connections, path + ".connections");
        if (!used.contains(log.name))
            findings.push_back({.path = path,
                                .problem = "no listener writes to it",
                                .advice = "name it in a listener's `access_log`, or remove it",
                                .warning = true});
    }
}

} // namespace

Findings check_http(const Config& config) {
    Findings findings;
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        const Listener& listener = config.listeners[i];
        if (!listener.http || listener.port == 0) continue; // reading failed, and said so
        check_redirects(listener, at("listeners", i), findings);
        check_times(listener.http->timeouts, at("listeners", i), findings);
    }
    check_logs(config, findings);
    return findings;
}

} // namespace sallyport::config
