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
    Table table({{"group"}, {"mode"}, {"new flows"}, {"flows bypassed", Align::right}, {"packets", Align::right}});
    for (const json::value& each : groups) {
        if (!each.is_object()) continue;
        const json::object& group = each.get_object();
        const char* new_flows = is_true(group, "takes_flows") ? "visit it"
                                : is_true(group, "bypassed")  ? "bypass it"
                                                              : "are dropped";
        table.add({word(group, "name"), word(group, "mode"), new_flows, word(group, "flows_bypassed"),
                   word(group, "packets_bypassed")});
    }
    return "\n" + table.text();
}

std::string states_table(const json::array& appliances) {
    Table table({{"group"},
                 {"appliance"},
                 {"address"},
                 {"zone"},
                 {"weight", Align::right},
                 {"state"},
                 {"for"},
                 {"drain left"},
                 {"flows", Align::right}});
    for (const json::value& each : appliances) {
        if (!each.is_object()) continue;
        const json::object& appliance = each.get_object();
        table.add({word(appliance, "group"), word(appliance, "name"), word(appliance, "address"), zone_of(appliance),
                   weight_of(appliance), word(appliance, "state"), time_in_state(appliance), drain_left(appliance),
                   word(appliance, "flows_active")});
    }
    return table.text();
}

std::string traffic_table(const json::array& appliances) {
    Table table({{"group"},
                 {"appliance"},
                 {"way"},
                 {"port"},
                 {"gateway"},
                 {"mac"},
                 {"flows created", Align::right},
                 {"moved here", Align::right},
                 {"sent", Align::right},
                 {"returned", Align::right},
                 {"copies", Align::right},
                 {"sent bytes", Align::right}});
    for (const json::value& each : appliances) {
        if (!each.is_object()) continue;
        const json::object& appliance = each.get_object();
        const json::object& way = part(appliance, "way");
        table.add({word(appliance, "group"), word(appliance, "name"), word(way, "state"), word(way, "port"),
                   word(way, "gateway"), word(way, "mac"), word(appliance, "flows_created"),
                   word(appliance, "flows_moved_to"), word(appliance, "packets_sent"),
                   word(appliance, "packets_returned"), word(appliance, "copies_sent"), word(appliance, "bytes_sent")});
    }
    return "\n" + table.text();
}

} // namespace

std::string appliances_table(const json::object& result) {
    const json::array& appliances = items(result, "appliances");
    return states_table(appliances) + sentences(appliances) + zones_line(result) + traffic_table(appliances) +
           groups_table(items(result, "groups"));
}

std::string operation_table(const json::object& result) {
    const json::array& targets = items(result, "targets");
    std::string text;
    if (targets.empty() || !items(result, "appliances").empty()) text = states_table(items(result, "appliances"));
    if (!targets.empty()) text += (text.empty() ? "" : "\n") + target_states_table(targets);
    return text + zones_line(result);
}

std::string reload_text(const json::object& result) {
    std::string text = "the configuration was read again; roster " + word(result, "roster_version") + " is in force\n";
    const std::pair<const char*, const char*> lists[] = {{"appliances_added", "appliances added"},
                                                         {"appliances_removed", "appliances removed, they drain"},
                                                         {"groups_added", "groups added"},
                                                         {"groups_removed", "groups removed"},
                                                         {"chains_added", "chains added"},
                                                         {"chains_removed", "chains removed"},
                                                         {"listeners_added", "listeners added"},
                                                         {"listeners_removed", "listeners removed"},
                                                         {"target_groups_added", "target groups added"},
                                                         {"target_groups_removed", "target groups removed"},
                                                         {"targets_added", "targets added"},
                                                         {"targets_removed", "targets removed, they drain"}};
    for (const auto& [key, title] : lists) {
        if (!items(result, key).empty()) text += std::string(title) + ": " + list(result, key) + "\n";
    }
    for (const json::value& warning : items(result, "warnings")) {
        if (warning.is_string()) text += std::string(warning.get_string()) + "\n";
    }
    return text;
}

} // namespace sallyport::cli
