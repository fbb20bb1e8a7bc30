// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"

namespace sallyport::cli {

int run_targets(std::span<const std::string> arguments) {
    const auto values = read_options({.synopsis = "targets [--json] [--admin PATH | --config FILE]",
                                      .description = "The target groups and targets of a running gateway: their "
                                                     "states and why, who takes new flows, what went\n"
                                                     "to each and came back, and what became of connections.",
                                      .options = admin_options()},
                                     arguments);
    if (!values) return values.error();
    return ask_and_print(*values, {{"command", "targets"}}, targets_table);
}

} // namespace sallyport::cli
