// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/forwarded_headers.hpp"

#include "fields.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using test::values;
using test::Values;

namespace {

l7::ClientSide client_at(const char* address, std::uint16_t port = 50'000) {
    l7::ClientSide client(*IpAddress::parse(address), port);
    client.listener_port = 8080;
    return client;
}

http::Fields forwarded(const l7::ClientSide& client, const config::HttpServer& server, http::Fields fields) {
    static http::TextArena arena;
    l7::add_forwarded(client, server, arena, fields);
    return fields;
}

} // namespace

TEST_CASE("the client's address is appended behind all that came") {
    const l7::ClientSide client = client_at("192.0.2.1");
    CHECK(values(forwarded(client, {}, {}), "x-forwarded-for") == Values{"192.0.2.1"});
    const http::Fields one{{"x-forwarded-for", "203.0.113.9, 10.0.0.1"}};
    CHECK(values(forwarded(client, {}, one), "x-forwarded-for") == Values{"203.0.113.9, 10.0.0.1, 192.0.2.1"});
    const http::Fields several{
        {"X-Forwarded-For", "a"}, {"Host", "h"}, {"X-Forwarded-For", " "}, {"x-forwarded-for", "b"}};
    const http::Fields done = forwarded(client, {}, several);
    CHECK(values(done, "x-forwarded-for") == Values{"a, b, 192.0.2.1"});
    CHECK(values(done, "host") == Values{"h"});
}

TEST_CASE("IPv6 addresses stand in brackets only where a port follows") {
    config::HttpServer server;
    CHECK(values(forwarded(client_at("2001:db8::7"), server, {}), "x-forwarded-for") == Values{"2001:db8::7"});
    server.forwarded_for_port = true;
    CHECK(values(forwarded(client_at("2001:db8::7"), server, {}), "x-forwarded-for") == Values{"[2001:db8::7]:50000"});
    CHECK(values(forwarded(client_at("192.0.2.1", 7), server, {}), "x-forwarded-for") == Values{"192.0.2.1:7"});
}

TEST_CASE("X-Forwarded-For is preserved or removed when the listener says so") {
    config::HttpServer server;
    const http::Fields came{{"X-Forwarded-For", "a"}, {"X-Forwarded-For", "b"}};
    server.forwarded_for = config::ForwardedFor::preserve;
    CHECK(values(forwarded(client_at("192.0.2.1"), server, came), "x-forwarded-for") == Values{"a", "b"});
    CHECK(values(forwarded(client_at("192.0.2.1"), server, {}), "x-forwarded-for").empty());
    server.forwarded_for = config::ForwardedFor::remove;
    CHECK(values(forwarded(client_at("192.0.2.1"), server, came), "x-forwarded-for").empty());
}

TEST_CASE("nobody else says which protocol and port the client used") {
    l7::ClientSide client = client_at("192.0.2.1");
    client.is_tls = true;
    client.listener_port = 443;
    const http::Fields came{{"x-forwarded-proto", "gopher"}, {"X-Forwarded-Proto", "ftp"}, {"x-forwarded-port", "1"}};
    const http::Fields done = forwarded(client, {}, came);
    CHECK(values(done, "X-Forwarded-Proto") == Values{"https"});
    CHECK(values(done, "X-Forwarded-Port") == Values{"443"});
    CHECK(values(forwarded(client_at("192.0.2.1"), {}, {}), "X-Forwarded-Proto") == Values{"http"});
}

TEST_CASE("Forwarded is appended on request, with quotes where a colon is") {
    config::HttpServer server;
    CHECK(values(forwarded(client_at("192.0.2.1"), server, {}), "forwarded").empty());
    server.forwarded = true;
    CHECK(values(forwarded(client_at("192.0.2.1"), server, {}), "forwarded") == Values{"for=192.0.2.1;proto=http"});
    l7::ClientSide client = client_at("2001:db8::7");
    client.is_tls = true;
    client.host = "shop.example:8080";
    CHECK(values(forwarded(client, server, {{"forwarded", "for=a"}, {"Forwarded", "for=b"}}), "forwarded") ==
          Values{R"(for=a, for=b, for="[2001:db8::7]";host="shop.example:8080";proto=https)"});
    server.forwarded_for_port = true;
    client.host = "ev\"il";
    CHECK(values(forwarded(client, server, {}), "forwarded") == Values{R"(for="[2001:db8::7]:50000";proto=https)"});
    CHECK(values(forwarded(client_at("192.0.2.1"), server, {}), "forwarded") ==
          Values{R"(for="192.0.2.1:50000";proto=http)"});
}

TEST_CASE("addresses are counted over all fields, empty elements are none") {
    CHECK(l7::count_addresses({}) == 0);
    CHECK(l7::count_addresses({{"X-Forwarded-For", "a,b , c"}, {"Host", "x,y"}, {"x-forwarded-for", ",,d,"}}) == 4);
    std::string many = "10.0.0.1";
    for (int i = 1; i < 31; ++i)
        many += ", 10.0.0.1";
    CHECK(l7::count_addresses({{"X-Forwarded-For", many}}) == l7::max_forwarded_addresses + 1);
}
