// SPDX-License-Identifier: Apache-2.0
#include "health/check_tls.hpp"

#include "health/http_host.hpp"

#include <boost/system/error_code.hpp>
#include <openssl/x509v3.h>

#include <exception>
#include <string_view>

namespace sallyport::health {
namespace {

namespace ssl = boost::asio::ssl;

/// As RFC 7301 section 3.1 writes it.
constexpr std::string_view alpn_h2("\x02h2", 3);

/// SSL_set_tlsext_host_name() without the cast that is in its macro.
bool set_sni(SSL* tls, std::string name) {
    return SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

/// RFC 6066 section 3 (SNI) and RFC 9525 (whom the certificate has to name).
bool set_names(SSL* tls, const HttpHost& host, bool is_verified) {
    if (!host.is_address && !set_sni(tls, host.name)) return false;
    if (!is_verified) return true;
    if (host.is_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.name.c_str()) == 1;
    return SSL_set1_host(tls, host.name.c_str()) == 1;
}

bool offer_http2(SSL* tls) {
    return SSL_set_alpn_protos(tls, reinterpret_cast<const unsigned char*>(alpn_h2.data()),
                               static_cast<unsigned>(alpn_h2.size())) == 0; // unlike all else in OpenSSL
}

} // namespace

Result<TlsContext> tls_context(const std::string& ca) {
    try {
        auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
        SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
        context->set_verify_mode(ca.empty() ? ssl::verify_none : ssl::verify_peer);
        boost::system::error_code error;
        if (!ca.empty()) context->load_verify_file(ca, error);
        if (error) return failure("The certificates in " + ca + " can not be read: " + error.message());
        return context;
    } catch (const std::exception& error) {
        return failure(std::string("TLS is not to be had: ") + error.what());
    }
}

Result<TlsSession> begin_tls(ssl::context& context, const config::HealthCheck& check, const IpAddress& address,
                             bool is_http2) {
    TlsSession session(SSL_new(context.native_handle()));
    if (!session || (is_http2 && !offer_http2(session.get()))) return failure("TLS is not to be had: no memory");
    if (!set_names(session.get(), http_host(check, address), !check.ca.empty()))
        return failure("The name " + check.host + " is none that TLS can ask for");
    return session;
}

} // namespace sallyport::health
