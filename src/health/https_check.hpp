// SPDX-License-Identifier: Apache-2.0
// The HTTP check over TLS. How TLS begins, and whether the certificate is verified, is whose session it is: the target
// group's, or the check's own.
#pragma once

#include "health/http_check.hpp"
#include "health/target_tls.hpp"

#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>

namespace sallyport::health {

/// As far as the handshake's end.
class TlsCheck : public HttpCheckBase {
public:
    using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

    /// `session` is not null.
    TlsCheck(boost::asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check,
             TlsSession session);

protected:
    void connected() final;
    /// TLS stands.
    virtual void secured() = 0;

    [[nodiscard]] Stream& stream() noexcept { return *stream_; }

private:
    void on_handshake(const boost::system::error_code& error);

    TlsSession session_; // until the stream has it
    std::optional<Stream> stream_;
};

class HttpsCheck final : public TlsCheck {
public:
    using TlsCheck::TlsCheck;

protected:
    void secured() override;

private:
    std::optional<HttpExchange<Stream>> exchange_;
};

} // namespace sallyport::health
