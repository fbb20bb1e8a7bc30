// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"

namespace sallyport::cli {

int run_reload(std::span<const std::string> arguments) {
    const auto values = read_options(
        {.synopsis = "reload [--json] [--admin PATH | --config FILE]",
         .description =
             "Makes a running gateway read its configuration file again. It takes all of it in one step, or, when\n"
             "something is wrong with it or cannot change while the gateway runs, nothing, and says why (exit code "
             "2).\n"
             "Flows live on; appliances that are gone from the file drain.",
         .options = admin_options()},
        arguments);
    if (!values) return values.error();
    return ask_and_print(*values, {{"command", "reload"}}, reload_text);
}

} // namespace sallyport::cli
