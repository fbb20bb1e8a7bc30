// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace sallyport::cli {
namespace {

namespace json = boost::json;

/// "fw-1,fw-3 (pass_rest)": the appliances, and what they have said about the rest of the flow.
std::string appliances(const json::object& flow) {
    const json::array& verdicts = items(flow, "verdicts");
    json::array told;
    for (const json::value& appliance : items(flow, "appliances")) {
        const std::size_t hop = told.size();
        told.push_back(appliance);
        if (!appliance.is_string() || hop >= verdicts.size() || !verdicts[hop].is_string()) continue;
        told.back().get_string().append(" (").append(verdicts[hop].get_string()).append(")");
    }
    return list({{"appliances", std::move(told)}}, "appliances");
}

} // namespace

std::string flows_table(const json::object& result) {
    Table table({{"endpoint"},
                 {"protocol"},
                 {"initiator > responder"},
                 {"state"},
                 {"chain"},
                 {"appliances"},
                 {"outer port", Align::right},
                 {"cookie"},
                 {"packets", Align::right},
                 {"bytes", Align::right},
                 {"packets back", Align::right},
                 {"bytes back", Align::right},
                 {"worker", Align::right},
                 {"age s", Align::right},
                 {"idle s", Align::right},
                 {"remaining s", Align::right}});
    for (const json::value& each : items(result, "flows")) {
        if (!each.is_object()) continue;
        const json::object& flow = each.get_object();
        const json::object& forward = part(flow, "forward");
        const json::object& reverse = part(flow, "reverse");
        table.add({word(flow, "endpoint"), word(flow, "protocol"),
                   station(part(flow, "initiator")) + " > " + station(part(flow, "responder")), word(flow, "state"),
                   word(flow, "chain"), appliances(flow), word(flow, "outer_source_port"), word(flow, "cookie"),
                   word(forward, "packets"), word(forward, "bytes"), word(reverse, "packets"), word(reverse, "bytes"),
                   word(flow, "worker"), seconds(flow, "age_ms"), seconds(flow, "idle_ms"),
                   seconds(flow, "remaining_ms")});
    }
    const json::value* truncated = result.if_contains("truncated");
    const bool more = truncated != nullptr && truncated->is_bool() && truncated->get_bool();
    return table.text() + (more ? "there are more; --limit sets how many are shown\n" : "");
}

std::string flow_lines(const json::object& result) {
    std::string text;
    for (const json::value& flow : items(result, "flows"))
        text += json::serialize(flow) + "\n";
    return text;
}

} // namespace sallyport::cli
