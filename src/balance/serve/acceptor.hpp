// SPDX-License-Identifier: Apache-2.0
// Takes in the connections of one listener's clients on one thread: each thread has a socket of its own at the same
// address, and the kernel spreads connections over them (SO_REUSEPORT).
#pragma once

#include "balance/proxy/socket_address.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/reactor.hpp"

#include <memory>

namespace sallyport::serve {

class Acceptor final : public Watched {
public:
    Acceptor(Engine& engine, std::shared_ptr<const ListenerPlan> listener);

    [[nodiscard]] const ListenerPlan& listener() const noexcept { return *listener_; }
    /// From the next connection on.
    void follow(std::shared_ptr<const ListenerPlan> listener) noexcept { listener_ = std::move(listener); }
    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }
    /// Fails with a sentence.
    Result<void> open();
    void close() noexcept { socket_ = Descriptor(); }

    void on_ready(std::uint32_t events) override;

private:
    void welcome(Descriptor socket, const balance::SocketAddress& peer, Admission admission);

    Engine& engine_;
    std::shared_ptr<const ListenerPlan> listener_;
    Descriptor socket_;
    Timer again_; // after the process had no descriptors left
};

} // namespace sallyport::serve
