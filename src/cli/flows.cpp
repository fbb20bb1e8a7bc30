// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "control/request.hpp"

namespace sallyport::cli {

namespace po = boost::program_options;

int run_flows(std::span<const std::string> arguments) {
    Usage usage = {.synopsis = "flows [--limit N] [--endpoint NAME] [--appliance NAME] [--address ADDRESS] "
                               "[--log | --json] [--admin PATH | --config FILE]",
                   .description =
                       "The flows of a running gateway, in no particular order, with the appliances that their\n"
                       "packets visit from initiator to responder; the way back is the reverse. Filters must\n"
                       "all hold.",
                   .options = admin_options()};
    usage.options.add_options() //
        ("limit", po::value<std::uint64_t>()->value_name("N")->default_value(control::default_flow_limit),
         ("show at most so many, up to " + std::to_string(control::max_flow_limit)).c_str())      //
        ("endpoint", po::value<std::string>()->value_name("NAME"), "only flows of this endpoint") //
        ("appliance", po::value<std::string>()->value_name("NAME"),
         "only flows that visit this appliance, GROUP/NAME or NAME")                                                 //
        ("address", po::value<std::string>()->value_name("ADDRESS"), "only flows from or to this address or prefix") //
        ("log", "print each as the line of JSON that the flow log would have of it, were it over now");
    const auto values = read_options(usage, arguments);
    if (!values) return values.error();

    boost::json::object request = {{"command", "flows"}, {"limit", (*values)["limit"].as<std::uint64_t>()}};
    for (const char* filter : {"endpoint", "appliance", "address"})
        if (values->contains(filter)) request[filter] = (*values)[filter].as<std::string>();
    if (values->contains("log")) request["log"] = true;
    return ask_and_print(*values, request, values->contains("log") ? flow_lines : flows_table);
}

} // namespace sallyport::cli
