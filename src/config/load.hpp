// SPDX-License-Identifier: Apache-2.0
// From a configuration file to the plain structs, or to everything that is wrong with it.
#pragma once

#include "config/config.hpp"
#include "config/finding.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::config {

struct Loaded {
    Config config;                 // to be used only when usable()
    std::vector<Finding> findings; // in the order of lines; may hold warnings when usable

    [[nodiscard]] bool usable() const { return config::usable(findings); }
};

/// Reads and checks a file of at most 4 MiB. Relative paths in it start from its folder. What cannot be read is a
/// finding as well; never throws.
Loaded load_file(const std::string& path) noexcept;

/// The same for a text; `base` is the folder that relative paths start from.
Loaded load_text(std::string_view text, const std::filesystem::path& base) noexcept;

} // namespace sallyport::config
