// SPDX-License-Identifier: Apache-2.0
#include "cli/member_words.hpp"

#include "cli/words.hpp"

namespace sallyport::cli {

namespace json = boost::json;

namespace {

bool is_told(const json::object& object, std::string_view key) {
    return word(object, key) != "-";
}

} // namespace

std::string name_of(const json::object& member) {
    return word(member, "group") + "/" + word(member, "name");
}

std::string time_in_state(const json::object& member) {
    return is_told(member, "state_age_ms") ? duration(number(member, "state_age_ms")) : "-";
}

std::string drain_left(const json::object& member) {
    return is_told(member, "drain_left_ms") ? duration(number(member, "drain_left_ms")) : "-";
}

std::string zone_of(const json::object& member) {
    return word(member, "zone") + (is_true(member, "zone_shifted") ? " (shifted)" : "");
}

std::string weight_of(const json::object& member) {
    std::string text = word(member, "weight");
    for (const char* const key : {"share_percent", "mitigated_percent"}) {
        const std::string share = word(member, key);
        if (share != "100" && share != "-") text += " x " + share + " %";
    }
    return text + (is_true(member, "anomalous") ? ", anomalous" : "");
}

std::string sentences(const json::array& members) {
    std::string text;
    for (const json::value& each : members) {
        if (!each.is_object() || !is_told(each.get_object(), "sentence")) continue;
        const json::object& member = each.get_object();
        text += name_of(member) + ": " + word(member, "reason") + ", " + word(member, "sentence") + "\n";
    }
    return text.empty() ? text : "\n" + text;
}

std::string zones_line(const json::object& result) {
    return items(result, "zones_shifted").empty() ? ""
                                                  : "\nshifted away from zone " + list(result, "zones_shifted") + "\n";
}

} // namespace sallyport::cli
