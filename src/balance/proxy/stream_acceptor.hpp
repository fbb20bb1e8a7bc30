// SPDX-License-Identifier: Apache-2.0
// One address and port that the proxy accepts on.
#pragma once

#include "balance/proxy/stream.hpp"
#include "support/result.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <memory>

namespace sallyport::balance {

class StreamAcceptor final : public std::enable_shared_from_this<StreamAcceptor> {
public:
    StreamAcceptor(std::shared_ptr<StreamWorld> world, const StreamListener& config);

    /// Binds and listens; call it again after a failure, if you will. The address need not be there yet (IP_FREEBIND).
    [[nodiscard]] Result<void> open();
    /// Accepts no more; the connections live on. What waits in the kernel's backlog is reset by the kernel.
    void close() noexcept;
    void close_all(StreamEnd why) noexcept;

    /// For connections to come. The address stays the same.
    void configure(const StreamListener& config) { state_->config = config; }
    [[nodiscard]] bool is_open() const noexcept { return acceptor_.is_open(); }
    /// With the port that the kernel chose, if the config's is 0.
    [[nodiscard]] const SocketAddress& bound_to() const noexcept { return bound_to_; }
    [[nodiscard]] ListenerState& state() noexcept { return *state_; }

private:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Loop::executor_type>;
    enum class Taken : std::uint8_t { one, none_left, out_of_resources };

    [[nodiscard]] Result<void> take_address();
    void expect_clients();
    void on_clients();
    [[nodiscard]] Taken accept_one();
    void begin_stream(int descriptor, const SocketAddress& peer);
    void refuse(int descriptor, StreamEnd why) noexcept;
    [[nodiscard]] SocketAddress local_end(int descriptor) const;
    void pause() noexcept;

    std::shared_ptr<StreamWorld> world_;
    std::shared_ptr<ListenerState> state_;
    Acceptor acceptor_;
    LoopTimer pause_;
    SocketAddress bound_to_;
};

} // namespace sallyport::balance
