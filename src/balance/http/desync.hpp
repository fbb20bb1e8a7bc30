// SPDX-License-Identifier: Apache-2.0
// How far may a request be read differently by others, and what becomes of it? ALB's desync mitigation: its classes,
// its reason codes, its modes.
//
// Whatever is forwarded is written anew from the head that was read, so that the target never sees the trick itself.
// What cannot be framed safely (where the content ends is not beyond doubt) is malformed for the reader, and refused in
// all modes, monitor as well.
#pragma once

#include "config/http.hpp"

#include <cstdint>
#include <string_view>

namespace sallyport::http {

enum class DesyncClass : std::uint8_t { compliant, acceptable, ambiguous, severe };

/// In the order of ALB's documentation.
enum class DesyncReason : std::uint8_t {
    none,
    ambiguous_uri,
    bad_content_length,
    bad_header,
    bad_method,
    bad_transfer_encoding,
    bad_uri,
    bad_version,
    both_te_cl_present,
    duplicate_content_length,
    empty_header,
    get_head_zero_content_length,
    multiple_content_length,
    multiple_transfer_encoding_chunked,
    non_compliant_header,
    non_compliant_version,
    space_in_uri,
    suspicious_header,
    suspicious_te_cl_present,
    undefined_content_length_semantics,
    undefined_transfer_encoding_semantics,
};
inline constexpr std::size_t desync_reasons = 21;

/// The worst that a request has, and the first reason of that class.
struct DesyncReport {
    DesyncClass worst = DesyncClass::compliant;
    DesyncReason reason = DesyncReason::none;

    void note(DesyncClass found, DesyncReason why) noexcept {
        if (found > worst) *this = {found, why};
    }
    friend bool operator==(const DesyncReport&, const DesyncReport&) = default;
};

enum class DesyncVerdict : std::uint8_t {
    forward,
    forward_and_close, // and both connections, the client's and the target's, end after this request
    refuse             // 400
};

/// Of a request that was read to its end.
[[nodiscard]] DesyncVerdict judge(config::DesyncMode mode, DesyncReport report) noexcept;

/// ALB's words, as its access log has them: "Ambiguous", "BothTeClPresent"; "-" for no reason.
[[nodiscard]] std::string_view word(DesyncClass which) noexcept;
[[nodiscard]] std::string_view word(DesyncReason which) noexcept;

} // namespace sallyport::http
