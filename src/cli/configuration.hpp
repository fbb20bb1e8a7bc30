// SPDX-License-Identifier: Apache-2.0
// The configuration file of a command that needs one that works.
#pragma once

#include "config/config.hpp"

#include <string>
#include <tl/expected.hpp>

namespace sallyport::cli {

/// The checked configuration; otherwise all findings are on stderr, and this is the exit code. Warnings are on stderr
/// either way.
[[nodiscard]] tl::expected<config::Config, int> load_configuration(const std::string& path);

} // namespace sallyport::cli
