// SPDX-License-Identifier: Apache-2.0
// The beginning of a flow: policy, chain, appliances, table entry. The slow path, once a flow.
#pragma once

#include "journey/steps.hpp"

#include <optional>

namespace sallyport::journey {

/// Begins the flow of a packet whose key is not in the table; sets packet.flow, or says why there is no flow. When
/// packet.flow is set, that flow has closed and the new one takes over its entry, which earlier packets of the burst
/// may still hold: it must neither become free nor another key's. A refusal leaves it as it was.
[[nodiscard]] std::optional<DropReason> begin_flow(Round& round, Packet& packet) noexcept;

/// What a segment of no flow meets: its listener's word, or its endpoint's.
[[nodiscard]] config::TcpMidstream midstream_of(const Round& round, const Packet& packet,
                                                ListenerIndex listener) noexcept;

} // namespace sallyport::journey
