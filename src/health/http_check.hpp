// SPDX-License-Identifier: Apache-2.0
// Does the appliance answer an HTTP request with a status that is wanted?
#pragma once

#include "config/config.hpp"
#include "health/http_exchange.hpp"
#include "health/tcp_check.hpp"

#include <memory>
#include <optional>

namespace sallyport::health {

/// What plain HTTP and HTTPS have in common.
class HttpCheckBase : public TcpCheck {
public:
    HttpCheckBase(boost::asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check);

protected:
    [[nodiscard]] const config::HealthCheck& check() const noexcept { return check_; }
    [[nodiscard]] const IpAddress& address() const noexcept { return address_; }
    void judge(const boost::system::error_code& error, unsigned status);

private:
    config::HealthCheck check_;
    IpAddress address_;
};

class HttpCheck final : public HttpCheckBase {
public:
    using HttpCheckBase::HttpCheckBase;

protected:
    void connected() override;

private:
    std::optional<HttpExchange<boost::asio::ip::tcp::socket>> exchange_;
};

} // namespace sallyport::health
