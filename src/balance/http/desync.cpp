// SPDX-License-Identifier: Apache-2.0
#include "balance/http/desync.hpp"

#include <array>

namespace sallyport::http {
namespace {

constexpr std::array<std::string_view, 4> class_words{"Compliant", "Acceptable", "Ambiguous", "Severe"};

constexpr std::array<std::string_view, desync_reasons> reason_words{
    "-",
    "AmbiguousUri",
    "BadContentLength",
    "BadHeader",
    "BadMethod",
    "BadTransferEncoding",
    "BadUri",
    "BadVersion",
    "BothTeClPresent",
    "DuplicateContentLength",
    "EmptyHeader",
    "GetHeadZeroContentLength",
    "MultipleContentLength",
    "MultipleTransferEncodingChunked",
    "NonCompliantHeader",
    "NonCompliantVersion",
    "SpaceInUri",
    "SuspiciousHeader",
    "SuspiciousTeClPresent",
    "UndefinedContentLengthSemantics",
    "UndefinedTransferEncodingSemantics",
};

} // namespace

DesyncVerdict judge(config::DesyncMode mode, DesyncReport report) noexcept {
    switch (mode) {
    case config::DesyncMode::monitor:
        return DesyncVerdict::forward;
    case config::DesyncMode::strictest:
        return report.worst == DesyncClass::compliant ? DesyncVerdict::forward : DesyncVerdict::refuse;
    case config::DesyncMode::defensive:
        break;
    }
    if (report.worst == DesyncClass::severe) return DesyncVerdict::refuse;
    return report.worst == DesyncClass::ambiguous ? DesyncVerdict::forward_and_close : DesyncVerdict::forward;
}

std::string_view word(DesyncClass which) noexcept {
    return class_words[static_cast<std::size_t>(which)];
}

std::string_view word(DesyncReason which) noexcept {
    return reason_words[static_cast<std::size_t>(which)];
}

} // namespace sallyport::http
