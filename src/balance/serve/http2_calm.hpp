// SPDX-License-Identifier: Apache-2.0
// Does a client of HTTP/2 make work that leads to nothing? What is cheap to send and dear to serve, such as requests
// that are taken back at once (CVE-2023-44487), or frames that change nothing (RFC 9113 10.5), may come with requests,
// but not in their place.
#pragma once

#include "balance/serve/time.hpp"

#include <cstdint>

namespace sallyport::serve {

class Http2Calm {
public:
    static constexpr auto window = std::chrono::seconds(10);
    /// A stream that lived longer than that has cost its client as much as us, by the limit on streams at one time.
    static constexpr auto early = std::chrono::seconds(1);
    // In one window, with none and with each request that was answered to its end.
    static constexpr std::uint32_t resets = 100;
    static constexpr std::uint32_t resets_each = 2;
    static constexpr std::uint32_t frames = 1'000;
    static constexpr std::uint32_t frames_each = 10;

    /// A stream ended early and by the client's doing: reset, or for a fault that made us reset it. False: too many.
    [[nodiscard]] bool on_reset(Time now) noexcept {
        turn(now);
        return ++resets_ <= resets + resets_each * completed_;
    }
    /// SETTINGS, PRIORITY, or DATA without content and end. False: too many.
    [[nodiscard]] bool on_idle_frame(Time now) noexcept {
        turn(now);
        return ++frames_ <= frames + frames_each * completed_;
    }
    void on_completed(Time now) noexcept {
        turn(now);
        ++completed_;
    }

private:
    void turn(Time now) noexcept {
        if (now - since_ < window) return;
        *this = {};
        since_ = now;
    }

    Time since_{};
    std::uint32_t resets_ = 0;
    std::uint32_t frames_ = 0;
    std::uint32_t completed_ = 0;
};

} // namespace sallyport::serve
