// SPDX-License-Identifier: Apache-2.0
// The counters of a running appliance, as JSON.
#pragma once

#include "kit/answer.hpp"
#include "kit/link.hpp"

#include <string>
#include <vector>

namespace sallyport::appliances {

/// One object: received, passed, dropped, sent, what failed, malformed packets by fault, and the appliance's own
/// counts.
[[nodiscard]] std::string report_as_json(const AnswerCounters& answers, const LinkCounters& links,
                                         const std::vector<NamedCount>& own);

/// Puts the report in place as a whole: a reader never sees half of it. False if the file cannot be written.
[[nodiscard]] bool write_report(const std::string& path, const std::string& report);

} // namespace sallyport::appliances
