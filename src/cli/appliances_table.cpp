// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

#include <boost/json/array.hpp>

namespace sallyport::cli {

namespace json = boost::json;

namespace {

bool is_true(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

bool is_told(const json::object& object, std::string_view key) {
    return word(object, key) != "-";
}

std::string name_of(const json::object& appliance) {
    return word(appliance, "group") + "/" + word(appliance, "name");
}

std::string time_in_state(const json::object& appliance) {
    return is_told(appliance, "state_age_ms") ? duration(number(appliance, "state_age_ms")) : "-";
}

std::string drain_left(const json::object& appliance) {
    return is_told(appliance, "drain_left_ms") ? duration(number(appliance, "drain_left_ms")) : "-";
}

std::string zone_of(const json::object& appliance) {
    return word(appliance, "zone") + (is_true(appliance, "zone_shifted") ? " (shifted)" : "");
}

/// Of an appliance's new flows, beside the others of its group.
std::string weight_of(const json::object& appliance) {
    const std::string share = word(appliance, "share_percent");
    return word(appliance, "weight") + (share == "100" || share == "-" ? "" : " x " + share + " %");
}

/// What does not fit a table: why an appliance is not healthy.
std::string sentences(const json::array& appliances) {
    std::string text;
    for (const json::value& each : appliances) {
        if (!each.is_object() || !is_told(each.get_object(), "sentence")) continue;
        const json::object& appliance = each.get_object();
        text += name_of(appliance) + ": " + word(appliance, "reason") + ", " + word(appliance, "sentence") + "\n";
    }
    return text.empty() ? text : "\n" + text;
}

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

std::string zones_line(const json::object& result) {
    return items(result, "zones_shifted").empty() ? ""
                                                  : "\nshifted away from zone " + list(result, "zones_shifted") + "\n";
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
    return states_table(items(result, "appliances")) + zones_line(result);
}

std::string reload_text(const json::object& result) {
    std::string text = "the configuration was read again; roster " + word(result, "roster_version") + " is in force\n";
    const std::pair<const char*, const char*> lists[] = {
        {"appliances_added", "appliances added"}, {"appliances_removed", "appliances removed, they drain"},
        {"groups_added", "groups added"},         {"groups_removed", "groups removed"},
        {"chains_added", "chains added"},         {"chains_removed", "chains removed"}};
    for (const auto& [key, title] : lists) {
        if (!items(result, key).empty()) text += std::string(title) + ": " + list(result, key) + "\n";
    }
    for (const json::value& warning : items(result, "warnings")) {
        if (warning.is_string()) text += std::string(warning.get_string()) + "\n";
    }
    return text;
}

} // namespace sallyport::cli
