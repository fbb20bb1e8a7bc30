// SPDX-License-Identifier: Apache-2.0
#include "cli/configuration.hpp"

#include "cli/command.hpp"
#include "config/load.hpp"

#include <iostream>

namespace sallyport::cli {

tl::expected<config::Config, int> load_configuration(const std::string& path) {
    config::Loaded loaded = config::load_file(path);
    for (const config::Finding& finding : loaded.findings)
        std::cerr << config::format(path, finding) << '\n';
    if (!loaded.usable()) return tl::unexpected<int>(exit_usage);
    return std::move(loaded.config);
}

} // namespace sallyport::cli
