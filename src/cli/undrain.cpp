// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/member_argument.hpp"
#include "cli/options.hpp"

namespace sallyport::cli {

namespace po = boost::program_options;

int run_undrain(std::span<const std::string> arguments) {
    Usage usage = {
        .synopsis = "undrain GROUP[/APPLIANCE] | --target GROUP[/TARGET] | --zone ZONE [--json] "
                    "[--admin PATH | --config FILE]",
        .description =
            "Takes an appliance, a target, all of a group, or a zone back in: it gets new flows again, slowly\n"
            "at first where the group has slow_start. Fine for what is in already.",
        .options = admin_options(),
        .arguments = appliance_argument(),
        .positional = appliance_position()};
    usage.options.add_options()                                                                                  //
        ("target", po::value<std::string>()->value_name("GROUP[/TARGET]"), "a target, or all of a target group") //
        ("zone", po::value<std::string>()->value_name("ZONE"), "the appliances and targets of this zone");
    const auto values = read_options(usage, arguments);
    if (!values) return values.error();
    const auto request = request_about_members("undrain", *values);
    if (!request) return complain(request.error(), exit_usage);
    return ask_and_print(*values, *request, operation_table);
}

} // namespace sallyport::cli
