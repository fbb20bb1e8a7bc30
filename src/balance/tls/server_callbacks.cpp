// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/server_callbacks.hpp"

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

namespace sallyport::tls {
namespace {

using namespace std::literals;

void free_knowledge(void* /*parent*/, void* knowledge, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*argl*/,
                    void* /*argp*/) {
    delete static_cast<ServerKnowledge*>(knowledge);
}

int knowledge_index() {
    static const int index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr, free_knowledge);
    return index;
}

void free_refused(void* /*parent*/, void* certificate, CRYPTO_EX_DATA* /*all*/, int /*index*/, long /*argl*/,
                  void* /*argp*/) {
    X509_free(static_cast<X509*>(certificate));
}

int refused_index() {
    static const int index = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, nullptr, nullptr, free_refused);
    return index;
}

/// The connection log says of those who were refused, too, who they are.
void remember_refused(SSL* session, X509* certificate) {
    if (refused_certificate(session) != nullptr || X509_up_ref(certificate) != 1) return;
    if (SSL_set_ex_data(session, refused_index(), certificate) != 1) X509_free(certificate);
}

const ServerKnowledge& knowledge_of(const SSL_CTX* context) {
    return *static_cast<const ServerKnowledge*>(SSL_CTX_get_ex_data(context, knowledge_index()));
}

/// RFC 6066 section 3. A name that is not known is no reason to refuse the client: it sees the first certificate.
int choose_certificate(SSL* session, int* /*alert*/, void* first) {
    const char* const name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    SSL_CTX* const* const found = static_cast<const ServerKnowledge*>(first)->names.find(name);
    if (found == nullptr) return SSL_TLSEXT_ERR_NOACK;
    if (*found != nullptr) SSL_set_SSL_CTX(session, *found);
    return SSL_TLSEXT_ERR_OK;
}

/// As ProtocolNameLists (RFC 7301 section 3.1), what is preferred first; NLB's ALPN policies.
std::string_view spoken(config::AlpnPolicy policy) {
    switch (policy) {
    case config::AlpnPolicy::http1_only:
        return "\x08http/1.1\x08http/1.0"sv;
    case config::AlpnPolicy::http2_only:
        return "\x02h2"sv;
    case config::AlpnPolicy::http2_optional:
        return "\x08http/1.1\x08http/1.0\x02h2"sv;
    case config::AlpnPolicy::http2_preferred:
        return "\x02h2\x08http/1.1\x08http/1.0"sv;
    case config::AlpnPolicy::none:
        break;
    }
    return {};
}

/// RFC 7301 section 3.2 asks for an alert when nothing is shared; as at ELB such a client is spoken to without ALPN.
int choose_protocol(SSL* /*session*/, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void* knowledge) {
    const std::string_view ours = spoken(static_cast<const ServerKnowledge*>(knowledge)->alpn);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(ours.data());
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, size, bytes, static_cast<unsigned int>(ours.size()), offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

/// After the certificate was chosen, when the client has asked for a response about it.
int staple_response(SSL* session, void* knowledge) {
    const auto& staples = static_cast<const ServerKnowledge*>(knowledge)->staples;
    const X509* const shown = SSL_get_certificate(session);
    const auto found =
        std::find_if(staples.begin(), staples.end(), [shown](const auto& s) { return s.first == shown; });
    if (found == staples.end() || !found->second.is_good(std::time(nullptr))) return SSL_TLSEXT_ERR_NOACK;
    const std::string& response = found->second.response;
    void* const copy = OPENSSL_memdup(response.data(), response.size()); // the session's to free
    if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, static_cast<long>(response.size()), copy);
    return SSL_TLSEXT_ERR_OK;
}

/// Looked up once: OpenSSL 3 looks EVP_aes_256_cbc() up at each use, under a lock.
const EVP_CIPHER* ticket_cipher() {
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
    return cipher;
}

bool set_mac_key(EVP_MAC_CTX* mac, TicketKey& key) {
    std::array<char, 7> digest = {"SHA256"};
    const std::array<OSSL_PARAM, 3> parameters = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

/// A TicketKey on the stack that does not stay there.
struct KeyCopy {
    TicketKey key;
    ~KeyCopy() { OPENSSL_cleanse(&key, sizeof(key)); }
};

constexpr int ticket_failed = -1;
constexpr int ticket_unknown = 0;
constexpr int ticket_fine = 1;
constexpr int ticket_fine_but_old = 2; // the client gets a new one

int seal(const TicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
    KeyCopy copy{keys.current()};
    std::copy(copy.key.name.begin(), copy.key.name.end(), name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(ticket_cipher())) != 1) return ticket_failed;
    if (EVP_EncryptInit_ex2(cipher, ticket_cipher(), copy.key.cipher.data(), iv, nullptr) != 1) return ticket_failed;
    return set_mac_key(mac, copy.key) ? ticket_fine : ticket_failed;
}

int open(const TicketKeys& keys, const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
         EVP_MAC_CTX* mac) {
    const auto opener = keys.find(std::span<const unsigned char, TicketKey::name_bytes>(name, TicketKey::name_bytes));
    if (!opener) return ticket_unknown;
    KeyCopy copy{opener->key};
    if (EVP_DecryptInit_ex2(cipher, ticket_cipher(), copy.key.cipher.data(), iv, nullptr) != 1) return ticket_failed;
    if (!set_mac_key(mac, copy.key)) return ticket_failed;
    return opener->is_current ? ticket_fine : ticket_fine_but_old;
}

/// OpenSSL asks the SSL_CTX with which the session began, whichever certificate was chosen.
int ticket_key(SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
               int sealing) {
    const TicketKeys* const keys = knowledge_of(SSL_get_SSL_CTX(session)).keys.get();
    if (keys == nullptr) return sealing != 0 ? ticket_failed : ticket_unknown;
    return sealing != 0 ? seal(*keys, name, iv, cipher, mac) : open(*keys, name, iv, cipher, mac);
}

/// SSL_CTX_set_tlsext_*_callback() without the cast that is in the macros.
template <typename Function>
void set_callback(SSL_CTX* context, int which, Function* function) {
    SSL_CTX_callback_ctrl(context, which, reinterpret_cast<void (*)()>(function));
}

void switch_tickets(SSL_CTX* context, const TicketKeys* keys) {
    if (keys == nullptr) {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0); // else TLS 1.3 sends such as need a cache
        return;
    }
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_key);
    SSL_CTX_set_num_tickets(context, 1); // a resumption brings the next
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(keys->lifetime()).count();
    SSL_CTX_set_timeout(context, static_cast<long>(seconds));
}

} // namespace

bool install(SSL_CTX* context, std::unique_ptr<ServerKnowledge> knowledge) {
    ServerKnowledge* const kept = knowledge.get();
    if (ticket_cipher() == nullptr || SSL_CTX_set_ex_data(context, knowledge_index(), kept) != 1) return false;
    (void)knowledge.release();                      // goes with the context
    if (kept->names.begin() != kept->names.end()) { // the first: OpenSSL asks it unless the one that was chosen answers
        set_callback(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, choose_certificate);
        SSL_CTX_set_tlsext_servername_arg(context, kept);
    }
    if (kept->alpn != config::AlpnPolicy::none) SSL_CTX_set_alpn_select_cb(context, choose_protocol, kept);
    if (!kept->staples.empty()) {
        set_callback(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, staple_response);
        SSL_CTX_set_tlsext_status_arg(context, kept);
    }
    switch_tickets(context, kept->keys.get());
    return true;
}

int judge_client(int verified, X509_STORE_CTX* state) {
    if (verified == 1) return 1;
    auto* const session = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(state, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const int error = X509_STORE_CTX_get_error(state);
    // As at ALB, a CA of which there is no list revokes nothing.
    const bool forgiven = error == X509_V_ERR_UNABLE_TO_GET_CRL ||
                          (error == X509_V_ERR_CERT_HAS_EXPIRED && X509_STORE_CTX_get_error_depth(state) == 0 &&
                           knowledge_of(SSL_get_SSL_CTX(session)).ignores_expiry);
    if (!forgiven) {
        remember_refused(session, X509_STORE_CTX_get0_cert(state));
        return 0;
    }
    X509_STORE_CTX_set_error(state, X509_V_OK);
    return 1;
}

const X509* refused_certificate(const SSL* session) {
    return static_cast<const X509*>(SSL_get_ex_data(session, refused_index()));
}

} // namespace sallyport::tls
