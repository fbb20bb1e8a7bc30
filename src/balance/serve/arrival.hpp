// SPDX-License-Identifier: Apache-2.0
// A client's connection in TLS until it is known what is spoken on it: the handshake, and whose requests come.
#pragma once

#include "balance/serve/client_stream.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/link.hpp"

#include <memory>

namespace sallyport::serve {

class Arrival final : public Link {
public:
    /// The transport has its TLS session already.
    Arrival(Engine& engine, Transport transport, std::unique_ptr<ClientConnection> connection);

    [[nodiscard]] std::uint16_t listener_number() const noexcept override { return connection_->listener->number; }
    void close_soon() override { end(); }
    void close_now() override { end(); }

private:
    void on_readable() override { shake_hands(); }
    void on_broken() override { fail(); }
    void shake_hands();
    void succeed();
    void fail();
    void end();

    Engine& engine_;
    std::unique_ptr<ClientConnection> connection_;
    Timer timer_;
    Time began_;
};

/// A line of the connection log, if there is one. `handshake`: how long it took, when it was completed.
void log_connection(Engine& engine, const ClientConnection& connection, SSL* session,
                    std::optional<std::chrono::microseconds> handshake);

} // namespace sallyport::serve
