// SPDX-License-Identifier: Apache-2.0
// The answers of the admin commands, as JSON: functions of the View and nothing else. Counters of different workers are
// read one after the other while packets go on, so sums may be a few packets apart.
#pragma once

#include "control/member_choice.hpp"
#include "control/reload.hpp"
#include "control/view.hpp"

#include <boost/json/fwd.hpp>

#include <vector>

namespace sallyport::control {

/// {"name", "version", "uptime_ms", "workers": [...], "ports": [...], "flows": {...}, "packets": {...}, "drops",
/// "icmp_errors": {...}, "forwarding": {...}, "listeners": [...], "http": {...}, "decrypted_legs": {...}}
[[nodiscard]] boost::json::object status_report(const View& view);

/// {"total", "drops": [{"reason", "count", "meaning"}, ...]} in the order of the table of reasons; with `all` also
/// those whose count is 0.
[[nodiscard]] boost::json::object drops_report(const View& view, bool all);

/// {"appliances": [{"group", "name", "address", "zone", "weight", "state", "reason", "sentence", "way": {...},
/// counters...}, ...], "groups": [{"name", "mode", "bypassed", counters...}, ...], "zones_shifted": [...]}. Free places
/// and groups without an appliance are not in it.
[[nodiscard]] boost::json::object appliances_report(const View& view);

/// {"target_groups": [{"name", "algorithm", "healthy", "failing_open", ...}, ...], "targets": [{"group", "name",
/// "address", "port", "weight", "state", "health_check": {...}, counters...}, ...], "zones_shifted": [...]}. Free
/// places and groups without a target are not in it.
[[nodiscard]] boost::json::object targets_report(const View& view);

/// The `listeners` of status: [{"name", "address", "port", "protocol", "mode", "forward": [...], counters...}, ...]
[[nodiscard]] boost::json::array listeners_report(const View& view);

/// The `http` of status, of all threads together: {"threads", "connections": {...}, "tls": {...}, "requests",
/// "answers": {"targets": {"1xx", ...}, "gateway": {...}}, "target_connections": {...}, "retries", ..., "logs": [...]}.
/// Null as long as nobody serves HTTP.
[[nodiscard]] boost::json::value http_report(const View& view);

/// The answer to what changes appliances or targets: {"appliances": [...], "targets": [...], "zones_shifted": [...]},
/// each as in appliances_report() and targets_report().
[[nodiscard]] boost::json::object operation_report(const View& view, const Members& members);

/// {"roster_version", "appliances_added": [...], ..., "warnings": [...]}
[[nodiscard]] boost::json::object reload_report(const View& view, const ReloadReport& report);

/// One flow of `flows`.
[[nodiscard]] boost::json::object flow_report(const chain::Roster& roster, unsigned worker,
                                              const journey::FlowRecord& record);

/// One line of the flow log (docs/flow-log.md), also of a flow that lives.
[[nodiscard]] boost::json::object flow_log_entry(const chain::Roster& roster, WallClock clock, unsigned worker,
                                                 const journey::FlowRecord& record);

} // namespace sallyport::control
