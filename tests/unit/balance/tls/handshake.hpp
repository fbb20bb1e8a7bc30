// SPDX-License-Identifier: Apache-2.0
// A TLS client and a TLS server in one thread, joined by memory, and the files that they show.
#pragma once

#include "../../control/temporary_folder.hpp"
#include "balance/tls/error_words.hpp"
#include "balance/tls/facts.hpp"
#include "balance/tls/server_context.hpp"

#include <catch2/catch.hpp>
#include <openssl/err.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

namespace sallyport::test {

/// A file that make_certificates.sh made. Made once a program, for it takes two seconds.
inline std::string file(const std::string& name) {
    static const TemporaryFolder folder;
    static const bool made = [] {
        const std::string where = folder / "";
        const std::string command =
            SALLYPORT_TLS_TESTS "/make_certificates.sh " + where + " >" + where + "log 2>&1 </dev/null";
        return std::system(command.c_str()) == 0;
    }();
    REQUIRE(made);
    return folder / name;
}

inline config::Certificate certificate(const std::string& name, const std::string& ocsp = {}) {
    return {file(name + ".pem"), file(name + ".key"), ocsp.empty() ? ocsp : file(ocsp), 0};
}

inline config::TlsServer server(std::vector<std::string> names) {
    config::TlsServer config;
    for (const std::string& name : names)
        config.certificates.push_back(certificate(name));
    return config;
}

inline std::shared_ptr<const tls::ServerContext> load(const config::TlsServer& config,
                                                      std::shared_ptr<const tls::TicketKeys> keys = nullptr) {
    auto loaded = tls::ServerContext::load(config, std::move(keys));
    INFO((loaded ? std::string() : loaded.error().message));
    REQUIRE(loaded);
    return *loaded;
}

/// A client that believes everybody, at OpenSSL's lowest level of security, as `prepare` wants it.
using Prepare = std::function<void(SSL_CTX*)>;
inline tls::Session any_client(const Prepare& prepare = {}, const std::string& server_name = {}) {
    const tls::ContextHandle context(SSL_CTX_new(TLS_client_method()));
    REQUIRE(context);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION);
    if (prepare) prepare(context.get());
    tls::Session session(SSL_new(context.get()));
    std::string name = server_name;
    if (!name.empty()) SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    SSL_set_connect_state(session.get());
    return session;
}

inline Prepare shows(const std::string& name) {
    return [name](SSL_CTX* context) {
        REQUIRE(SSL_CTX_use_certificate_chain_file(context, file(name + ".pem").c_str()) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey_file(context, file(name + ".key").c_str(), SSL_FILETYPE_PEM) == 1);
    };
}

struct Handshake {
    tls::Session client;
    tls::Session server;
    bool established = false;
    std::string verify_status; // as the server sees it
    tls::FailedHandshake client_failure;
    tls::FailedHandshake server_failure;

    Handshake(tls::Session from, tls::Session to) : client(std::move(from)), server(std::move(to)) {
        BIO* client_end = nullptr;
        BIO* server_end = nullptr;
        REQUIRE(BIO_new_bio_pair(&client_end, 1U << 17U, &server_end, 1U << 17U) == 1);
        SSL_set_bio(client.get(), client_end, client_end);
        SSL_set_bio(server.get(), server_end, server_end);
        run();
    }

    /// Bytes of the one end, read by the other, which sees tickets and late alerts on the way.
    std::string carry(SSL* from, SSL* to, const std::string& text) const {
        REQUIRE(SSL_write(from, text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size()));
        std::string got(text.size(), '\0');
        const int size = SSL_read(to, got.data(), static_cast<int>(got.size()));
        ERR_clear_error();
        return got.substr(0, size > 0 ? static_cast<std::size_t>(size) : 0);
    }

    [[nodiscard]] std::string shown() const {
        const X509* const certificate = SSL_get0_peer_certificate(client.get());
        if (certificate == nullptr) return "none";
        char name[64] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof(name));
        return name;
    }

private:
    enum class Step { more, done, failed };

    Step turn(SSL* session, tls::FailedHandshake& failure) {
        ERR_clear_error();
        const int result = SSL_do_handshake(session);
        if (result == 1) return Step::done;
        const int error = SSL_get_error(session, result);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Step::more;
        if (session == server.get()) verify_status = tls::verify_status(session, false);
        failure = tls::why_failed(session, error);
        CHECK(ERR_peek_error() == 0);
        return Step::failed;
    }

    void run() {
        Step there = Step::more;
        Step here = Step::more;
        for (int turns = 0; turns < 20; ++turns) {
            if (there != Step::failed) there = turn(client.get(), client_failure);
            if (here != Step::failed) here = turn(server.get(), server_failure);
        }
        established = there == Step::done && here == Step::done;
        if (here == Step::done) verify_status = tls::verify_status(server.get(), true);
        if (established) CHECK(carry(server.get(), client.get(), "hello") == "hello");
    }
};

} // namespace sallyport::test
