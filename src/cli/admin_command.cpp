// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_command.hpp"

#include "cli/admin_client.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"
#include "config/load.hpp"

#include <boost/json/serialize.hpp>
#include <iostream>
#include <tl/expected.hpp>

namespace sallyport::cli {

namespace po = boost::program_options;

namespace {

/// From a configuration, gateway.admin; or the exit code, and what is wrong with the configuration on stderr.
tl::expected<std::string, int> admin_path(const po::variables_map& values) {
    if (!values.contains("config")) return values["admin"].as<std::string>();
    if (!values["admin"].defaulted())
        return tl::unexpected(
            complain("--admin and --config both say where the gateway listens; give one", exit_usage));
    const auto& file = values["config"].as<std::string>();
    const config::Loaded loaded = config::load_file(file);
    if (loaded.usable()) return loaded.config.gateway.admin;
    for (const config::Finding& finding : loaded.findings)
        std::cerr << config::format(file, finding) << '\n';
    return tl::unexpected<int>(exit_usage);
}

} // namespace

po::options_description admin_options() {
    po::options_description options("options");
    options.add_options()                                          //
        ("json", "print the gateway's answer as one line of JSON") //
        ("admin", po::value<std::string>()->value_name("PATH")->default_value(config::Gateway().admin),
         "the gateway's admin socket") //
        ("config", po::value<std::string>()->value_name("FILE"), "take the admin socket from this configuration");
    return options;
}

int ask_and_print(const po::variables_map& values, const boost::json::object& request,
                  std::string (*table)(const boost::json::object& result)) {
    const auto path = admin_path(values);
    if (!path) return path.error();
    const auto result = ask_gateway(*path, request);
    if (!result) return complain(result.error().message, result.error().is_refusal ? exit_usage : exit_failed);
    if (values.contains("json")) {
        std::cout << boost::json::serialize(*result) << '\n';
    } else {
        std::cout << table(*result);
    }
    return exit_done;
}

} // namespace sallyport::cli
