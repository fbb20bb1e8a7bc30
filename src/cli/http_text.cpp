// SPDX-License-Identifier: Apache-2.0
// What status says of listeners of HTTP, for people.
#include "cli/admin_tables.hpp"
#include "cli/words.hpp"

#include <boost/json/array.hpp>

namespace sallyport::cli {
namespace {

namespace json = boost::json;

/// "2xx 120, 5xx 3": those that there were.
std::string answers(const json::object& classes) {
    std::string text;
    for (const auto& [name, count] : classes)
        if (number(classes, name) != 0)
            text += (text.empty() ? "" : ", ") + std::string(name) + " " + word(classes, name);
    return text.empty() ? "none" : text;
}

std::string lines(const json::object& log, const char* kind) {
    const json::object& of = part(log, kind);
    return std::string(kind) + " " + word(of, "written") + " written, " + word(of, "dropped") + " dropped, " +
           word(of, "lost") + " lost" + (is_true(of, "failing") ? ", WHICH CAN NOT BE WRITTEN" : "");
}

} // namespace

std::string http_text(const json::object& http) {
    if (http.empty()) return "";
    const json::object& connections = part(http, "connections");
    const json::object& tls = part(http, "tls");
    const json::object& targets = part(http, "target_connections");
    std::string text = "http        " + word(http, "requests") + " requests, " + word(connections, "open") +
                       " connections open of " + word(connections, "accepted") + ", " + word(connections, "refused") +
                       " refused\n" + "answers     targets: " + answers(part(part(http, "answers"), "targets")) +
                       "; gateway: " + answers(part(part(http, "answers"), "gateway")) + "\n" + "to targets  " +
                       word(targets, "opened") + " connections, used again " + word(targets, "reused") + " times, " +
                       word(http, "retries") + " retries\n" + "tls         " + word(tls, "handshakes") +
                       " handshakes, " + word(tls, "resumed") + " resumed, " + word(tls, "failures") + " failed; " +
                       word(targets, "tls_failures") + " failed at targets\n";
    if (!items(http, "anomalous_targets").empty()) text += "anomalous   " + list(http, "anomalous_targets") + "\n";
    if (!items(http, "mitigated_targets").empty()) text += "mitigated   " + list(http, "mitigated_targets") + "\n";
    for (const json::value& each : items(http, "logs")) {
        if (!each.is_object()) continue;
        const json::object& log = each.get_object();
        text += "http log    " + word(log, "name") + ": " + lines(log, "requests") + "; " + lines(log, "connections") +
                "\n";
    }
    return text;
}

} // namespace sallyport::cli
