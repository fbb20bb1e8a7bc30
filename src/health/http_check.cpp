// SPDX-License-Identifier: Apache-2.0
#include "health/http_check.hpp"

#include "health/http_host.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace sallyport::health {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

std::string sentence_of(const error_code& error) {
    if (error == http::error::end_of_stream || error == asio::error::eof)
        return "The connection was closed before an answer came";
    if (error == http::error::partial_message) return "The connection was closed in the middle of the answer's head";
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return "The answer's head is longer than " + std::to_string(max_head_bytes) + " bytes";
    if (error.category() == http::make_error_code(http::error::bad_version).category())
        return "The answer is not HTTP/1: " + error.message();
    return "The connection broke: " + error.message();
}

} // namespace

bool is_wanted(const std::vector<config::StatusRange>& matcher, unsigned status) noexcept {
    return std::any_of(matcher.begin(), matcher.end(), [status](const config::StatusRange& range) {
        return range.first <= status && status <= range.last;
    });
}

HttpCheckBase::HttpCheckBase(asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check)
    : TcpCheck(loop, address, check.port, check.timeout), check_(check), address_(address) {}

void HttpCheckBase::judge(const error_code& error, unsigned status) {
    conclude(error, [&]() -> CheckResult {
        const auto code = static_cast<std::uint16_t>(status);
        if (is_wanted(check_.matcher, status)) return {Reason::none, {}, code, {}};
        return {Reason::response_code_mismatch, "The answer's status is " + std::to_string(status), code, {}};
    });
}

void HttpCheckBase::conclude(const error_code& error, const std::function<CheckResult()>& judged) {
    guarded([&] {
        if (error) return fail(Reason::failed_health_checks, sentence_of(error));
        const CheckResult result = judged();
        if (result.failure == Reason::none) return pass(result.status);
        fail(result.failure, result.sentence, result.status);
    });
}

void HttpCheck::connected() {
    exchange_.emplace(socket(), check().path, http_host(check(), address()).header);
    exchange_->run(shared_from_this(), [this](const error_code& error, unsigned status) { judge(error, status); });
}

} // namespace sallyport::health
