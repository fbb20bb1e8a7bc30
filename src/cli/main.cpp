// SPDX-License-Identifier: Apache-2.0
// The program: finds the command by its name and runs it.
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

#include <algorithm>
#include <exception>
#include <iomanip>
#include <iostream>
#include <vector>

namespace {

using sallyport::cli::Command;

// In the order of the help page.
constexpr Command commands[] = {
    {"run", "the gateway, in the foreground", sallyport::cli::run_run},
    {"check", "read a configuration and print everything that is wrong with it", sallyport::cli::run_check},
    {"explain", "the way that a flow would take, and why", sallyport::cli::run_explain},
    {"replay", "the pipeline over a capture file, offline", sallyport::cli::run_replay},
    {"bench", "the cost of the packet path, measured without NICs", sallyport::cli::run_bench},
    {"status", "what a running gateway is and does", sallyport::cli::run_status},
    {"flows", "the flows of a running gateway", sallyport::cli::run_flows},
    {"drops", "what a running gateway has dropped, and why", sallyport::cli::run_drops},
    {"appliances", "the appliances of a running gateway", sallyport::cli::run_appliances},
    {"targets", "the targets of a running gateway", sallyport::cli::run_targets},
    {"drain", "take appliances or targets out, or shift away from a zone: no new flows", sallyport::cli::run_drain},
    {"undrain", "take them back in", sallyport::cli::run_undrain},
    {"reload", "make a running gateway read its configuration again", sallyport::cli::run_reload},
};

void print_help() {
    std::cout << "usage: sallyport COMMAND [options]\n\n"
                 "A gateway load balancer for security appliance chains.\n\ncommands:\n";
    for (const Command& command : commands) {
        std::cout << "  " << std::left << std::setw(14) << command.name << command.help << '\n';
    }
    std::cout << "\n`sallyport COMMAND --help` tells more; `sallyport --version` the version.\n"
                 "exit codes: 0 done, 1 failed while running, 2 wrong usage or configuration\n";
}

int dispatch(const std::vector<std::string>& words) {
    using namespace sallyport::cli;
    if (words.empty()) return complain("a command is missing; `sallyport --help` lists them", exit_usage);
    if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
        print_help();
        return exit_done;
    }
    if (words[0] == "--version") {
        std::cout << "sallyport " << version << '\n';
        return exit_done;
    }
    const auto* command = std::ranges::find(commands, words[0], &Command::name);
    if (command == std::end(commands)) {
        return complain("there is no command `" + words[0] + "`; `sallyport --help` lists them", exit_usage);
    }
    return command->run(std::span(words).subspan(1));
}

} // namespace

int main(int count, char** arguments) {
    try {
        const int exit_code = dispatch({arguments + 1, arguments + count});
        std::cout.flush();
        return std::cout ? exit_code : sallyport::cli::complain("standard output can not be written", 1);
    } catch (const std::exception& error) {
        return sallyport::cli::complain(error.what(), sallyport::cli::exit_failed);
    }
}
