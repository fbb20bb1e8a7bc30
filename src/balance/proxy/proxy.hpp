// SPDX-License-Identifier: Apache-2.0
// The stream proxy: accepts TCP connections on a set of listeners and carries each to a target that a chooser names.
// All of it, calls and callbacks, on the thread of one event loop; nothing there waits.
#pragma once

#include "balance/proxy/listener_config.hpp"
#include "balance/proxy/stream_world.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::balance {

struct ListenerReport {
    std::string name;
    ListenerId id = 0;
    SocketAddress address; // with the kernel's port, if it was to choose one
    bool is_listening = false;
    ListenerCounters counters;
};

/// A listener that can not listen, for now; update() tries again.
struct ListenerFailure {
    ListenerId id = 0;
    std::string sentence;
};

enum class Leftovers : std::uint8_t { live_on, are_reset };

class Proxy {
public:
    /// Loop, chooser and observer outlive it.
    Proxy(Loop& loop, const ProxySettings& settings, TargetChooser& chooser, StreamObserver& observer);
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;
    /// Resets what lives.
    ~Proxy();

    /// From now on these listeners, known by address and port. One that stays keeps its acceptor, its counters and its
    /// connections, and takes its new settings for connections to come. One that goes accepts no more; its connections
    /// live on, or are reset. Gives those that can not listen; all others do. After stop(): nothing.
    std::vector<ListenerFailure> update(const std::vector<StreamListener>& listeners,
                                        Leftovers leftovers = Leftovers::live_on);

    /// Connections of a target, those on their way to it as well.
    [[nodiscard]] std::size_t connections(TargetId target) const noexcept;
    /// Connections in all.
    [[nodiscard]] std::size_t connections() const noexcept;
    /// Resets both sides of all connections of a target. How many there were.
    std::size_t terminate(TargetId target);

    /// Accepts no more, and calls `stopped` (once, from the loop) when no connection is left, or after `drain`, when
    /// what is left has been reset.
    void stop(std::chrono::milliseconds drain, std::function<void()> stopped);

    /// Listeners, and those that are gone while connections of theirs live.
    [[nodiscard]] std::vector<ListenerReport> listeners() const;
    /// At most `limit` living connections.
    [[nodiscard]] std::vector<StreamReport> streams(std::size_t limit) const;
    /// Bytes held for sinks that are slow, now.
    [[nodiscard]] std::size_t held_bytes() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace sallyport::balance
