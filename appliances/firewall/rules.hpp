// SPDX-License-Identifier: Apache-2.0
// The firewall's rules as plain data, and the text format that they are written in (docs/appliances.md).
#pragma once

#include "kit/inner_packet.hpp"
#include "support/address.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::appliances {

enum class Action : std::uint8_t { allow, deny };

/// What happens to a TCP segment that is no SYN and belongs to no known flow: the flow began before the firewall did,
/// or on another firewall.
enum class Midstream : std::uint8_t { drop, adopt };

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// One end of a flow; an empty list stands for anything.
struct Side {
    std::vector<IpPrefix> prefixes;
    std::vector<PortRange> ports;
    friend bool operator==(const Side&, const Side&) = default;
};

/// Judges the first packet of a flow: `from` is who sent it. One with a text judges every packet.
struct Rule {
    Action action = Action::deny;
    std::vector<std::uint8_t> protocols; // empty: any
    Side from;
    Side to;
    std::string containing; // in the bytes of a packet's own; empty: whatever they are. Only with `deny`
    int line = 0;
    std::string text; // as written, blanks tidied

    [[nodiscard]] bool matches(const InnerPacket& packet) const noexcept;
};

struct Rules {
    std::vector<Rule> rules; // the first that matches decides
    Action otherwise = Action::deny;
    Midstream midstream = Midstream::drop;
    std::uint32_t offload_after_packets = 0; // of an allowed flow; 0: never
    bool offload_denied = false;             // flows that a rule or `default` denies
};

struct Finding {
    int line = 0; // 0: the file as a whole
    std::string message;
};

struct ParsedRules {
    Rules rules;
    std::vector<Finding> findings; // all that is wrong; the rules are only good without any
};

[[nodiscard]] ParsedRules parse_rules(std::string_view text);

/// The same for a file; one that cannot be read is a finding too.
[[nodiscard]] ParsedRules read_rules(const std::string& path);

} // namespace sallyport::appliances
