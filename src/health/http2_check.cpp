// SPDX-License-Identifier: Apache-2.0
#include "health/http2_check.hpp"

#include "config/grpc_methods.hpp"
#include "health/grpc_message.hpp"
#include "health/http_host.hpp"

#include <utility>

namespace sallyport::health {
namespace {

using boost::system::error_code;

CheckResult failed(Reason reason, std::string sentence, unsigned status = 0) {
    return {reason, std::move(sentence), static_cast<std::uint16_t>(status), {}};
}

/// A status of HTTP that is none of gRPC's: a proxy's, or a server's that knows no gRPC.
CheckResult judged_grpc(const config::HealthCheck& check, const Http2Answer& answer) {
    if (answer.status != 200)
        return failed(Reason::response_code_mismatch, "The answer's status is " + std::to_string(answer.status),
                      answer.status);
    if (!answer.grpc_status) return failed(Reason::failed_health_checks, "The answer has no grpc-status");
    const unsigned code = *answer.grpc_status;
    if (!is_wanted(check.grpc_matcher, code))
        return failed(Reason::response_code_mismatch, "The answer's grpc-status is " + std::to_string(code), code);
    if (code != 0 || check.path != config::standard_grpc_method) return {};
    const auto serving = serving_status(answer.content);
    if (!serving) return failed(Reason::failed_health_checks, "The answer is none of the standard health service");
    if (*serving == Serving::serving) return {};
    return failed(Reason::failed_health_checks, "The service is " + name_of(*serving));
}

CheckResult judged_call(const config::HealthCheck& check, const Http2Call& call) {
    return call.fault().empty() ? judged(check, call.answer()) : failed(Reason::failed_health_checks, call.fault());
}

} // namespace

Http2Request http2_request(const config::HealthCheck& check, const IpAddress& address, const std::string& scheme) {
    Http2Request request{scheme, http_host(check, address).header, check.path, {}};
    const bool is_standard = check.path == config::standard_grpc_method;
    if (check.is_grpc) request.content = is_standard ? health_request(check.grpc_service) : framed({});
    return request;
}

CheckResult judged(const config::HealthCheck& check, const Http2Answer& answer) {
    if (check.is_grpc) return judged_grpc(check, answer);
    if (is_wanted(check.matcher, answer.status))
        return {Reason::none, {}, static_cast<std::uint16_t>(answer.status), {}};
    return failed(Reason::response_code_mismatch, "The answer's status is " + std::to_string(answer.status),
                  answer.status);
}

void Http2Check::connected() {
    exchange_.emplace(socket(), http2_request(check(), address(), "http"));
    exchange_->run(shared_from_this(), [this](const error_code& error, const Http2Call& call) {
        conclude(error, [&] { return judged_call(check(), call); });
    });
}

void Http2TlsCheck::secured() {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(stream().native_handle(), &chosen, &size);
    if (size == 0) return fail(Reason::failed_health_checks, "The target does not agree on HTTP/2 by ALPN");
    exchange_.emplace(stream(), http2_request(check(), address(), "https"));
    exchange_->run(shared_from_this(), [this](const error_code& error, const Http2Call& call) {
        conclude(error, [&] { return judged_call(check(), call); });
    });
}

} // namespace sallyport::health
