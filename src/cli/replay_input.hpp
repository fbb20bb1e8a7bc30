// SPDX-License-Identifier: Apache-2.0
// The argument of `replay --input`: TRACE, or PORT=TRACE.
#pragma once

#include "replay/replay.hpp"

#include <string>

namespace sallyport::cli {

/// A file whose path has a `=` in its first part is written as ./NAME.
[[nodiscard]] replay::Input parse_input(const std::string& text);

} // namespace sallyport::cli
