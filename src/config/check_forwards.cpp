// SPDX-License-Identifier: Apache-2.0
// Whether a target group can take what a listener sends it.
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

std::string_view word(L4Protocol protocol) {
    switch (protocol) {
    case L4Protocol::tcp:
        return "TCP";
    case L4Protocol::udp:
        return "UDP";
    case L4Protocol::tcp_udp:
        return "TCP_UDP";
    }
    return "";
}

std::string_view word(const TargetGroup& group) {
    if (group.http) return group.tls ? "HTTPS" : "HTTP";
    return group.tls ? "TLS" : word(group.protocol);
}

std::string_view word(const Listener& listener) {
    if (listener.http) return listener.tls ? "HTTPS" : "HTTP";
    return listener.tls ? "TLS" : word(listener.protocol);
}

/// ELB's table, where a listener of HTTPS is one of HTTP.
bool takes(const TargetGroup& group, const Listener& listener) {
    if (listener.http || group.http) return listener.http && group.http;
    if (listener.tls) return group.protocol == L4Protocol::tcp;
    return !group.tls && (group.protocol == listener.protocol || group.protocol == L4Protocol::tcp_udp);
}

std::string_view fitting(const Listener& listener) {
    if (listener.http) return "HTTP` or HTTPS";
    if (listener.tls) return "TCP` or TLS";
    return "";
}

std::string_view family_word(const IpAddress& address) {
    return address.is_v4() ? "IPv4" : "IPv6";
}

class ForwardCheck {
public:
    ForwardCheck(const Listener& listener, const TargetGroup& group, std::string path, Findings& findings)
        : listener_(listener), group_(group), path_(std::move(path)), findings_(findings) {}

    void run() {
        if (!takes(group_, listener_)) {
            const std::string_view words = fitting(listener_);
            find("takes " + std::string(word(group_)) + " alone, and the listener's protocol is " +
                     std::string(word(listener_)),
                 "name a group with `protocol: " +
                     (words.empty() ? std::string(word(listener_)) + "`" : std::string(words)));
            return;
        }
        if (listener_.mode == ListenerMode::rewrite) check_rewrite();
        if (group_.direct_server_return) check_direct_return();
    }

private:
    /// A packet's payload stays as it is, and so does its family.
    void check_rewrite() {
        const std::string proxy =
            listener_.protocol == L4Protocol::tcp ? "write `mode: proxy` in the listener, or " : "";
        if (group_.proxy_protocol_v2)
            find("has `proxy_protocol_v2`, and packets that are rewritten have no room for a header",
                 proxy + "name a group without");
        const auto other = std::ranges::find_if(group_.targets, [&](const Target& target) {
            return !target.address.is_unspecified() && target.address.family() != listener_.address.family();
        });
        if (other == group_.targets.end()) return;
        find("has the " + std::string(family_word(other->address)) + " target " + in_backticks(other->name) +
                 ", and packets of the listener are " + std::string(family_word(listener_.address)),
             proxy + "name a group with " + std::string(family_word(listener_.address)) + " targets");
    }

    void check_direct_return() {
        if (listener_.mode == ListenerMode::proxy) {
            find("has `direct_server_return`, and a connection that ends at the gateway is answered by it",
                 (listener_.tls ? "" : "write `mode: rewrite` in the listener, or ") +
                     std::string("name a group without"));
            return;
        }
        const auto other =
            std::ranges::find_if(group_.targets, [&](const Target& each) { return each.port != listener_.port; });
        if (other == group_.targets.end()) return;
        find("has `direct_server_return` and the target " + in_backticks(other->name) + " at port " +
                 std::to_string(other->port) + ": its answers would not come from the listener's port",
             "give every target of the group the port " + std::to_string(listener_.port));
    }

    void find(const std::string& problem, std::string advice) {
        findings_.push_back({.path = path_,
                             .problem = "the target group " + in_backticks(group_.name) + " " + problem,
                             .advice = std::move(advice)});
    }

    const Listener& listener_;
    const TargetGroup& group_;
    std::string path_;
    Findings& findings_;
};

} // namespace

Findings check_forwards(const Config& config) {
    Findings findings;
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        const Listener& listener = config.listeners[i];
        if (listener.port == 0) continue; // reading failed, and said so
        for (const Forward& forward : forwards_of(listener, at("listeners", i)))
            for (std::size_t share = 0; share < forward.shares->size(); ++share) {
                const TargetGroup* const group = find_target_group(config, (*forward.shares)[share].target_group);
                if (group == nullptr || group->port == 0) continue;
                ForwardCheck(listener, *group, forward.place_of(share), findings).run();
            }
    }
    return findings;
}

} // namespace sallyport::config
