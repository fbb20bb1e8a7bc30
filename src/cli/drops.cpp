// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"
#include "cli/admin_tables.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"

namespace sallyport::cli {

int run_drops(std::span<const std::string> arguments) {
    Usage usage = {.synopsis = "drops [--all] [--json] [--admin PATH | --config FILE]",
                   .description =
                       "The packets that a running gateway has dropped, by reason; docs/drops.md says what to do "
                       "about each.",
                   .options = admin_options()};
    usage.options.add_options()("all", "also the reasons that no packet was dropped for");
    const auto values = read_options(usage, arguments);
    if (!values) return values.error();
    return ask_and_print(*values, {{"command", "drops"}, {"all", values->contains("all")}}, drops_table);
}

} // namespace sallyport::cli
