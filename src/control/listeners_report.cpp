// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/directory.hpp"
#include "control/config_words.hpp"
#include "control/reports.hpp"
#include "control/sum.hpp"

#include <boost/json.hpp>

namespace sallyport::control {
namespace {

namespace json = boost::json;

json::array forward_report(const balance::Directory& directory, const balance::Listener& listener) {
    json::array shares;
    for (const balance::Share& share : listener.forward) {
        if (share.group >= directory.groups.size()) continue;
        shares.emplace_back(
            json::object{{"target_group", directory.groups[share.group].name}, {"weight", share.weight}});
    }
    return shares;
}

json::object side_report(const balance::TlsCounters::Side& side) {
    json::object failures;
    for (std::size_t kind = 0; kind < tls::handshake_failure_count; ++kind)
        failures[tls::word_of(static_cast<tls::HandshakeFailure>(kind))] = side.failures[kind].read();
    return {{"handshakes", side.handshakes.read()}, {"failures", std::move(failures)}};
}

/// Null where TLS is not ended, or the L7 threads end it.
json::value tls_report(const View& view, const balance::Listener& listener, std::size_t index) {
    if (!listener.is_tls || listener.is_http) return nullptr;
    const balance::TlsCounters& counters = view.tls_counters(static_cast<ListenerIndex>(index));
    return {{"clients", side_report(counters.clients)},
            {"resumed", counters.resumed.read()},
            {"targets", side_report(counters.targets)}};
}

json::object listener_report(const View& view, const balance::Directory& directory, std::size_t index) {
    const balance::Listener& listener = directory.listeners[index];
    const auto sum = [&](auto member) {
        return sum_of_all(
            view, [&](const auto& counters) -> auto& { return counters.listeners[index].*member; });
    };
    const std::uint64_t ended = sum(&ListenerCounters::flows_ended); // before those that were created
    const std::uint64_t created = sum(&ListenerCounters::flows_created);
    const std::vector<chain::Endpoint>& endpoints = view.roster().endpoints;
    return {{"name", listener.name},
            {"endpoint",
             listener.endpoint < endpoints.size() ? json::value(endpoints[listener.endpoint].name) : json::value()},
            {"address", listener.address.to_string()},
            {"port", listener.port},
            {"protocol", protocol_word(listener)},
            {"mode", mode_word(listener.mode)},
            {"is_gone", listener.is_gone},
            {"forward", forward_report(directory, listener)},
            {"flows_active", created > ended ? created - ended : 0},
            {"flows_created", created},
            {"half_open", sum(&ListenerCounters::half_open)},
            {"half_open_dropped", sum(&ListenerCounters::half_open_dropped)},
            {"sources_refused", sum(&ListenerCounters::sources_refused)},
            {"no_target", sum(&ListenerCounters::no_target)},
            {"port_allocation_errors", sum(&ListenerCounters::port_allocation_errors)},
            {"keys_taken", sum(&ListenerCounters::keys_taken)},
            {"tls", tls_report(view, listener, index)}};
}

} // namespace

json::array listeners_report(const View& view) {
    json::array reports;
    const auto directory = view.roster().directory;
    if (directory == nullptr) return reports;
    for (std::size_t index = 0; index < directory->listeners.size(); ++index) {
        json::object report = listener_report(view, *directory, index);
        // One that is gone is shown as long as flows of it live on.
        if (report["is_gone"] == false || report["flows_active"] != 0) reports.emplace_back(std::move(report));
    }
    return reports;
}

} // namespace sallyport::control
