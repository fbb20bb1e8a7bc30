// SPDX-License-Identifier: Apache-2.0
// What the commands that ask a running gateway have in common: where it listens, and how its answer is shown.
#pragma once

#include <boost/json/object.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>

namespace sallyport::cli {

/// --json, --admin and --config; a command adds its own.
[[nodiscard]] boost::program_options::options_description admin_options();

/// Asks the gateway, and prints the answer as `table` shows it, or as JSON on one line with --json. The exit code.
int ask_and_print(const boost::program_options::variables_map& values, const boost::json::object& request,
                  std::string (*table)(const boost::json::object& result));

} // namespace sallyport::cli
