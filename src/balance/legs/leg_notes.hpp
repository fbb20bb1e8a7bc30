// SPDX-License-Identifier: Apache-2.0
// For whom did the gateway open this connection? Who opens one (a proxy, a health check) notes it before the first
// packet leaves; the worker that meets that packet reads the note when the flow begins, and needs it no more then.
// Writers on any thread, readers on any other; nobody waits for anybody.
#pragma once

#include "support/address.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace sallyport::balance {

/// A connection to a target, as its first packet shows it. `local` is unspecified when the kernel chooses the address:
/// a port that was bound for all addresses is no other socket's towards the same remote.
struct LegEnds {
    IpAddress local;
    std::uint16_t local_port = 0;
    IpAddress remote;
    std::uint16_t remote_port = 0;
};

/// On whose behalf.
struct LegOwner {
    /// Nobody's: the gateway asks for itself, and no chain is for that (a health check).
    bool is_gateway = false;
    IpAddress address; // of the client, as far as it is known: as a trusted upstream told, maybe
    std::uint16_t port = 0;
};

class LegNotes {
public:
    class Note;
    /// Room for so many connections that are being opened, and some more. 64 bytes each.
    explicit LegNotes(std::size_t slots = 8192);

    enum class Noted : std::uint8_t {
        done,
        taken, // somebody else opens the same one: it needs another port
        lost,  // no room. Counted; the appliances are not told who the client is
    };
    /// Before connect(). The note stands in `note` when it is done.
    [[nodiscard]] Noted add(const LegEnds& ends, const LegOwner& owner, Note& note) noexcept;
    /// False: nobody noted it.
    [[nodiscard]] bool find(const LegEnds& ends, LegOwner& owner) const noexcept;
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

private:
    /// A note in words: of either address the halves, and what is small in one.
    struct Words {
        std::array<std::uint64_t, 2> local = {};
        std::array<std::uint64_t, 2> remote = {};
        std::array<std::uint64_t, 2> owner = {};
        std::uint64_t rest = 0; // local port, remote port, owner's port, families and kind; 0: a free slot
    };
    /// Read between two equal, even numbers it is whole. A writer makes the number odd first.
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> sequence{0};
        std::array<std::atomic<std::uint64_t>, 7> words{};
    };

    [[nodiscard]] static Words words_of(const LegEnds& ends, const LegOwner& owner) noexcept;
    [[nodiscard]] static bool is_same_leg(const Words& one, const Words& other) noexcept;
    [[nodiscard]] std::size_t first_slot(const Words& words) const noexcept;
    [[nodiscard]] bool read(std::size_t slot, Words& words) const noexcept;
    [[nodiscard]] bool take(std::size_t slot, const Words& words) noexcept;
    [[nodiscard]] bool is_elsewhere(const Words& words, std::size_t own) const noexcept;

    std::size_t mask_;
    std::shared_ptr<std::vector<Slot>> slots_;
    std::atomic<std::uint64_t> lost_{0};
};

/// It stands as long as this lives: until the connection stands or has failed; a health check's to its end. Who opens
/// connections may be buried later than the notes: by an event loop, that held it to the last.
class LegNotes::Note {
public:
    Note() = default;
    Note(Note&& other) noexcept : slot_(std::move(other.slot_)) {}
    Note& operator=(Note&& other) noexcept {
        std::swap(slot_, other.slot_);
        return *this;
    }
    Note(const Note&) = delete;
    Note& operator=(const Note&) = delete;
    ~Note() {
        if (slot_ != nullptr) forget(*slot_);
    }

private:
    friend class LegNotes;
    explicit Note(std::shared_ptr<Slot> slot) noexcept : slot_(std::move(slot)) {}
    static void forget(Slot& slot) noexcept;

    std::shared_ptr<Slot> slot_; // keeps all of them
};

using LegNote = LegNotes::Note;

} // namespace sallyport::balance
