// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"
#include "cli/member_words.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

#include <boost/json/array.hpp>

namespace sallyport::cli {

namespace json = boost::json;

namespace {

std::string groups_table(const json::array& groups) {
    Table table({{"target group"},
                 {"protocol"},
                 {"algorithm"},
                 {"healthy", Align::right},
                 {"targets", Align::right},
                 {"new flows go to"},
                 {"flows", Align::right}});
    for (const json::value& each : groups) {
        if (!each.is_object()) continue;
        const json::object& group = each.get_object();
        const std::string taking = word(group, "taking_flows");
        const std::string takers = taking == "0" ? "nobody" : taking;
        table.add({word(group, "name"), word(group, "protocol"), word(group, "algorithm"), word(group, "healthy"),
                   word(group, "targets"), takers + (is_true(group, "failing_open") ? " (failing open)" : ""),
                   word(group, "flows_active")});
    }
    return table.text();
}

/// "12 of 340 failed"
std::string checks_of(const json::object& target) {
    const json::object& check = part(target, "health_check");
    if (number(check, "checks") == 0) return "-";
    return word(check, "checks_failed") + " of " + word(check, "checks") + " failed";
}

std::string traffic_table(const json::array& targets) {
    Table table({{"target group"},
                 {"target"},
                 {"flows created", Align::right},
                 {"ended", Align::right},
                 {"terminated", Align::right},
                 {"bytes to", Align::right},
                 {"bytes from", Align::right},
                 {"accepted", Align::right},
                 {"refused", Align::right},
                 {"unanswered", Align::right},
                 {"health checks"}});
    for (const json::value& each : targets) {
        if (!each.is_object()) continue;
        const json::object& target = each.get_object();
        table.add({word(target, "group"), word(target, "name"), word(target, "flows_created"),
                   word(target, "flows_ended"), word(target, "flows_terminated"), word(target, "bytes_to"),
                   word(target, "bytes_from"), word(target, "answered"), word(target, "refused"),
                   word(target, "unanswered"), checks_of(target)});
    }
    return "\n" + table.text();
}

} // namespace

std::string target_states_table(const json::array& targets) {
    Table table({{"target group"},
                 {"target"},
                 {"address"},
                 {"zone"},
                 {"weight", Align::right},
                 {"state"},
                 {"for"},
                 {"drain left"},
                 {"flows", Align::right}});
    for (const json::value& each : targets) {
        if (!each.is_object()) continue;
        const json::object& target = each.get_object();
        table.add({word(target, "group"), word(target, "name"), station(target), zone_of(target), weight_of(target),
                   word(target, "state"), time_in_state(target), drain_left(target), word(target, "flows_active")});
    }
    return table.text();
}

std::string targets_table(const json::object& result) {
    const json::array& targets = items(result, "targets");
    return groups_table(items(result, "target_groups")) + "\n" + target_states_table(targets) + sentences(targets) +
           zones_line(result) + traffic_table(targets);
}

} // namespace sallyport::cli
