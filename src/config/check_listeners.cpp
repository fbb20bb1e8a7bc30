// SPDX-License-Identifier: Apache-2.0
// What a listener can not be beside the others, and limits that one alone makes nothing of.
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace sallyport::config {

namespace {

constexpr std::uint16_t geneve_port = 6081;
/// What flows can tell apart (FlowEntry::timers), without the endpoint's own.
constexpr std::size_t max_timeout_pairs = 255;

std::string in_words(const Listener& listener, bool is_udp) {
    return in_backticks(listener.address.to_string()) + ", " + (is_udp ? "UDP" : "TCP") + " port " +
           std::to_string(listener.port);
}

/// Whether every client of the listener's family that `allow` lets in is one that `deny` keeps out.
bool denies_everybody(const Listener& listener) {
    std::vector<IpPrefix> allowed = listener.allow;
    const IpPrefix everybody = {.address = listener.address, .length = 0};
    if (allowed.empty()) allowed.push_back(everybody.network());
    return std::ranges::all_of(allowed, [&](const IpPrefix& prefix) {
        if (prefix.address.family() != listener.address.family()) return true;
        return std::ranges::any_of(listener.deny, [&](const IpPrefix& denied) {
            return denied.length <= prefix.length && denied.contains(prefix.address);
        });
    });
}

class Listening {
public:
    Listening(const Config& config, Findings& findings) : config_(config), findings_(findings) {}

    void check(const Listener& listener, std::string path) {
        path_ = std::move(path);
        check_name(listener);
        if (listener.port == 0) return; // reading failed, and said so
        if (listener.protocol != L4Protocol::udp) check_place(listener, false);
        if (listener.protocol != L4Protocol::tcp) check_place(listener, true);
        check_limits(listener);
        timeouts_.emplace(listener.flow_idle(), listener.udp_idle);
    }

    void check_timeouts() {
        if (timeouts_.size() <= max_timeout_pairs) return;
        path_ = "listeners";
        find("",
             "have " + std::to_string(timeouts_.size()) +
                 " different pairs of `tcp_idle_timeout` and `udp_idle_timeout`, more than 255",
             "give listeners the same timeouts");
    }

private:
    void check_name(const Listener& listener) {
        if (listener.name.empty() || names_.insert(listener.name).second) return;
        find(".name", "another listener is called " + in_backticks(listener.name),
             "give each listener a name of its own");
    }

    void check_place(const Listener& listener, bool is_udp) {
        const Endpoint* const endpoint = endpoint_of(config_, listener);
        const auto [same, first] =
            places_.emplace(std::tuple(endpoint, listener.address, listener.port, is_udp), &listener);
        if (!first)
            find("",
                 "listens at " + in_words(listener, is_udp) + ", as listener " + in_backticks(same->second->name) +
                     " does",
                 "give it another address or port");
        if (is_udp && listener.port == geneve_port)
            find(".port", "is the port of GENEVE, which the gateway takes for answers of appliances",
                 "write another port");
    }

    void check_limits(const Listener& listener) {
        const std::uint32_t flows = config_.gateway.flows_per_worker;
        if (listener.half_open_limit > flows && listener.half_open_limit != Listener{}.half_open_limit)
            find(".half_open_limit",
                 "is more than the " + std::to_string(flows) + " flows that a worker has room for, and never reached",
                 "write less, or raise `flows_per_worker` of `gateway`", true);
        // Behind a trusted upstream the client may be of the other family.
        if (listener.proxy_protocol_from.empty() && denies_everybody(listener))
            find(listener.deny.empty() ? ".allow" : ".deny", "leaves no client that may connect",
                 "write narrower prefixes under `deny`, or clients of the listener's family under `allow`", true);
    }

    void find(const std::string& below, std::string problem, std::string advice, bool warning = false) {
        findings_.push_back(
            {.path = path_ + below, .problem = std::move(problem), .advice = std::move(advice), .warning = warning});
    }

    const Config& config_;
    Findings& findings_;
    std::string path_;
    std::set<std::string_view> names_;
    std::map<std::tuple<const Endpoint*, IpAddress, std::uint16_t, bool>, const Listener*> places_;
    std::set<std::pair<std::chrono::milliseconds, std::chrono::milliseconds>> timeouts_;
};

} // namespace

Findings check_listeners(const Config& config) {
    Findings findings;
    Listening listening(config, findings);
    for (std::size_t i = 0; i < config.listeners.size(); ++i)
        listening.check(config.listeners[i], at("listeners", i));
    listening.check_timeouts();
    return findings;
}

} // namespace sallyport::config
