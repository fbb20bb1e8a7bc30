// SPDX-License-Identifier: Apache-2.0
#include "health/https_check.hpp"

#include "health/http_host.hpp"

#include <openssl/x509_vfy.h>

#include <string>
#include <utility>

namespace sallyport::health {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// What the certificate has to name (RFC 9525): a host, else an address.
std::string wanted_name(SSL* tls) {
    X509_VERIFY_PARAM* const wanted = SSL_get0_param(tls);
    if (const char* host = X509_VERIFY_PARAM_get0_host(wanted, 0)) return host;
    const std::unique_ptr<char, void (*)(char*)> address(X509_VERIFY_PARAM_get1_ip_asc(wanted),
                                                         [](char* text) { OPENSSL_free(text); });
    return address ? address.get() : "";
}

std::string sentence_of(SSL* tls, const error_code& error) {
    const long verified = SSL_get_verify_result(tls);
    if (SSL_get_verify_mode(tls) == SSL_VERIFY_NONE || verified == X509_V_OK)
        return "The TLS handshake failed: " + error.message();
    std::string sentence =
        std::string("The certificate is not to be trusted: ") + X509_verify_cert_error_string(verified);
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH)
        sentence += ", it is not for " + wanted_name(tls);
    return sentence;
}

} // namespace

TlsCheck::TlsCheck(boost::asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check,
                   TlsSession session)
    : HttpCheckBase(loop, address, check), session_(std::move(session)) {}

void TlsCheck::connected() {
    stream_.emplace(socket(), session_.release());
    stream_->async_handshake(ssl::stream_base::client, [self = shared_from_this(), this](const error_code& error) {
        guarded([this, &error] { on_handshake(error); });
    });
}

void TlsCheck::on_handshake(const error_code& error) {
    if (error) return fail(Reason::failed_health_checks, sentence_of(stream_->native_handle(), error));
    secured();
}

void HttpsCheck::secured() {
    exchange_.emplace(stream(), check().path, http_host(check(), address()).header);
    exchange_->run(shared_from_this(), [this](const error_code& result, unsigned status) { judge(result, status); });
}

} // namespace sallyport::health
