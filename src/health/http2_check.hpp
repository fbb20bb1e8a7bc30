// SPDX-License-Identifier: Apache-2.0
// Does the target answer over HTTP/2: a GET with a status that is wanted, or a call of gRPC with a code that is? In
// plain text by prior knowledge (RFC 9113 section 3.3), over TLS by ALPN.
#pragma once

#include "health/http2_exchange.hpp"
#include "health/https_check.hpp"

#include <optional>
#include <string>

namespace sallyport::health {

/// `scheme`: http or https.
[[nodiscard]] Http2Request http2_request(const config::HealthCheck& check, const IpAddress& address,
                                         const std::string& scheme);
/// What an answer that came says; `took` is left out. Of gRPC, the result's status is the code of gRPC.
[[nodiscard]] CheckResult judged(const config::HealthCheck& check, const Http2Answer& answer);

class Http2Check final : public HttpCheckBase {
public:
    using HttpCheckBase::HttpCheckBase;

protected:
    void connected() override;

private:
    std::optional<Http2Exchange<boost::asio::ip::tcp::socket>> exchange_;
};

class Http2TlsCheck final : public TlsCheck {
public:
    using TlsCheck::TlsCheck;

protected:
    void secured() override;

private:
    std::optional<Http2Exchange<Stream>> exchange_;
};

} // namespace sallyport::health
