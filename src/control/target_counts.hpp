// SPDX-License-Identifier: Apache-2.0
// What the workers and the proxies together have counted for one target.
#pragma once

#include "support/index.hpp"

#include <cstdint>

namespace sallyport::control {

class View;

struct TargetCounts {
    std::uint64_t flows_created = 0;
    std::uint64_t flows_ended = 0;
    std::uint64_t packets_to = 0;
    std::uint64_t bytes_to = 0;
    std::uint64_t packets_from = 0;
    std::uint64_t bytes_from = 0;
    std::uint64_t refused = 0;
    std::uint64_t unanswered = 0;
    std::uint64_t answered = 0;
    std::uint64_t terminated = 0;
    std::uint64_t requests_succeeded = 0;
    std::uint64_t requests_failed = 0;

    /// Created less ended: read the later one first, so that what happens in between makes it no smaller than it is.
    [[nodiscard]] std::uint64_t flows_active() const noexcept {
        return flows_created > flows_ended ? flows_created - flows_ended : 0;
    }
    [[nodiscard]] TargetCounts since(const TargetCounts& before) const noexcept;
};

/// Of everybody who ever was at this place of the directory.
[[nodiscard]] TargetCounts count_target_place(const View& view, TargetIndex target);
/// Of the target that is there now.
[[nodiscard]] TargetCounts count_target(const View& view, TargetIndex target);

} // namespace sallyport::control
