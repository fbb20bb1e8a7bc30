// SPDX-License-Identifier: Apache-2.0
// The sentences about a flow that a listener takes.
#include "balance/l4/directory.hpp"
#include "cli/explanation_text.hpp"
#include "config/scalar.hpp"
#include "control/config_words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace sallyport::cli {
namespace {

std::string_view name(config::Algorithm algorithm) {
    switch (algorithm) {
    case config::Algorithm::flow_hash:
        return "flow_hash";
    case config::Algorithm::ip_hash:
        return "ip_hash";
    case config::Algorithm::round_robin:
        return "round_robin";
    case config::Algorithm::least_connections:
        return "least_connections";
    case config::Algorithm::weighted_random:
        return "weighted_random";
    }
    return "";
}

std::string with_port(const IpAddress& address, std::uint16_t port) {
    return (address.is_v4() ? address.to_string() : "[" + address.to_string() + "]") + ":" + std::to_string(port);
}

/// "blue (90), green (10)"; nothing of a single one.
std::string shares_of(const balance::Directory& directory, const balance::Listener& listener) {
    std::string all;
    for (const balance::Share& share : listener.forward)
        all +=
            (all.empty() ? "" : ", ") + directory.groups[share.group].name + " (" + std::to_string(share.weight) + ")";
    return all;
}

const char* taken_by(const balance::Listener& listener) {
    if (listener.is_http) return ": accepted by the proxy, whose rules choose for each request";
    if (listener.is_tls) return ": accepted by the proxy, which ends TLS and chooses the target";
    return ": accepted by the proxy, which chooses the target";
}

std::string listener_text(const Subject& subject, const balance::Directory& directory, const Balanced& balanced) {
    const balance::Listener& listener = directory.listeners[balanced.listener];
    const bool is_proxy = listener.mode == config::ListenerMode::proxy;
    return listener.name + " (line " + std::to_string(subject.config.listeners[balanced.listener].line) +
           ") listens at " + with_port(listener.address, listener.port) + (is_proxy ? taken_by(listener) : "");
}

std::string group_text(const balance::Directory& directory, const Balanced& balanced) {
    const balance::Listener& listener = directory.listeners[balanced.listener];
    const std::string& chosen = directory.groups[balanced.group].name;
    if (listener.forward.size() == 1) return chosen;
    return chosen + ", by the flow's hash among " + shares_of(directory, listener);
}

std::string target_text(const balance::Directory& directory, const Balanced& balanced) {
    const balance::Target& target = directory.targets[balanced.target];
    const balance::TargetGroup& group = directory.groups[balanced.group];
    const std::string at = with_port(target.address, target.port);
    const std::string who = target.name == at ? at : target.name + " (" + at + ")";
    const std::string how = std::string(name(group.algorithm));
    if (balanced.depends_on_others) return who + " if it is the first flow; " + how + " depends on what came before";
    return who + ", by " + how + " among " + std::to_string(group.takers.size());
}

std::string sticky_text(const balance::TargetGroup& group, const FlowText& flow) {
    return "the target that " + flow.source.to_string() +
           " has already, if it has one, until none of its flows began for " +
           config::to_text(std::chrono::milliseconds(group.stickiness_ms));
}

std::string becomes_text(const Subject& subject, const balance::Directory& directory, const Balanced& balanced) {
    const balance::Target& target = directory.targets[balanced.target];
    if (balanced.leads == flow::Leads::unwritten)
        return "nothing else: direct server return, the target has the listener's address and answers from it";
    std::string source = with_port(subject.flow.source, subject.flow.source_port);
    if (!balanced.sources.empty()) {
        source.clear();
        for (const IpAddress& address : balanced.sources)
            source += (source.empty() ? "" : " or ") + address.to_string();
        source += ", a free port";
    }
    return protocol_name(subject.flow.protocol) + " " + source + " > " + with_port(target.address, target.port) +
           ", behind the chain";
}

} // namespace

std::vector<std::pair<std::string, std::string>> describe(const Subject& subject, const Balanced& balanced) {
    const balance::Directory& directory = *subject.roster.directory;
    std::vector<std::pair<std::string, std::string>> lines;
    lines.emplace_back("listener", listener_text(subject, directory, balanced));
    if (balanced.target == no_index) return lines;
    const balance::TargetGroup& group = directory.groups[balanced.group];
    lines.emplace_back("group", group_text(directory, balanced));
    if (group.stickiness_ms != 0) lines.emplace_back("sticky", sticky_text(group, subject.flow));
    lines.emplace_back("target", target_text(directory, balanced));
    if (!balanced.refusal) lines.emplace_back("becomes", becomes_text(subject, directory, balanced));
    return lines;
}

boost::json::object to_json(const Subject& subject, const Balanced& balanced) {
    const balance::Directory& directory = *subject.roster.directory;
    const balance::Listener& listener = directory.listeners[balanced.listener];
    const bool is_proxy = listener.mode == config::ListenerMode::proxy;
    boost::json::object all{{"name", listener.name},
                            {"line", subject.config.listeners[balanced.listener].line},
                            {"protocol", control::protocol_word(listener)},
                            {"mode", is_proxy ? "proxy" : "rewrite"}};
    boost::json::array shares;
    for (const balance::Share& share : listener.forward)
        shares.push_back(
            boost::json::object{{"target_group", directory.groups[share.group].name}, {"weight", share.weight}});
    all["forward"] = std::move(shares);
    if (balanced.target == no_index) return all;
    const balance::Target& target = directory.targets[balanced.target];
    const balance::TargetGroup& group = directory.groups[balanced.group];
    all["target_group"] = group.name;
    all["algorithm"] = name(group.algorithm);
    all["depends_on_what_came_before"] = balanced.depends_on_others;
    if (group.stickiness_ms != 0) all["stickiness_ms"] = group.stickiness_ms;
    all["target"] = {{"name", target.name}, {"address", target.address.to_string()}, {"port", target.port}};
    all["direct_server_return"] = balanced.leads == flow::Leads::unwritten;
    boost::json::array sources;
    for (const IpAddress& address : balanced.sources)
        sources.push_back(boost::json::value(address.to_string()));
    all["client_address_preserved"] = sources.empty();
    if (!sources.empty()) all["source_addresses"] = std::move(sources);
    return all;
}

} // namespace sallyport::cli
