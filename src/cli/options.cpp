// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include "cli/command.hpp"

#include <boost/program_options/parsers.hpp>
#include <iostream>
#include <vector>

namespace sallyport::cli {

namespace po = boost::program_options;

namespace {

// Guessing would let `--conf` work today and become ambiguous with the next option.
constexpr int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;

std::string command_name(const Usage& usage) {
    return std::string(usage.synopsis.substr(0, usage.synopsis.find(' ')));
}

} // namespace

int complain(std::string_view message, int exit_code) {
    std::cerr << "sallyport: " << message << '\n';
    return exit_code;
}

tl::expected<po::variables_map, int> read_options(const Usage& usage, std::span<const std::string> arguments) {
    po::options_description shown(usage.options);
    shown.add_options()("help,h", "print this page");
    po::options_description all;
    all.add(shown).add(usage.arguments);

    po::variables_map values;
    try {
        const std::vector<std::string> words(arguments.begin(), arguments.end());
        po::store(po::command_line_parser(words).options(all).positional(usage.positional).style(style).run(), values);
        if (values.contains("help")) {
            std::cout << "usage: sallyport " << usage.synopsis << "\n\n" << usage.description << "\n\n" << shown;
            return tl::unexpected<int>(exit_done);
        }
        po::notify(values);
    } catch (const po::error& error) {
        return tl::unexpected<int>(
            complain(std::string(error.what()) + "; `sallyport " + command_name(usage) + " --help` lists the options",
                     exit_usage));
    }
    return values;
}

} // namespace sallyport::cli
