// SPDX-License-Identifier: Apache-2.0
// The answers of a running gateway as tables for people, each from the `result` of its command
// (src/control/reports.hpp).
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace sallyport::cli {

[[nodiscard]] std::string status_table(const boost::json::object& result);
[[nodiscard]] std::string flows_table(const boost::json::object& result);
/// Of `flows` with `log`: one line of JSON a flow.
[[nodiscard]] std::string flow_lines(const boost::json::object& result);
[[nodiscard]] std::string drops_table(const boost::json::object& result);
[[nodiscard]] std::string appliances_table(const boost::json::object& result);
[[nodiscard]] std::string targets_table(const boost::json::object& result);
/// Of `drain` and `undrain`.
[[nodiscard]] std::string operation_table(const boost::json::object& result);
[[nodiscard]] std::string reload_text(const boost::json::object& result);
/// The lines of `status` about HTTP; none when there are no listeners of it.
[[nodiscard]] std::string http_text(const boost::json::object& http);

} // namespace sallyport::cli
