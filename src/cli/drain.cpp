// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/member_argument.hpp"
#include "cli/options.hpp"
#include "config/scalar.hpp"

namespace sallyport::cli {

namespace po = boost::program_options;

int run_drain(std::span<const std::string> arguments) {
    Usage usage = {
        .synopsis = "drain GROUP[/APPLIANCE] | --target GROUP[/TARGET] | --zone ZONE [--delay TIME] [--json] "
                    "[--admin PATH | --config FILE]",
        .description =
            "Takes an appliance, a target, or all of a group, out of a running gateway. When the command\n"
            "returns, no new flow gets there. Flows that are there may finish; when the delay is over, what is\n"
            "left goes by the group's on_deregistered or, of a target, by connection_termination. A zone is\n"
            "shifted away from: no new flows, no delay, and nothing ends.\n"
            "Holds until `undrain`, over reloads too, but not over a start of the gateway.",
        .options = admin_options(),
        .arguments = appliance_argument(),
        .positional = appliance_position()};
    usage.options.add_options() //
        ("delay", po::value<std::string>()->value_name("TIME"),
         "how long flows may finish: 0s to 3600s; otherwise the group's deregistration_delay")                   //
        ("target", po::value<std::string>()->value_name("GROUP[/TARGET]"), "a target, or all of a target group") //
        ("zone", po::value<std::string>()->value_name("ZONE"),
         "shift away from the appliances and targets of this zone");
    const auto values = read_options(usage, arguments);
    if (!values) return values.error();
    auto request = request_about_members("drain", *values);
    if (!request) return complain(request.error(), exit_usage);
    if (values->contains("delay")) {
        const auto delay = config::parse_duration((*values)["delay"].as<std::string>());
        if (!delay) return complain("--delay wants a time such as 30s or 5m", exit_usage);
        if (values->contains("zone"))
            return complain("a shifted zone ends no flow: no --delay with --zone", exit_usage);
        (*request)["delay_ms"] = delay->count();
    }
    return ask_and_print(*values, *request, operation_table);
}

} // namespace sallyport::cli
