// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/mutual.hpp"

#include "balance/tls/certificate_text.hpp"
#include "balance/tls/error_words.hpp"
#include "balance/tls/pem_files.hpp"
#include "balance/tls/server_callbacks.hpp"

namespace sallyport::tls {
namespace {

constexpr int max_chain_depth = 4; // ALB's: certificates between a client's and one of the trust store

/// passthrough: whoever the client says it is, the target judges.
int believe(X509_STORE_CTX* /*state*/, void* /*argument*/) {
    return 1;
}

/// A list that is out of date is not passed over: what it does not have yet may be just what matters.
bool add_revocations(X509_STORE* store, const std::vector<CrlHandle>& lists, const std::string& path,
                     std::vector<std::string>& warnings) {
    for (const CrlHandle& list : lists) {
        const ASN1_TIME* const next = X509_CRL_get0_nextUpdate(list.get());
        if (next != nullptr && X509_cmp_current_time(next) < 0)
            warnings.push_back("The revocation list of " + name_text(X509_CRL_get_issuer(list.get())) + " in " + path +
                               " is out of date since " + time_text(next) + ": clients of this CA are refused");
        if (X509_STORE_add_crl(store, list.get()) != 1) return false;
    }
    return X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) == 1;
}

} // namespace

Result<TrustStore> read_trust_store(const config::MutualAuthentication& config, std::vector<std::string>& warnings) {
    TrustStore trust;
    if (config.mode != config::MutualTls::verify) return trust;
    auto authorities = read_certificates(config.trust_store);
    if (!authorities) return tl::unexpected(authorities.error());
    trust.authorities = std::move(*authorities);
    trust.store.reset(X509_STORE_new());
    bool added = trust.store != nullptr;
    for (int i = 0; added && i < sk_X509_num(trust.authorities.get()); ++i)
        added = X509_STORE_add_cert(trust.store.get(), sk_X509_value(trust.authorities.get(), i)) == 1;
    // An intermediate CA in the file is enough: whom it has is believed, root or not.
    added = added && X509_STORE_set_flags(trust.store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1;
    if (added && !config.revocations.empty()) {
        const auto lists = read_revocations(config.revocations);
        if (!lists) return tl::unexpected(lists.error());
        added = add_revocations(trust.store.get(), *lists, config.revocations, warnings);
    }
    if (!added) return failure("The trust store " + config.trust_store + " can not be used: " + take_errors());
    return trust;
}

bool ask_clients(SSL_CTX* context, const config::MutualAuthentication& config, const TrustStore& trust) {
    if (config.mode == config::MutualTls::off) return true;
    if (config.mode == config::MutualTls::passthrough) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        SSL_CTX_set_cert_verify_callback(context, believe, nullptr);
        return true;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, judge_client);
    SSL_CTX_set_verify_depth(context, max_chain_depth);
    SSL_CTX_set1_cert_store(context, trust.store.get());
    if (!config.advertises_ca_names) return true;
    for (int i = 0; i < sk_X509_num(trust.authorities.get()); ++i)
        if (SSL_CTX_add_client_CA(context, sk_X509_value(trust.authorities.get(), i)) != 1) return false;
    return true;
}

} // namespace sallyport::tls
