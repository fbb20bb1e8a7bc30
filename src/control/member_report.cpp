// SPDX-License-Identifier: Apache-2.0
#include "control/member_report.hpp"

#include <boost/json.hpp>

namespace sallyport::control {
namespace {

namespace json = boost::json;

json::value text(const std::string& words) {
    return words.empty() ? json::value() : json::value(words);
}

json::value word_of(TakenOutBy by) {
    if (by == TakenOutBy::nobody) return nullptr;
    return by == TakenOutBy::reload ? "reload" : "command";
}

} // namespace

void add_standing(const MemberState& state, json::object& report) {
    report["zone"] = text(state.zone);
    report["zone_shifted"] = state.zone_is_shifted;
    report["share_percent"] = state.share_percent;
    report["state"] = name(state.state);
    report["state_age_ms"] = state.age.count();
    report["reason"] = text(state.reason);
    report["sentence"] = text(state.sentence);
    report["taken_out_by"] = word_of(state.taken_out_by);
    report["drain_left_ms"] = state.drain_left ? json::value(state.drain_left->count()) : json::value();
}

json::array zones_report(const View& view) {
    json::array zones;
    for (const std::string& zone : view.shifted_zones())
        zones.emplace_back(zone);
    return zones;
}

} // namespace sallyport::control
