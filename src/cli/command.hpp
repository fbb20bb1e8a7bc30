// SPDX-License-Identifier: Apache-2.0
// A command of the `sallyport` program. One file each in this folder; the table of all of them stands in main.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sallyport::cli {

// Exit codes, the same for every command.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1; // something went wrong while it ran
inline constexpr int exit_usage = 2;  // wrong usage or configuration

struct Command {
    std::string_view name;
    std::string_view help;                              // one line for `sallyport --help`
    int (*run)(std::span<const std::string> arguments); // without the command's own name; returns the exit code
};

int run_run(std::span<const std::string> arguments);
int run_check(std::span<const std::string> arguments);
int run_explain(std::span<const std::string> arguments);
int run_replay(std::span<const std::string> arguments);
int run_bench(std::span<const std::string> arguments);
int run_status(std::span<const std::string> arguments);
int run_flows(std::span<const std::string> arguments);
int run_drops(std::span<const std::string> arguments);
int run_appliances(std::span<const std::string> arguments);
int run_targets(std::span<const std::string> arguments);
int run_drain(std::span<const std::string> arguments);
int run_undrain(std::span<const std::string> arguments);
int run_reload(std::span<const std::string> arguments);

} // namespace sallyport::cli
