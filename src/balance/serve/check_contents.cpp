// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/check_contents.hpp"

#include "balance/l7/sealed_cookie.hpp"
#include "balance/tls/client_context.hpp"
#include "balance/tls/server_context.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::serve {
namespace {

using config::Finding;

struct Place {
    std::string path;
    int line = 0;
};

template <typename Loaded>
void add(const Place& place, const Loaded& loaded, std::vector<Finding>& findings) {
    if (!loaded) {
        findings.push_back({.line = place.line,
                            .path = place.path,
                            .problem = loaded.error().message,
                            .advice = "name files that can be used"});
        return;
    }
    for (const std::string& warning : (*loaded)->warnings())
        findings.push_back({.line = place.line,
                            .path = place.path,
                            .problem = warning,
                            .advice = "look whether that is meant",
                            .warning = true});
}

void check_keys(const std::string& path, std::vector<Finding>& findings) {
    if (const auto loaded = l7::CookieKeys::load(path); !loaded)
        findings.push_back({.path = "http.cookie_keys",
                            .problem = loaded.error().message,
                            .advice = "write one key of 64 hexadecimal digits a line"});
}

} // namespace

std::vector<Finding> check_contents(const config::Config& config) {
    std::vector<Finding> findings;
    for (const config::TargetGroup& group : config.target_groups)
        if (group.tls)
            add({"target_groups." + group.name + ".tls", group.tls->line}, tls::ClientContext::load(*group.tls),
                findings);
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        const auto& tls = config.listeners[i].tls;
        if (tls)
            add({"listeners[" + std::to_string(i) + "]", tls->line}, tls::ServerContext::load(*tls, nullptr), findings);
    }
    if (!config.http.cookie_keys.empty()) check_keys(config.http.cookie_keys, findings);
    std::ranges::stable_sort(findings, {}, &Finding::line);
    return findings;
}

} // namespace sallyport::serve
