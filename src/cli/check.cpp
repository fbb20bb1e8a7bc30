// SPDX-License-Identifier: Apache-2.0
// sallyport check: everything that is wrong with a configuration, in one go.
#include "balance/serve/check_contents.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "config/load.hpp"
#include "replay/pretty_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <iterator>

namespace sallyport::cli {
namespace {

namespace po = boost::program_options;

boost::json::object to_json(const std::string& path, const config::Loaded& loaded) {
    boost::json::array findings;
    for (const config::Finding& finding : loaded.findings) {
        findings.push_back(boost::json::object{{"line", finding.line},
                                               {"column", finding.column},
                                               {"path", finding.path},
                                               {"problem", finding.problem},
                                               {"advice", finding.advice},
                                               {"warning", finding.warning}});
    }
    return {{"file", path}, {"usable", loaded.usable()}, {"findings", std::move(findings)}};
}

} // namespace

int run_check(std::span<const std::string> arguments) {
    std::string path;
    Usage usage{"check --config FILE [--json]",
                "Reads a configuration and prints all that is wrong with it, each finding with its line, its path and\n"
                "what to write instead. Exit code 0: it works (there may be warnings); 2: it does not.",
                po::options_description("options")};
    usage.options.add_options()("config,c", po::value(&path)->required()->value_name("FILE"), "the configuration") //
        ("json", "the findings as JSON");
    const auto options = read_options(usage, arguments);
    if (!options) return options.error();

    config::Loaded loaded = config::load_file(path);
    if (loaded.usable()) std::ranges::move(serve::check_contents(loaded.config), std::back_inserter(loaded.findings));
    if (options->contains("json")) {
        replay::write_pretty(std::cout, to_json(path, loaded));
        std::cout << '\n';
    } else {
        for (const config::Finding& finding : loaded.findings)
            std::cout << config::format(path, finding) << '\n';
        if (loaded.usable()) std::cout << path << ": the configuration works\n";
    }
    return loaded.usable() ? exit_done : exit_usage;
}

} // namespace sallyport::cli
