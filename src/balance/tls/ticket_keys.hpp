// SPDX-License-Identifier: Apache-2.0
// With which keys are session tickets sealed and opened (RFC 5077, RFC 8446 section 4.6.1)? One thread rotates, all
// read, and none waits for another.
#pragma once

#include "support/clock.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace sallyport::tls {

/// What seals a ticket: AES-256-CBC, then HMAC-SHA-256.
struct TicketKey {
    static constexpr std::size_t name_bytes = 16;
    std::array<unsigned char, name_bytes> name; // stands in front of the ticket, readable for all
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
};

/// Of one listener. The current key seals; it and the one before it open. A key that is neither is overwritten, so that
/// nobody can open old tickets with what the process has in memory.
class TicketKeys {
public:
    TicketKeys(Instant now, std::chrono::milliseconds rotation);

    /// By the control thread, now and then.
    void rotate_when_due(Instant now);

    [[nodiscard]] TicketKey current() const;
    struct Opener {
        TicketKey key;
        bool is_current = false; // else the client wants a new ticket
    };
    /// The key of that name, while it opens.
    [[nodiscard]] std::optional<Opener> find(std::span<const unsigned char, TicketKey::name_bytes> name) const;

    /// For how long a ticket is good, whenever it was sealed: a whole rotation.
    [[nodiscard]] std::chrono::milliseconds lifetime() const noexcept { return rotation_; }

private:
    static constexpr std::size_t words = sizeof(TicketKey) / 8;
    static constexpr std::size_t slots = 3; // current, previous, and an empty one to write the next into

    /// A key between threads. `version` is odd while it is being written.
    struct Slot {
        std::atomic<std::uint64_t> version = 0;
        std::array<std::atomic<std::uint64_t>, words> content = {};
    };

    void rotate();
    void put(Slot& slot, const std::array<std::uint64_t, words>& content);
    [[nodiscard]] static std::optional<TicketKey> get(const Slot& slot);
    /// Counted from 0: rotation n is in slot n modulo 3.
    [[nodiscard]] const Slot& slot_of(std::uint64_t rotation) const { return slots_[rotation % slots]; }

    std::array<Slot, slots> slots_;
    std::atomic<std::uint64_t> rotations_ = 0; // the current key's number; 0: the first
    std::chrono::milliseconds rotation_;
    Instant next_;
};

} // namespace sallyport::tls
