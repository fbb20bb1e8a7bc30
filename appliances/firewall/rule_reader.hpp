// SPDX-License-Identifier: Apache-2.0
// One line of a rule file; only the parser of the whole file includes this.
#pragma once

#include "firewall/rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::appliances::detail {

using Words = std::vector<std::string_view>;

/// The words between any of the separators; views into `text`.
[[nodiscard]] Words split(std::string_view text, std::string_view separators);

/// The whole text as a decimal number; nothing if it is none, or more than `most`.
[[nodiscard]] std::optional<unsigned> number(std::string_view text, unsigned most);

/// The word in backticks, for findings.
[[nodiscard]] std::string quoted(std::string_view word);

/// Reads a line that begins with `allow` or `deny` into `rule`, whose line number is set; adds what is wrong with it.
void read_rule(Words words, Rule& rule, std::vector<Finding>& findings);

} // namespace sallyport::appliances::detail
