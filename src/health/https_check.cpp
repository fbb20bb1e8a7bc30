// SPDX-License-Identifier: Apache-2.0
#include "health/https_check.hpp"

#include "health/http_host.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

namespace sallyport::health {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// SSL_set_tlsext_host_name() without the cast that is in its macro.
bool set_sni(SSL* tls, std::string name) {
    return SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

} // namespace

Result<TlsContext> tls_context(const std::string& ca) {
    try {
        auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
        SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
        context->set_verify_mode(ca.empty() ? ssl::verify_none : ssl::verify_peer);
        error_code error;
        if (!ca.empty()) context->load_verify_file(ca, error);
        if (error) return failure("The certificates in " + ca + " can not be read: " + error.message());
        return context;
    } catch (const std::exception& error) {
        return failure(std::string("TLS is not to be had: ") + error.what());
    }
}

TlsCheck::TlsCheck(asio::io_context& loop, const IpAddress& address, const config::HealthCheck& check,
                   TlsContext context)
    : HttpCheckBase(loop, address, check), context_(std::move(context)) {}

void TlsCheck::connected() {
    stream_.emplace(socket(), *context_);
    if (!set_names()) return fail(Reason::internal_error, "The name " + check().host + " is none that TLS can ask for");
    if (!set_offer()) return fail(Reason::internal_error, "TLS takes no offer of protocols");
    stream_->async_handshake(ssl::stream_base::client, [self = shared_from_this(), this](const error_code& error) {
        guarded([this, &error] { on_handshake(error); });
    });
}

/// RFC 6066 section 3 (SNI) and RFC 9525 (whom the certificate has to name).
bool TlsCheck::set_names() {
    SSL* const tls = stream_->native_handle();
    const HttpHost host = http_host(check(), address());
    if (!host.is_address && !set_sni(tls, host.name)) return false;
    if (check().ca.empty()) return true;
    if (host.is_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.name.c_str()) == 1;
    return SSL_set1_host(tls, host.name.c_str()) == 1;
}

bool TlsCheck::set_offer() {
    const std::string_view offer = offered();
    if (offer.empty()) return true;
    return SSL_set_alpn_protos(stream_->native_handle(), reinterpret_cast<const unsigned char*>(offer.data()),
                               static_cast<unsigned>(offer.size())) == 0; // unlike all else in OpenSSL
}

void TlsCheck::on_handshake(const error_code& error) {
    if (error) {
        const long verified = SSL_get_verify_result(stream_->native_handle());
        std::string sentence = "The TLS handshake failed: " + error.message();
        if (!check().ca.empty() && verified != X509_V_OK)
            sentence = std::string("The certificate is not to be trusted: ") + X509_verify_cert_error_string(verified);
        return fail(Reason::failed_health_checks, std::move(sentence));
    }
    secured();
}

void HttpsCheck::secured() {
    exchange_.emplace(stream(), check().path, http_host(check(), address()).header);
    exchange_->run(shared_from_this(), [this](const error_code& result, unsigned status) { judge(result, status); });
}

} // namespace sallyport::health
