// SPDX-License-Identifier: Apache-2.0
// Where packets wait for a step. A round carries at most max_burst packets and each is in one inbox, so none overflows.
#pragma once

#include "journey/packet.hpp"
#include "journey/worker.hpp"

#include <array>
#include <span>

namespace sallyport::journey {

class Inbox {
public:
    void push(Packet* packet) noexcept { packets_[count_++] = packet; }
    [[nodiscard]] std::span<Packet* const> packets() const noexcept { return {packets_.data(), count_}; }
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    void clear() noexcept { count_ = 0; }

    [[nodiscard]] Packet* const* begin() const noexcept { return packets_.data(); }
    [[nodiscard]] Packet* const* end() const noexcept { return packets_.data() + count_; }

private:
    unsigned count_ = 0;
    std::array<Packet*, max_burst> packets_; // no initialiser: a round makes a dozen of these
};

} // namespace sallyport::journey
