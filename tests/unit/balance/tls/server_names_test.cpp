// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/names.hpp"
#include "handshake.hpp"

using namespace sallyport;
using namespace sallyport::test;

namespace {

std::string shown_for(const tls::ServerContext& context, const std::string& name, const Prepare& prepare = {}) {
    return Handshake(any_client(prepare, name), context.accept()).shown();
}

void only_rsa(SSL_CTX* context) {
    SSL_CTX_set1_sigalgs_list(context, "RSA-PSS+SHA256:RSA+SHA256");
}

void only_ecdsa(SSL_CTX* context) {
    SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA256");
}

Prepare cipher_of_tls12(const char* list) {
    return [list](SSL_CTX* context) {
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(context, list);
    };
}

} // namespace

TEST_CASE("the certificate is the one of the name that a client asks for") {
    const auto context = load(server({"www-ec", "wild", "exact", "common-name"}));
    CHECK(context->warnings().empty());
    CHECK(shown_for(*context, "www.example") == "www-ec");
    CHECK(shown_for(*context, "example") == "www-ec");
    CHECK(shown_for(*context, "common.example") == "Common.example");
    CHECK(shown_for(*context, "two.wild.example") == "wild");
    CHECK(shown_for(*context, "TWO.Wild.Example") == "wild");
}

TEST_CASE("an exact name comes before a wildcard, in whatever order") {
    for (const auto& order : {std::vector<std::string>{"wild", "exact"}, {"exact", "wild"}})
        CHECK(shown_for(*load(server(order)), "one.wild.example") == "exact");
}

TEST_CASE("a certificate's star is one label, and not none") {
    const auto context = load(server({"www-ec", "wild"}));
    CHECK(shown_for(*context, "one.two.wild.example") == "www-ec");
    CHECK(shown_for(*context, "wild.example") == "www-ec");
    CHECK(shown_for(*context, "*.wild.example") == "wild"); // no client asks so, and none is refused
}

TEST_CASE("a client that asks for no name or an unknown one sees the first certificate") {
    const auto context = load(server({"wild", "www-ec"}));
    CHECK(shown_for(*context, "") == "wild");
    CHECK(shown_for(*context, "unknown.example") == "wild");
    CHECK(shown_for(*context, std::string(250, 'a') + ".example") == "wild");
}

TEST_CASE("a common name is a name only where there are no alternative names") {
    const auto context = load(server({"www-ec", "address"}));
    CHECK(shown_for(*context, "address.example") == "www-ec");
}

TEST_CASE("of two certificates with one name the client sees that whose key it can use") {
    for (const auto& order : {std::vector<std::string>{"wild", "www-ec", "www-rsa"}, {"www-rsa", "wild", "www-ec"}}) {
        const auto context = load(server(order));
        for (const char* name : {"www.example", "example"}) {
            CHECK(shown_for(*context, name, only_rsa) == "www-rsa");
            CHECK(shown_for(*context, name, only_ecdsa) == "www-ec");
            CHECK(shown_for(*context, name, cipher_of_tls12("ECDHE-RSA-AES128-GCM-SHA256")) == "www-rsa");
            CHECK(shown_for(*context, name, cipher_of_tls12("ECDHE-ECDSA-AES128-GCM-SHA256")) == "www-ec");
            CHECK(shown_for(*context, name) == "www-ec"); // it costs less
        }
    }
}

TEST_CASE("the first certificate has its sibling of another key type") {
    const auto context = load(server({"www-ec", "www-rsa"}));
    CHECK(shown_for(*context, "", only_rsa) == "www-rsa");
    CHECK(shown_for(*context, "", only_ecdsa) == "www-ec");
}

TEST_CASE("a chosen certificate survives a second ClientHello") {
    // The client's share is of a group that the server does not take (RFC 8446 section 4.1.4).
    const auto p521_first = [](SSL_CTX* context) { SSL_CTX_set1_groups_list(context, "P-521:P-384"); };
    const Handshake handshake(any_client(p521_first, "two.wild.example"), load(server({"www-ec", "wild"}))->accept());
    CHECK(handshake.shown() == "wild");
    CHECK(tls::named_group(handshake.server.get()) == "secp384r1");
}

TEST_CASE("a certificate that no client can see is told of") {
    const auto context = load(server({"www-ec", "www-ec"}));
    REQUIRE(context->warnings().size() == 1);
    CHECK(context->warnings()[0] ==
          "The certificate in " + file("www-ec.pem") + " is never shown: it has no name that one before it has not");
}

TEST_CASE("a connection goes on without the context that it began with") {
    auto context = load(server({"www-ec", "wild"}));
    tls::Session session = context->accept();
    context.reset();
    CHECK(Handshake(any_client({}, "two.wild.example"), std::move(session)).shown() == "wild");
}

TEST_CASE("names are found whatever their case and with a dot behind") {
    tls::NameTable<int> table;
    table["a.example"] = 1;
    table["*.example"] = 2;
    const auto value = [&table](std::string_view name) {
        const int* const found = table.find(name);
        return found != nullptr ? *found : 0;
    };
    CHECK(value("A.EXAMPLE.") == 1);
    CHECK(value("b.example") == 2);
    CHECK(value("example") == 0);
    CHECK(value(".example") == 0);
    CHECK(value("") == 0);
    CHECK(value(".") == 0);
    CHECK(value(std::string(253 - 8, 'x') + ".example") == 2);
    CHECK(value(std::string(254 - 8, 'x') + ".example") == 0);
}
