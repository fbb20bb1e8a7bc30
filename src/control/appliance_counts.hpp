// SPDX-License-Identifier: Apache-2.0
// What the workers together have counted for one appliance.
#pragma once

#include "support/index.hpp"

#include <cstdint>

namespace sallyport::control {

class View;

struct ApplianceCounts {
    std::uint64_t packets_sent = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t packets_returned = 0;
    std::uint64_t flows_created = 0;
    std::uint64_t flows_ended = 0;
    std::uint64_t flows_moved_to = 0;
    std::uint64_t copies_sent = 0;
    std::uint64_t packets_offloaded = 0;

    /// Created less ended: read the later one first, so that what happens in between makes it no smaller than it is.
    [[nodiscard]] std::uint64_t flows_active() const noexcept {
        return flows_created > flows_ended ? flows_created - flows_ended : 0;
    }
    [[nodiscard]] ApplianceCounts since(const ApplianceCounts& before) const noexcept;
};

/// Of everybody who ever was at this place of the roster.
[[nodiscard]] ApplianceCounts count_place(const View& view, ApplianceIndex appliance);
/// Of the appliance that is there now.
[[nodiscard]] ApplianceCounts count_appliance(const View& view, ApplianceIndex appliance);

} // namespace sallyport::control
