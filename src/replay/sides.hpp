// SPDX-License-Identifier: Apache-2.0
// On which side of the gateway the sender of a trace's packet stands. A trace is recorded at one place and does not
// say; so whoever begins a flow is taken to be north, unless prefixes were given that are.
#pragma once

#include "flow/flow_key.hpp"
#include "kit/inner_packet.hpp"
#include "support/address.hpp"
#include "support/index.hpp"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace sallyport::replay {

enum class Side { north, south };

/// The flow that the packet is of: TCP and UDP with ports, all else without.
[[nodiscard]] flow::OrientedKey flow_of(EndpointIndex endpoint, const appliances::InnerPacket& packet) noexcept;

class Sides {
public:
    /// With `north`, senders inside these prefixes are north and all others south. Remembers at least `capacity` flows,
    /// the most recently seen ones, and no more than twice as many.
    explicit Sides(std::vector<IpPrefix> north, std::size_t capacity = std::size_t{1} << 20U);

    [[nodiscard]] Side side_of_sender(EndpointIndex endpoint, const appliances::InnerPacket& packet);

private:
    struct Hash {
        std::size_t operator()(const flow::FlowKey& key) const noexcept;
    };
    /// Whether the key's high side is the initiator.
    using Initiators = std::unordered_map<flow::FlowKey, bool, Hash>;

    [[nodiscard]] const bool* find(const flow::FlowKey& key);
    void remember(const flow::FlowKey& key, bool initiator_is_high);

    std::vector<IpPrefix> north_;
    std::size_t capacity_;
    Initiators recent_;
    Initiators older_;
};

} // namespace sallyport::replay
