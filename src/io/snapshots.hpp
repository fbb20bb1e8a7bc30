// SPDX-License-Identifier: Apache-2.0
// Snapshots that workers read without locks, and the moment when an old one may go: once every worker has picked up a
// newer one, which it does at the start of a round. A worker keeps no reference over the end of a round.
#pragma once

#include "chain/roster.hpp"
#include "forward/table.hpp"
#include "journey/worker.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace sallyport::io {

struct Snapshot {
    std::uint64_t version = 0;
    std::shared_ptr<const chain::Roster> roster;
    forward::Table forwarding;
};

class Snapshots {
public:
    // The control thread's side.
    void publish(std::shared_ptr<const chain::Roster> roster, forward::Table forwarding) {
        owned_.emplace_back(new Snapshot{++version_, std::move(roster), std::move(forwarding)});
        current_.store(owned_.back().get(), std::memory_order_release);
        collect();
    }
    /// Frees what no worker reads any more.
    void collect() {
        std::uint64_t oldest = version_;
        for (const Reader& reader : readers_)
            oldest = std::min(oldest, reader.version.load(std::memory_order_acquire));
        std::erase_if(owned_, [oldest](const auto& snapshot) { return snapshot->version < oldest; });
    }
    [[nodiscard]] const Snapshot& latest() const noexcept { return *owned_.back(); }
    [[nodiscard]] std::size_t held() const noexcept { return owned_.size(); }

    /// Before a worker's thread starts: from now on nothing is freed that it has not passed.
    void join(unsigned worker) noexcept { readers_[worker].version.store(0, std::memory_order_release); }
    /// After its thread has ended.
    void leave(unsigned worker) noexcept { readers_[worker].version.store(absent, std::memory_order_release); }

    /// A worker's side, at the start of every round: the snapshot to read until the next call.
    [[nodiscard]] const Snapshot& pick_up(unsigned worker) noexcept {
        const Snapshot* snapshot = current_.load(std::memory_order_acquire);
        readers_[worker].version.store(snapshot->version, std::memory_order_release);
        return *snapshot;
    }

private:
    static constexpr std::uint64_t absent = std::numeric_limits<std::uint64_t>::max();
    struct alignas(64) Reader {
        std::atomic<std::uint64_t> version{absent};
    };

    std::uint64_t version_ = 0;
    std::vector<std::unique_ptr<const Snapshot>> owned_;
    std::atomic<const Snapshot*> current_{nullptr};
    std::array<Reader, journey::max_workers> readers_;
};

} // namespace sallyport::io
