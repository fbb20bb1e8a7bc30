// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/client_context.hpp"

#include "balance/tls/error_words.hpp"
#include "balance/tls/pem_files.hpp"
#include "balance/tls/policy.hpp"

#include <openssl/x509v3.h>

#include <string_view>

namespace sallyport::tls {
namespace {

using namespace std::literals;

/// As a ProtocolNameList (RFC 7301 section 3.1).
std::string_view wire_of(Offer offer) {
    switch (offer) {
    case Offer::http1:
        return "\x08http/1.1"sv;
    case Offer::http2:
        return "\x02h2"sv;
    case Offer::http2_or_http1:
        return "\x02h2\x08http/1.1"sv;
    case Offer::nothing:
        break;
    }
    return {};
}

Result<void> believe_in(SSL_CTX* context, const std::string& ca) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    if (ca.empty()) {
        if (X509_STORE_set_default_paths(store) != 1)
            return failure("The system's CA certificates can not be read: " + take_errors());
        return {};
    }
    const auto authorities = read_certificates(ca);
    if (!authorities) return tl::unexpected(authorities.error());
    for (int i = 0; i < sk_X509_num(authorities->get()); ++i)
        if (X509_STORE_add_cert(store, sk_X509_value(authorities->get(), i)) != 1)
            return failure("The certificates in " + ca + " can not be used: " + take_errors());
    // Whom the file has is believed: an intermediate CA or a target's own certificate, too.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    return {};
}

Result<void> introduce(SSL_CTX* context, const config::TlsClient& config, std::vector<std::string>& warnings) {
    const auto who = read_identity(config.certificate, config.key, warnings);
    if (!who) return tl::unexpected(who.error());
    if (SSL_CTX_use_cert_and_key(context, who->certificate.get(), who->key.get(), who->chain.get(), 1) != 1)
        return failure("The certificate in " + config.certificate + " can not be used: " + take_errors());
    return {};
}

/// SSL_set_tlsext_host_name() without the cast that is in its macro.
bool set_sni(SSL* session, std::string name) {
    return SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

bool set_address(SSL* session, const IpAddress& address) {
    const IpAddress::Bytes& bytes = address.bytes();
    const std::size_t skipped = address.is_v4() ? 12 : 0;
    return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(session), bytes.data() + skipped, bytes.size() - skipped) == 1;
}

} // namespace

Result<std::shared_ptr<const ClientContext>> ClientContext::load(const config::TlsClient& config) {
    const std::shared_ptr<ClientContext> made(new ClientContext);
    auto context = new_context(TLS_client_method(), config.policy);
    if (!context) return tl::unexpected(context.error());
    if (config.verifies)
        if (auto done = believe_in(context->get(), config.ca); !done) return tl::unexpected(done.error());
    if (!config.certificate.empty())
        if (auto done = introduce(context->get(), config, made->warnings_); !done) return tl::unexpected(done.error());
    made->context_ = std::move(*context);
    made->server_name_ = config.server_name;
    return made;
}

/// RFC 6066 section 3 (SNI, never an address) and RFC 9525 (whom the certificate has to name).
bool ClientContext::set_names(SSL* session, const IpAddress& target) const {
    if (server_name_.empty()) return set_address(session, target);
    if (const auto address = IpAddress::parse(server_name_)) return set_address(session, *address);
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return set_sni(session, server_name_) && SSL_set1_host(session, server_name_.c_str()) == 1;
}

Session ClientContext::connect(const IpAddress& target, Offer offer) const {
    Session session(SSL_new(context_.get()));
    if (!session || !set_names(session.get(), target)) return {};
    const std::string_view offered = wire_of(offer);
    if (SSL_set_alpn_protos(session.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                            static_cast<unsigned int>(offered.size())) != 0)
        return {};
    SSL_set_connect_state(session.get());
    return session;
}

Resumable resumable(SSL* session) {
    const SSL_SESSION* const now = SSL_get0_session(session);
    if (now == nullptr || SSL_SESSION_is_resumable(now) != 1) return {};
    // A copy, for SSL_free() marks the session of a connection that did not end in order as not to be resumed.
    return Resumable(SSL_SESSION_dup(now));
}

std::vector<std::string> files_of(const config::TlsClient& config) {
    std::vector<std::string> files;
    if (config.verifies && !config.ca.empty()) files.push_back(config.ca);
    if (!config.certificate.empty()) files.insert(files.end(), {config.certificate, config.key});
    return files;
}

} // namespace sallyport::tls
