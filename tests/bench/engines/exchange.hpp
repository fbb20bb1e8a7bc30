// SPDX-License-Identifier: Apache-2.0
// Whose bytes are read now, and how many of them may go on? The relays of all event engines share this, so that what is
// compared is the engine. As little HTTP as wrk and nginx speak: requests without a body, answers with Content-Length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sallyport::engines {

enum class Side : std::uint8_t { client = 0, upstream = 1 };

constexpr Side other(Side side) {
    return side == Side::client ? Side::upstream : Side::client;
}
constexpr std::size_t index(Side side) {
    return static_cast<std::size_t>(side);
}

/// Request and answer of one connection by turns, through one buffer that is reused for every message.
class Exchange {
public:
    /// Who is to be read from; what it says goes to the other.
    [[nodiscard]] Side source() const { return source_; }
    /// Where the next bytes of the source go.
    [[nodiscard]] std::span<char> space() { return std::span(bytes_).subspan(end_); }
    /// The first `count` bytes of space() are the source's. False when this is no HTTP that we speak.
    [[nodiscard]] bool received(std::size_t count);
    /// What may go to the other side now: nothing before a message's head is complete.
    [[nodiscard]] std::string_view to_send() const { return {bytes_.data() + begin_, head_seen_ ? end_ - begin_ : 0}; }
    /// The first `count` bytes of to_send() are gone.
    void sent(std::size_t count);

private:
    bool read_head();

    Side source_ = Side::client;
    bool head_seen_ = false;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t body_missing_ = 0;
    std::array<char, 16384> bytes_;
};

} // namespace sallyport::engines
