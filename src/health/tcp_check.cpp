// SPDX-License-Identifier: Apache-2.0
#include "health/tcp_check.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>

namespace sallyport::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

asio::ip::address to_asio(const IpAddress& address) {
    if (address.is_v4()) return asio::ip::address_v4(address.v4_host_order());
    return asio::ip::address_v6(address.bytes());
}

/// Faults of connect() that say something of the gateway only.
bool is_ours(const error_code& error) {
    return error == boost::system::errc::address_not_available || error == asio::error::no_memory ||
           error == asio::error::no_buffer_space || error == asio::error::access_denied;
}

} // namespace

TcpCheck::TcpCheck(asio::io_context& loop, const IpAddress& address, std::uint16_t port,
                   std::chrono::milliseconds timeout)
    : Check(loop, timeout), remote_(address), socket_(loop), peer_(to_asio(address), port) {}

void TcpCheck::begin() {
    error_code error;
    socket_.open(peer_.protocol(), error);
    if (error) return fail(Reason::internal_error, "No socket is to be had: " + error.message());
    if (notes_ != nullptr) note_ends();
    socket_.async_connect(peer_, [self = shared_from_this(), this](const error_code& result) {
        guarded([this, &result] { on_connect(result); });
    });
}

/// Before the first packet leaves, so its port is chosen here. Whatever hinders that, the check is made; then it takes
/// the chain of a proxy's connection.
void TcpCheck::note_ends() {
    error_code error;
    socket_.bind({peer_.protocol(), 0}, error);
    if (error) return;
    const asio::ip::tcp::endpoint own = socket_.local_endpoint(error);
    if (error) return;
    const balance::LegEnds ends{IpAddress(), own.port(), remote_, peer_.port()};
    static_cast<void>(notes_->add(ends, {.is_gateway = true}, *kept_));
}

void TcpCheck::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
    kept_.reset(); // the checker has it
}

void TcpCheck::on_connect(const error_code& error) {
    if (!error) return first_bytes_.empty() ? connected() : write_first_bytes();
    if (error == asio::error::timed_out) return expire();
    const Reason reason = is_ours(error) ? Reason::internal_error : Reason::failed_health_checks;
    fail(reason, "No connection to port " + std::to_string(peer_.port()) + ": " + error.message());
}

void TcpCheck::write_first_bytes() {
    asio::async_write(socket_, asio::buffer(first_bytes_),
                      [self = shared_from_this(), this](const error_code& error, std::size_t) {
                          guarded([this, &error] {
                              if (!error) return connected();
                              fail(Reason::failed_health_checks, "The connection broke: " + error.message());
                          });
                      });
}

} // namespace sallyport::health
