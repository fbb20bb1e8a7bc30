// SPDX-License-Identifier: Apache-2.0
// Another program, run to its end, its output read.
#pragma once

#include "support/result.hpp"

#include <string>
#include <vector>

namespace sallyport::bench {

/// Standard output of the program, standard error mixed in. Fails with a sentence when it can not be started, exits
/// with another code than 0, or runs for longer than five minutes (it is ended then).
[[nodiscard]] Result<std::string> run_child(const std::vector<std::string>& command);

/// The same for a program that is told what to do at a prompt: each line is written when its second has come.
struct Line {
    int second;
    std::string text;
};
[[nodiscard]] Result<std::string> run_child(const std::vector<std::string>& command, const std::vector<Line>& input);

} // namespace sallyport::bench
