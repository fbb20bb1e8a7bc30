// SPDX-License-Identifier: Apache-2.0
// sallyport explain: where a flow would go, and why.
#include "balance/l4/build_directory.hpp"
#include "cli/command.hpp"
#include "cli/configuration.hpp"
#include "cli/explanation_text.hpp"
#include "cli/options.hpp"
#include "replay/port_plan.hpp"
#include "replay/pretty_json.hpp"

#include <boost/json/object.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <iostream>

namespace sallyport::cli {
namespace {

namespace po = boost::program_options;

} // namespace

int run_explain(std::span<const std::string> arguments) {
    std::string path;
    std::string text;
    Question question;
    Usage usage{
        "explain --config FILE 'PROTOCOL SOURCE > DESTINATION' [options]",
        "Says which way a flow would take through the gateway and why, by the code that would forward it: its chain,\n"
        "its appliances, and the target that it would get behind a listener, all of them being healthy:\n"
        "  explain --config gateway.yaml 'tcp 192.0.2.10:40000 > 203.0.113.11:443'\n"
        "  explain --config gateway.yaml 'udp [2001:db8:1::10]:5000 > [2001:db8:3::11]:53'\n"
        "  explain --config gateway.yaml 'icmp 192.0.2.10 > 203.0.113.9' --from north",
        po::options_description("options"), po::options_description()};
    usage.options.add_options()                                                                   //
        ("config,c", po::value(&path)->required()->value_name("FILE"), "the configuration")       //
        ("endpoint", po::value(&question.endpoint)->value_name("NAME"), "whose traffic it is")    //
        ("from", po::value(&question.port)->value_name("PORT"), "where the first packet arrives") //
        ("json", "as JSON");
    usage.arguments.add_options()("flow", po::value(&text)->required());
    usage.positional.add("flow", 1);
    const auto options = read_options(usage, arguments);
    if (!options) return options.error();
    const auto flow = parse_flow_text(text);
    if (!flow) return complain(flow.error().message, exit_usage);
    question.flow = *flow;

    const auto config = load_configuration(path);
    if (!config) return config.error();
    const chain::Roster roster = balance::build_roster(*config);
    const forward::Table forwarding(replay::plan_forwarding(*config, roster, true));
    const auto explanation = explain(roster, forwarding, question);
    if (!explanation) return complain(explanation.error().message, exit_usage);

    const Subject subject{*config, roster, question.flow};
    if (options->contains("json")) {
        replay::write_pretty(std::cout, to_json(subject, *explanation));
        std::cout << '\n';
    } else {
        std::cout << to_text(subject, *explanation);
    }
    return exit_done;
}

} // namespace sallyport::cli
