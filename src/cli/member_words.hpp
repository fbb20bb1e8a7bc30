// SPDX-License-Identifier: Apache-2.0
// How an appliance or a target stands, as cells and lines of a table.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

namespace sallyport::cli {

/// "web/web-1".
[[nodiscard]] std::string name_of(const boost::json::object& member);
[[nodiscard]] std::string time_in_state(const boost::json::object& member);
[[nodiscard]] std::string drain_left(const boost::json::object& member);
[[nodiscard]] std::string zone_of(const boost::json::object& member);
/// Of its new flows, beside the others of its group: "1 x 35 %".
[[nodiscard]] std::string weight_of(const boost::json::object& member);
/// What does not fit a table: a line for each that is not healthy, and why.
[[nodiscard]] std::string sentences(const boost::json::array& members);
/// Of a whole answer: which zones are shifted away.
[[nodiscard]] std::string zones_line(const boost::json::object& result);
[[nodiscard]] std::string target_states_table(const boost::json::array& targets);

} // namespace sallyport::cli
