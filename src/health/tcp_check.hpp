// SPDX-License-Identifier: Apache-2.0
// Does the appliance or target accept a TCP connection? And what every check over TCP begins with.
#pragma once

#include "balance/legs/leg_notes.hpp"
#include "health/check.hpp"
#include "support/address.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sallyport::health {

class TcpCheck : public Check {
public:
    TcpCheck(boost::asio::io_context& loop, const IpAddress& address, std::uint16_t port,
             std::chrono::milliseconds timeout);
    /// Before start(): what is sent before all else, in every check that begins with TCP.
    void send_first(std::span<const std::uint8_t> bytes) { first_bytes_.assign(bytes.begin(), bytes.end()); }

    /// Before start(): the connection is noted as the gateway's own, so that no chain is for it. `kept` holds the note,
    /// and outlives the check by as long as the two ends take leave of each other.
    void note_as_own(balance::LegNotes& notes, std::shared_ptr<balance::LegNote> kept) {
        notes_ = &notes;
        kept_ = std::move(kept);
    }

protected:
    void begin() final;
    void close() noexcept override;
    /// The connection stands. For this check that is all.
    virtual void connected() { pass(); }

    [[nodiscard]] boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

private:
    void note_ends();
    void on_connect(const boost::system::error_code& error);
    void write_first_bytes();

    std::vector<std::uint8_t> first_bytes_;
    balance::LegNotes* notes_ = nullptr;
    std::shared_ptr<balance::LegNote> kept_;
    IpAddress remote_;

    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::tcp::endpoint peer_;
};

} // namespace sallyport::health
