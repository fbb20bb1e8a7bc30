// SPDX-License-Identifier: Apache-2.0
// The HTTP check over TLS 1.2 or 1.3. The certificate is verified only when the configuration names whom to trust, as
// ELB never does: then chain, time and name or address have to be right.
#pragma once

#include "health/http_check.hpp"
#include "support/result.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::health {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// `ca`: file of certificates to verify against; empty: not verified. Reads the file here and now.
[[nodiscard]] Result<TlsContext> tls_context(const std::string& ca);

/// As far as the handshake's end.
class TlsCheck : public HttpCheckBase {
public:
    using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

    TlsCheck(boost::asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check,
             TlsContext context);

protected:
    void connected() final;
    /// What is offered by ALPN, as RFC 7301 section 3.1 writes it; empty: the extension is not sent.
    [[nodiscard]] virtual std::string_view offered() const noexcept { return {}; }
    /// TLS stands.
    virtual void secured() = 0;

    [[nodiscard]] Stream& stream() noexcept { return *stream_; }

private:
    [[nodiscard]] bool set_names();
    [[nodiscard]] bool set_offer();
    void on_handshake(const boost::system::error_code& error);

    TlsContext context_;
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
