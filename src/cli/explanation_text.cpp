// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation_text.hpp"

#include "balance/l4/directory.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>
#include <iomanip>
#include <sstream>

namespace sallyport::cli {
namespace {

/// Lines of a word, or of none, and a sentence.
class Lines {
public:
    void add(std::string_view word, const std::string& sentence) {
        text_ << std::left << std::setw(11) << word << sentence << '\n';
    }
    [[nodiscard]] std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
};

std::string rule_name(const Subject& subject, std::size_t rule) {
    return "rule " + std::to_string(rule + 1) + " (line " + std::to_string(subject.config.policy[rule].line) + ")";
}

std::string chain_name(const Subject& subject, ChainIndex chain) {
    return chain == no_index ? "none" : subject.roster.chains[chain].name;
}

std::string outcome(const Explanation& explanation) {
    if (explanation.fate == Fate::to_host) return "to the gateway's own IP stack: no flow, no chain";
    if (explanation.fate == Fate::to_proxy)
        return "behind the chain, in the gateway's own IP stack, where the proxy is";
    const DropReason reason = explanation.reason;
    return "dropped, " + std::string(sallyport::name(reason)) + ": " + std::string(sallyport::describe(reason));
}

std::string hop_text(const Subject& subject, const Hop& hop) {
    const chain::Group& group = subject.roster.groups[hop.group];
    switch (hop.kind) {
    case chain::HopKind::nobody:
        return group.name + ": no appliance takes new flows";
    case chain::HopKind::bypassed:
        return group.name + ": no appliance takes new flows, so they go past it";
    case chain::HopKind::unseen:
        return group.name + ": a mirror that gets no copy of this flow";
    case chain::HopKind::visit:
    case chain::HopKind::copy:
        break;
    }
    const chain::Appliance& appliance = subject.roster.appliances[hop.appliance];
    std::ostringstream text;
    text << group.name << (hop.kind == chain::HopKind::copy ? " -> a copy to " : " -> ") << appliance.name << " ("
         << appliance.address.to_string() << "), slot " << hop.slot << " of " << group.maglev.size() << " by the hash "
         << std::hex << "0x" << hop.hash << " over the " << name(group.stickiness);
    return text.str();
}

std::vector<std::string> leg_names(const Subject& subject, const Explanation& explanation) {
    std::vector<std::string> names;
    for (const TargetGroupIndex group : explanation.flow.leg_groups)
        names.push_back(subject.roster.directory->groups[group].name);
    return names;
}

void add_leg(const Subject& subject, const Explanation& explanation, Lines& lines) {
    std::string groups;
    for (const std::string& name : leg_names(subject, explanation))
        groups += (groups.empty() ? "" : ", ") + name;
    if (!groups.empty()) lines.add("leg", "decrypted: the gateway's own connection to a target of " + groups);
}

void add_policy(const Subject& subject, const Explanation& explanation, Lines& lines) {
    std::string_view word = "policy";
    for (std::size_t i = 0; i < explanation.passed_over.size(); ++i) {
        lines.add(word,
                  rule_name(subject, i) + " passed over: " + describe_mismatch(subject, i, explanation.passed_over[i]));
        word = "";
    }
    if (explanation.rule == no_index) return;
    lines.add(word, rule_name(subject, explanation.rule) + " matches: chain " + chain_name(subject, explanation.chain));
}

void add_chain(const Subject& subject, const Explanation& explanation, Lines& lines) {
    if (explanation.chain == no_index) lines.add("chain", "none: forwarded without a visit");
    for (std::size_t i = 0; i < explanation.hops.size(); ++i) {
        lines.add(i == 0 ? "chain" : "",
                  "hop " + std::to_string(i + 1) + ": " + hop_text(subject, explanation.hops[i]));
    }
    if (explanation.fate == Fate::dropped || explanation.hops.empty()) return;
    std::string back;
    for (auto hop = explanation.hops.rbegin(); hop != explanation.hops.rend(); ++hop) {
        if (hop->kind != chain::HopKind::visit) continue;
        back += (back.empty() ? "" : ", then ") + subject.roster.appliances[hop->appliance].name;
    }
    if (back.empty()) back = "past the whole chain";
    lines.add("way back", back);
    lines.add("outer port", std::to_string(explanation.outer_source_port) + ", the UDP source port of every visit");
}

} // namespace

std::string to_text(const Subject& subject, const Explanation& explanation) {
    const Arrival& arrival = explanation.arrival;
    Lines lines;
    lines.add("flow", to_string(subject.flow));
    lines.add("arrives", "at port " + subject.roster.ports[arrival.port].name + " of endpoint " +
                             subject.roster.endpoints[arrival.endpoint].name + ", " +
                             std::string(name(explanation.flow.direction)) + ": " + describe(subject, arrival));
    add_leg(subject, explanation, lines);
    add_policy(subject, explanation, lines);
    const bool has_no_rule = explanation.rule == no_index;
    if (has_no_rule && explanation.fate == Fate::forwarded)
        lines.add("chain", "none: no rule for decrypted legs matches");
    if (!has_no_rule) add_chain(subject, explanation, lines);
    if (explanation.balanced) {
        for (const auto& [word, sentence] : describe(subject, *explanation.balanced))
            lines.add(word, sentence);
    }
    if (explanation.fate == Fate::forwarded) {
        lines.add("leaves", describe(subject, explanation.way_out));
    } else {
        lines.add("ends", outcome(explanation));
    }
    return lines.text();
}

boost::json::object to_json(const Subject& subject, const Explanation& explanation) {
    const chain::Roster& roster = subject.roster;
    const Arrival& arrival = explanation.arrival;
    boost::json::object all{{"flow", to_string(subject.flow)},
                            {"endpoint", roster.endpoints[arrival.endpoint].name},
                            {"port", roster.ports[arrival.port].name},
                            {"direction", name(explanation.flow.direction)},
                            {"arrival", describe(subject, arrival)}};
    if (!explanation.flow.leg_groups.empty()) all["leg_to"] = boost::json::value_from(leg_names(subject, explanation));
    boost::json::array passed_over;
    for (std::size_t i = 0; i < explanation.passed_over.size(); ++i) {
        passed_over.push_back(boost::json::object{{"rule", i + 1},
                                                  {"line", subject.config.policy[i].line},
                                                  {"why", describe_mismatch(subject, i, explanation.passed_over[i])}});
    }
    all["passed_over"] = std::move(passed_over);
    if (explanation.rule != no_index) {
        all["rule"] = {{"rule", explanation.rule + 1}, {"line", subject.config.policy[explanation.rule].line}};
        all["chain"] = explanation.chain == no_index ? boost::json::value(nullptr)
                                                     : boost::json::value(roster.chains[explanation.chain].name);
    }
    boost::json::array hops;
    for (const Hop& hop : explanation.hops) {
        const chain::Group& group = roster.groups[hop.group];
        if (hop.appliance == no_index) {
            hops.push_back(boost::json::object{{"group", group.name}, {"kind", name(hop.kind)}});
            continue;
        }
        const chain::Appliance& appliance = roster.appliances[hop.appliance];
        hops.push_back(boost::json::object{{"group", group.name},
                                           {"kind", name(hop.kind)},
                                           {"appliance", appliance.name},
                                           {"address", appliance.address.to_string()},
                                           {"stickiness", name(group.stickiness)},
                                           {"slot", hop.slot},
                                           {"slots", group.maglev.size()}});
    }
    all["hops"] = std::move(hops);
    if (explanation.outer_source_port != 0) all["outer_source_port"] = explanation.outer_source_port;
    if (explanation.balanced) all["listener"] = to_json(subject, *explanation.balanced);
    if (explanation.fate == Fate::forwarded) {
        const WayOut& way = explanation.way_out;
        all["leaves_by"] =
            way.port == no_index ? boost::json::value(nullptr) : boost::json::value(roster.ports[way.port].name);
        all["way_out"] = describe(subject, way);
    } else {
        all["ends"] = explanation.fate == Fate::to_host    ? "to_host"
                      : explanation.fate == Fate::to_proxy ? "to_proxy"
                                                           : sallyport::name(explanation.reason);
        all["why"] = outcome(explanation);
    }
    return all;
}

} // namespace sallyport::cli
