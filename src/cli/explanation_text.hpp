// SPDX-License-Identifier: Apache-2.0
// An explanation in words, for people and for programs.
#pragma once

#include "chain/roster.hpp"
#include "cli/explanation.hpp"
#include "config/config.hpp"

#include <boost/json/fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::cli {

/// The roster is of this config; rules are named by their lines in the file.
struct Subject {
    const config::Config& config;
    const chain::Roster& roster;
    const FlowText& flow;
};

[[nodiscard]] std::string to_text(const Subject& subject, const Explanation& explanation);
[[nodiscard]] boost::json::object to_json(const Subject& subject, const Explanation& explanation);

// The sentences that both have in common.
[[nodiscard]] std::string describe(const Subject& subject, const Arrival& arrival);
/// Why the rule at that position does not match: what it asks for, and what the flow has.
[[nodiscard]] std::string describe_mismatch(const Subject& subject, std::size_t rule, chain::Mismatch mismatch);
[[nodiscard]] std::string describe(const Subject& subject, const WayOut& way);
/// Lines of a word and a sentence.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> describe(const Subject& subject,
                                                                        const Balanced& balanced);
[[nodiscard]] boost::json::object to_json(const Subject& subject, const Balanced& balanced);
[[nodiscard]] std::string_view name(config::Direction direction) noexcept;
[[nodiscard]] std::string_view name(config::Stickiness stickiness) noexcept;
[[nodiscard]] std::string_view name(chain::HopKind kind) noexcept;

} // namespace sallyport::cli
