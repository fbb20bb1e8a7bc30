// SPDX-License-Identifier: Apache-2.0
// How full are the source ports towards each target? Says so before a flow finds none: once at 80 %, and again only
// after it was below 70 %. Pure: the flows are an argument.
#pragma once

#include "balance/l4/directory.hpp"
#include "support/index.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sallyport::control {

inline constexpr unsigned port_room_warns_percent = 80;
inline constexpr unsigned port_room_calms_percent = 70;

/// How many flows of one protocol a target can have at one time; nothing where clients' addresses are preserved.
[[nodiscard]] std::optional<std::uint64_t> port_room(const balance::Directory& directory, TargetIndex target);

class PortRoomWatch {
public:
    /// A sentence for each target whose ports run short since the last call.
    [[nodiscard]] std::vector<std::string> look(const balance::Directory& directory,
                                                const std::function<std::uint64_t(TargetIndex)>& flows);

private:
    std::set<TargetIndex> warned_;
};

} // namespace sallyport::control
