// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"

namespace sallyport::cli {

int run_status(std::span<const std::string> arguments) {
    const auto values = read_options(
        {.synopsis = "status [--json] [--admin PATH | --config FILE]",
         .description = "What a running gateway is and does: its ports, workers, flows, packets and routes.",
         .options = admin_options()},
        arguments);
    if (!values) return values.error();
    return ask_and_print(*values, {{"command", "status"}}, status_table);
}

} // namespace sallyport::cli
