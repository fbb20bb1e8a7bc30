// SPDX-License-Identifier: Apache-2.0
// Regular expressions of the configuration: RE2's, for they take time in proportion to the text, whatever a client
// sends. As ALB's they have no look-around and no back-references.
#pragma once

#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <re2/re2.h>
#include <string>

namespace sallyport::config {

enum class LetterCase : std::uint8_t { matters, ignored };

/// What one expression may take for its program and its cache.
inline constexpr std::int64_t regex_memory_bytes = 1 << 20;

/// Bytes are what it sees, not UTF-8: requests promise no encoding. The error is RE2's sentence.
[[nodiscard]] Result<std::unique_ptr<const RE2>> compile_regex(const std::string& text, LetterCase letters);

} // namespace sallyport::config
