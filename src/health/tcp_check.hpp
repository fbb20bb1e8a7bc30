// SPDX-License-Identifier: Apache-2.0
// Does the appliance accept a TCP connection? And what every check over TCP begins with.
#pragma once

#include "health/check.hpp"
#include "support/address.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace sallyport::health {

class TcpCheck : public Check {
public:
    TcpCheck(boost::asio::io_context& loop, const IpAddress& address, std::uint16_t port,
             std::chrono::milliseconds timeout);

protected:
    void begin() final;
    void close() noexcept override;
    /// The connection stands. For this check that is all.
    virtual void connected() { pass(); }

    [[nodiscard]] boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

private:
    void on_connect(const boost::system::error_code& error);

    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::tcp::endpoint peer_;
};

} // namespace sallyport::health
