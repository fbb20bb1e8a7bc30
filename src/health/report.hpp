// SPDX-License-Identifier: Apache-2.0
// What is known of an appliance or a target under watch, as reports show it.
#pragma once

#include "chain/slots.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::health {

struct Report {
    std::uint16_t index = 0xffff; // as in Watched
    std::string name;
    chain::Health health = chain::Health::initial;
    std::string_view reason;
    std::string sentence;
    std::uint64_t checks = 0; // done since it is watched
    std::uint64_t checks_failed = 0;
    unsigned failures_in_a_row = 0;
    std::optional<std::chrono::microseconds> took; // the last check; none yet
    std::string last_failure;                      // of the last check, if that failed
    /// An appliance that is sent to, and nothing comes back; healthy all the same if a GENEVE probe passes.
    bool is_silent = false;
    bool fails_connections = false; // a target
};

} // namespace sallyport::health
