// SPDX-License-Identifier: Apache-2.0
// Does the appliance answer an HTTP request with a status that is wanted?
#pragma once

#include "config/config.hpp"
#include "health/http_exchange.hpp"
#include "health/tcp_check.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace sallyport::health {

/// Of statuses of HTTP, or of codes of gRPC.
[[nodiscard]] bool is_wanted(const std::vector<config::StatusRange>& matcher, unsigned status) noexcept;

/// What plain HTTP and HTTPS have in common, in HTTP/1 and in HTTP/2.
class HttpCheckBase : public TcpCheck {
public:
    HttpCheckBase(boost::asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check);

protected:
    [[nodiscard]] const config::HealthCheck& check() const noexcept { return check_; }
    [[nodiscard]] const IpAddress& address() const noexcept { return address_; }
    /// HTTP/1's end.
    void judge(const boost::system::error_code& error, unsigned status);
    /// The end: what `judged` says, if no error came in the answer's place.
    void conclude(const boost::system::error_code& error, const std::function<CheckResult()>& judged);

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
