// SPDX-License-Identifier: Apache-2.0
// A command's options, read the same way by every command: `--help` prints its own page, and a mistake is one sentence.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace sallyport::cli {

struct Usage {
    std::string_view synopsis;                                  // "check --config FILE [--json]"
    std::string_view description;                               // what the command does, a few lines
    boost::program_options::options_description options;        // --help is added to them
    boost::program_options::options_description arguments = {}; // named by `positional`; not listed in the help
    boost::program_options::positional_options_description positional = {};
};

/// The options' values, or the exit code to return: help was printed, or a sentence on stderr.
[[nodiscard]] tl::expected<boost::program_options::variables_map, int>
read_options(const Usage& usage, std::span<const std::string> arguments);

/// Prints "sallyport: MESSAGE" on stderr, and returns `exit_code`.
int complain(std::string_view message, int exit_code);

} // namespace sallyport::cli
