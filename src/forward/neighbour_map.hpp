// SPDX-License-Identifier: Apache-2.0
// Neighbours by port and address, in one flat array with linear probing: built once for a snapshot, read once for
// every packet to a station on a link.
#pragma once

#include "support/address.hpp"
#include "support/index.hpp"

#include <bit>
#include <cstdint>
#include <vector>

namespace sallyport::forward {

struct Neighbour {
    PortIndex port = no_index;
    IpAddress address;
    MacAddress mac;
};

class NeighbourMap {
public:
    NeighbourMap() = default;
    /// Of two neighbours with one port and address the last wins.
    explicit NeighbourMap(const std::vector<Neighbour>& neighbours) : slots_(std::bit_ceil(neighbours.size() * 2 + 1)) {
        for (const Neighbour& neighbour : neighbours) {
            Neighbour& slot = slots_[place(neighbour.port, neighbour.address)];
            slot = neighbour;
        }
    }

    [[nodiscard]] bool find(PortIndex port, const IpAddress& address, MacAddress& mac) const noexcept {
        if (slots_.empty()) return false;
        const Neighbour& slot = slots_[place(port, address)];
        if (slot.port == no_index) return false;
        mac = slot.mac;
        return true;
    }

private:
    /// Where the neighbour stands, or the free place where it would.
    [[nodiscard]] std::size_t place(PortIndex port, const IpAddress& address) const noexcept {
        std::size_t at = (address.high() * 0x9e3779b97f4a7c15U ^ address.low() * 0xc2b2ae3d27d4eb4fU ^ port) >> 7;
        for (;; ++at) {
            const Neighbour& slot = slots_[at & (slots_.size() - 1)];
            if (slot.port == no_index || (slot.port == port && slot.address == address)) break;
        }
        return at & (slots_.size() - 1);
    }

    std::vector<Neighbour> slots_; // a power of two, at most half full
};

} // namespace sallyport::forward
