// SPDX-License-Identifier: Apache-2.0
// Packets that steps made during a call and that no round has carried yet.
#pragma once

#include "journey/packet.hpp"

#include <cstddef>
#include <vector>

namespace sallyport::journey {

class Produced {
public:
    /// A burst of 64 packets, each of them copied to every hop or cut into fragments, fits.
    explicit Produced(std::size_t capacity) { packets_.reserve(capacity); }

    /// False when there is no room.
    [[nodiscard]] bool push(Packet* packet) noexcept {
        if (packets_.size() == packets_.capacity()) return false;
        packets_.push_back(packet);
        return true;
    }
    /// The one made first; nullptr when there is none.
    [[nodiscard]] Packet* pop() noexcept {
        if (next_ == packets_.size()) {
            packets_.clear();
            next_ = 0;
            return nullptr;
        }
        return packets_[next_++];
    }
    [[nodiscard]] bool empty() const noexcept { return next_ == packets_.size(); }

private:
    std::vector<Packet*> packets_; // never grows beyond what was reserved
    std::size_t next_ = 0;
};

} // namespace sallyport::journey
