// SPDX-License-Identifier: Apache-2.0
// A flow as a person writes it: 'tcp 192.0.2.10:40000 > 203.0.113.11:443'.
#pragma once

#include "support/address.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::cli {

/// The first packet of a flow, as far as policy looks at it.
struct FlowText {
    std::uint8_t protocol = 0;
    IpAddress source;
    IpAddress destination;
    std::uint16_t source_port = 0; // 0 where the protocol has none
    std::uint16_t destination_port = 0;
};

/// `tcp` and `udp` with ports; `icmp`, `icmpv6` and protocol numbers without. An IPv6 address with a port stands in
/// brackets. Fails with a sentence that has an example.
[[nodiscard]] Result<FlowText> parse_flow_text(std::string_view text);

/// "tcp", "udp", "icmp", "icmpv6", or "protocol 47".
[[nodiscard]] std::string protocol_name(std::uint8_t protocol);

/// The same flow as parse_flow_text() reads it.
[[nodiscard]] std::string to_string(const FlowText& flow);

} // namespace sallyport::cli
