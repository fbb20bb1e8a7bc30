// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"

namespace sallyport::cli {

int run_appliances(std::span<const std::string> arguments) {
    const auto values = read_options({.synopsis = "appliances [--json] [--admin PATH | --config FILE]",
                                      .description = "The appliances of a running gateway: their states and why, the "
                                                     "way to each, what was sent to it and came\n"
                                                     "back; and what went past their groups.",
                                      .options = admin_options()},
                                     arguments);
    if (!values) return values.error();
    return ask_and_print(*values, {{"command", "appliances"}}, appliances_table);
}

} // namespace sallyport::cli
