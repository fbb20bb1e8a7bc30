// SPDX-License-Identifier: Apache-2.0
// Which listener does a packet's destination name? One look for every flow that begins, and for every packet that is
// addressed to the gateway itself.
#pragma once

#include "flow/flow_key.hpp"
#include "support/index.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace sallyport::balance {

/// Where a listener listens.
struct ListenAddress {
    std::array<std::uint64_t, 2> address = {}; // halves, host order; IPv4 mapped
    std::uint16_t port = 0;
    EndpointIndex endpoint = no_index;
    std::uint8_t protocol = 0; // IP protocol number
    Family family = Family::ipv4;

    [[nodiscard]] std::uint64_t rest() const noexcept {
        return std::uint64_t{port} << 48 | std::uint64_t{endpoint} << 16 | std::uint64_t{protocol} << 8 |
               static_cast<std::uint64_t>(family);
    }
};

/// Open addressing, at most half full: built once, and its keys are the configuration's, so no sender chooses them.
class ListenerTable {
public:
    ListenerTable() = default;
    /// Room for `count` addresses.
    explicit ListenerTable(std::size_t count) : slots_(std::bit_ceil(2 * count + 1)) {}

    void add(const ListenAddress& at, ListenerIndex listener) noexcept {
        std::size_t slot = first_slot(at);
        while (slots_[slot].listener != no_index)
            slot = next(slot);
        slots_[slot] = {at.address, at.rest(), listener};
    }
    /// no_index when nobody listens there.
    [[nodiscard]] ListenerIndex find(const ListenAddress& at) const noexcept {
        if (slots_.empty()) return no_index;
        const std::uint64_t rest = at.rest();
        for (std::size_t slot = first_slot(at); slots_[slot].listener != no_index; slot = next(slot)) {
            if (slots_[slot].rest == rest && slots_[slot].address == at.address) return slots_[slot].listener;
        }
        return no_index;
    }

private:
    struct Slot {
        std::array<std::uint64_t, 2> address = {};
        std::uint64_t rest = 0;
        ListenerIndex listener = no_index;
    };
    [[nodiscard]] std::size_t first_slot(const ListenAddress& at) const noexcept {
        const std::uint64_t mixed = (at.address[0] ^ at.address[1] * 3 ^ at.rest()) * 0x9e3779b97f4a7c15U;
        return (mixed >> 32) & (slots_.size() - 1);
    }
    [[nodiscard]] std::size_t next(std::size_t slot) const noexcept { return (slot + 1) & (slots_.size() - 1); }

    std::vector<Slot> slots_;
};

} // namespace sallyport::balance
