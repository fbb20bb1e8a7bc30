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

namespace sallyport::health {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// `ca`: file of certificates to verify against; empty: not verified. Reads the file here and now.
[[nodiscard]] Result<TlsContext> tls_context(const std::string& ca);

class HttpsCheck final : public HttpCheckBase {
public:
    using Socket = boost::asio::ip::tcp::socket;

    HttpsCheck(boost::asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check,
               TlsContext context);

protected:
    void connected() override;

private:
    [[nodiscard]] bool set_names();
    void on_handshake(const boost::system::error_code& error);

    TlsContext context_;
    std::optional<boost::asio::ssl::stream<Socket&>> stream_;
    std::optional<HttpExchange<boost::asio::ssl::stream<Socket&>>> exchange_;
};

} // namespace sallyport::health
