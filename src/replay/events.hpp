// SPDX-License-Identifier: Apache-2.0
// What happens to appliances and targets during a replay, as a text file says it: one event a line, at a time from the
// trace's first packet on.
#pragma once

#include "config/config.hpp"
#include "config/finding.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::replay {

enum class EventKind {
    unhealthy,  // what health checks would find
    healthy,    // likewise
    drain,      // no new flows any more
    deregister, // and the deregistration delay is over
    put_back,   // `register`: as if it had never been drained
    shift,      // a zone gets no new flows
    unshift,    // and gets them again
    reload,     // `config`: another configuration
};

struct Event {
    std::chrono::milliseconds offset{0}; // from the trace's first packet
    EventKind kind = EventKind::healthy;
    std::string group;                            // the first five: of appliances, or of targets
    std::string member;                           // likewise
    std::string zone;                             // shift, unshift
    std::shared_ptr<const config::Config> config; // reload
    int line = 0;
};

struct ReadEvents {
    std::vector<Event> events;             // by time; of one time in the order of their lines
    std::vector<config::Finding> findings; // every line that can not be read; with any, there is nothing to use
};

/// `folder` is where relative paths of `config` start from; such a file is read here, and what is wrong in it is a
/// finding of the event's line.
[[nodiscard]] ReadEvents parse_events(std::string_view text, const std::filesystem::path& folder);

/// The same for a file of at most a mebibyte; one that can not be read is a finding, too.
[[nodiscard]] ReadEvents read_events(const std::string& path);

} // namespace sallyport::replay
