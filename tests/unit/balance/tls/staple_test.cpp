// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/staple.hpp"
#include "handshake.hpp"

#include <openssl/pem.h>

using namespace sallyport;
using namespace sallyport::test;

namespace {

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What a client that asks for a response gets; empty: none.
std::string stapled(const tls::ServerContext& context, const char* signatures) {
    tls::Session client =
        any_client([signatures](SSL_CTX* c) { SSL_CTX_set1_sigalgs_list(c, signatures); }, "www.example");
    SSL_set_tlsext_status_type(client.get(), TLSEXT_STATUSTYPE_ocsp);
    const Handshake handshake(std::move(client), context.accept());
    CHECK(handshake.established);
    const unsigned char* response = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(handshake.client.get(), &response);
    return size > 0 ? std::string(reinterpret_cast<const char*>(response), static_cast<std::size_t>(size)) : "";
}

config::TlsServer with(const std::string& certificate_name, const std::string& ocsp) {
    config::TlsServer config;
    config.certificates.push_back(certificate(certificate_name, ocsp));
    return config;
}

std::string error_of(const config::TlsServer& config) {
    const auto loaded = tls::ServerContext::load(config, nullptr);
    return loaded ? "" : loaded.error().message;
}

} // namespace

TEST_CASE("the response that goes with the chosen certificate is stapled") {
    config::TlsServer config = server({"wild"});
    config.certificates.push_back(certificate("www-ec", "www-ec.ocsp"));
    config.certificates.push_back(certificate("www-rsa", "www-rsa.ocsp"));
    const auto context = load(config);
    CHECK(context->warnings().empty());
    CHECK(stapled(*context, "ECDSA+SHA256") == content(file("www-ec.ocsp")));
    CHECK(stapled(*context, "RSA-PSS+SHA256") == content(file("www-rsa.ocsp")));
    CHECK(stapled(*load(server({"www-ec"})), "ECDSA+SHA256").empty());
}

TEST_CASE("a response that is out of date is not stapled, and the operator is told") {
    const auto context = load(with("www-ec", "www-ec-old.ocsp"));
    CHECK(stapled(*context, "ECDSA+SHA256").empty());
    REQUIRE(context->warnings().size() == 1);
    CHECK(context->warnings()[0] == "The OCSP response in " + file("www-ec-old.ocsp") +
                                        " is not sent, for it is out of date: it was valid until 2020-01-01T00:00:00Z");
}

TEST_CASE("a response that a certificate is revoked is not stapled, and the operator is told") {
    const auto context = load(with("revoked", "revoked.ocsp"));
    REQUIRE(context->warnings().size() == 1);
    CHECK(context->warnings()[0] ==
          "The OCSP response in " + file("revoked.ocsp") + " is not sent, for it says that the certificate is revoked");
}

TEST_CASE("a response about another certificate, or none at all, is an error") {
    CHECK(error_of(with("www-ec", "www-rsa.ocsp")) ==
          "The OCSP response in " + file("www-rsa.ocsp") + " is not about the certificate that it shall be sent with");
    CHECK(error_of(with("www-ec", "crl.pem")).starts_with("There is no OCSP response in DER in " + file("crl.pem")));
    CHECK(error_of(with("www-ec", "none.ocsp")) == file("none.ocsp") + " can not be read: No such file or directory");
}

TEST_CASE("a response is good until its nextUpdate") {
    const tls::X509Handle certificate = [] {
        const tls::BioHandle bytes(BIO_new_file(file("www-ec.pem").c_str(), "r"));
        return tls::X509Handle(PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr));
    }();
    std::vector<std::string> warnings;
    const auto staple = tls::read_staple(file("www-ec.ocsp"), certificate.get(), warnings);
    REQUIRE((staple && *staple));
    const std::time_t now = std::time(nullptr);
    CHECK((*staple)->is_good(now));
    CHECK((*staple)->until > now + 86'400); // it was made for two days
    CHECK((*staple)->until <= now + 2 * 86'400);
    CHECK((*staple)->is_good((*staple)->until - 1));
    CHECK_FALSE((*staple)->is_good((*staple)->until));
}
