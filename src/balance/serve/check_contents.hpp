// SPDX-License-Identifier: Apache-2.0
// What is wrong inside the files that listeners and target groups of HTTP name? For who checks a configuration without
// starting a gateway.
#pragma once

#include "config/config.hpp"
#include "config/finding.hpp"

#include <vector>

namespace sallyport::serve {

/// Reads certificates, keys and trust stores of a configuration that is usable otherwise. In the order of lines.
[[nodiscard]] std::vector<config::Finding> check_contents(const config::Config& config);

} // namespace sallyport::serve
