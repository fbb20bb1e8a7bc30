// SPDX-License-Identifier: Apache-2.0
// The packet inside a GENEVE probe: an ordinary IP packet, that an appliance judges by its ordinary rules.
#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::health {

/// An IP packet with right checksums, as `probe` describes it. Source port, identification and sequence go with
/// `number`, so that neither a firewall's state table nor a capture takes one probe for a repetition of another.
/// UDP and ICMP echo carry the text "sallyport probe"; a TCP SYN carries nothing, as data there is what firewalls
/// take offence at. Empty when there is no such packet: addresses of two families, or another protocol.
[[nodiscard]] std::vector<std::uint8_t> probe_packet(const config::GeneveProbe& probe, std::uint32_t number);

} // namespace sallyport::health
