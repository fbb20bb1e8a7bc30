// SPDX-License-Identifier: Apache-2.0
#include "admin_fixture.hpp"

#include <boost/json.hpp>

#include <list>
#include <random>

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;

TEST_CASE("one request a line, one answer a line, as many as the client likes") {
    RunningServer server({}, 3);
    Client client(server.path());
    const auto status = client.ask(ask_status);
    REQUIRE(is_ok(status));
    CHECK(boost::json::parse(*status).at("result").at("name") == "lab");
    CHECK(is_ok(client.ask(R"({"command":"drops"})")));
    CHECK(is_ok(client.ask(R"({"command":"appliances"})")));
    const auto flows = client.ask(R"({"command":"flows"})");
    REQUIRE(is_ok(flows));
    CHECK(boost::json::parse(*flows).at("result").at("flows").as_array().size() == 3);
}

TEST_CASE("requests that come in one piece are answered in their order") {
    RunningServer server({}, 1);
    Client client(server.path());
    client.send("{\"command\":\"flows\"}\n{\"command\":\"drops\"}\nnonsense\n{\"command\":\"status\"}\n");
    CHECK(client.line()->find("\"truncated\"") != std::string::npos);
    CHECK(client.line()->find("\"total\"") != std::string::npos);
    CHECK(is_error(client.line()));
    CHECK(client.line()->find("\"uptime_ms\"") != std::string::npos);
}

TEST_CASE("a client that sends half a line keeps nobody waiting, and may send the rest") {
    RunningServer server;
    Client slow(server.path());
    slow.send(R"({"comm)");
    Client quick(server.path());
    CHECK(is_ok(quick.ask(ask_status)));
    slow.send(R"(and":"status"})");
    CHECK(is_ok(quick.ask(ask_status)));
    slow.send("\n");
    CHECK(is_ok(slow.line()));
}

TEST_CASE("garbage is answered with an error, and the client may go on") {
    RunningServer server;
    Client client(server.path());
    CHECK(is_error(client.ask("GET / HTTP/1.1\r")));
    CHECK(is_error(client.ask("")));
    CHECK(is_error(client.ask(std::string_view("\0\xff\x80", 3))));
    CHECK(is_error(client.ask(std::string(60'000, '{'))));
    CHECK(is_ok(client.ask(ask_status)));
}

TEST_CASE("random bytes disturb nobody") {
    RunningServer server;
    std::mt19937 random(20260101);
    for (int round = 0; round < 50; ++round) {
        std::string bytes(random() % 3000, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        Client client(server.path());
        client.send(bytes);
        if (round % 2 == 0) continue; // and leave
        CHECK(is_error(client.ask("")));
    }
    Client client(server.path());
    CHECK(is_ok(client.ask(ask_status)));
}

TEST_CASE("a line that is too long ends its client, with a sentence, and no other") {
    RunningServer server;
    Client other(server.path());
    Client client(server.path());
    client.send(std::string(control::max_request_bytes + 1, ' '));
    const auto answer = client.line();
    REQUIRE(is_error(answer));
    CHECK(answer->find("longer than 65536 bytes") != std::string::npos);
    CHECK_FALSE(client.line());
    CHECK(is_ok(other.ask(ask_status)));
}

TEST_CASE("a line as long as may be is read") {
    RunningServer server;
    Client client(server.path());
    const std::string padding(control::max_request_bytes - ask_status.size() - 1, ' ');
    CHECK(is_ok(client.ask(padding + std::string(ask_status))));
}

TEST_CASE("one client too many is told so; when one leaves there is room again") {
    RunningServer server({.max_clients = 4});
    std::list<Client> clients;
    for (int count = 0; count < 4; ++count)
        CHECK(is_ok(clients.emplace_back(server.path()).ask(ask_status)));
    Client fifth(server.path());
    const auto refusal = fifth.line();
    REQUIRE(is_error(refusal));
    CHECK(refusal->find("too many clients") != std::string::npos);
    CHECK_FALSE(fifth.line());
    CHECK(is_ok(clients.back().ask(ask_status)));

    clients.pop_front();
    bool served = false; // the server learns of the leave a moment later
    for (int attempt = 0; attempt < 1000 && !served; ++attempt) {
        Client next(server.path());
        served = is_ok(next.ask(ask_status));
    }
    CHECK(served);
}

TEST_CASE("clients that leave in the middle of a line or before their answer leave nothing behind") {
    RunningServer server({.max_clients = 2}, 2000);
    for (int count = 0; count < 200; ++count) {
        Client client(server.path());
        client.send(count % 2 == 0 ? R"({"command":)" : "{\"command\":\"flows\",\"limit\":2000}\n");
    }
    bool served = false;
    for (int attempt = 0; attempt < 1000 && !served; ++attempt) {
        Client client(server.path());
        served = is_ok(client.ask(ask_status));
    }
    CHECK(served);
}

TEST_CASE("a client that never reads is let go, and others are served meanwhile") {
    RunningServer server({.answer_timeout = 200ms}, 5000);
    Client deaf(server.path());
    deaf.send("{\"command\":\"flows\",\"limit\":5000}\n"); // some 2 MB, more than a socket holds
    Client other(server.path());
    CHECK(is_ok(other.ask(ask_status)));
    // Let go: sending fails some time. Else the server would take requests forever.
    std::size_t taken = 1;
    while (taken > 0)
        taken = deaf.send(" ");
    CHECK(is_ok(other.ask(ask_status)));
}

TEST_CASE("a client that says nothing is let go after a while") {
    RunningServer server({.request_timeout = 50ms});
    Client silent(server.path());
    CHECK_FALSE(silent.line());
    Client half(server.path());
    half.send("{");
    CHECK_FALSE(half.line());
}

TEST_CASE("at the end the clients are let go and the socket's file is gone") {
    RunningServer server({}, 5000);
    Client waiting(server.path());
    Client deaf(server.path());
    deaf.send("{\"command\":\"flows\",\"limit\":5000}\n");
    CHECK(is_ok(waiting.ask(ask_status)));
    server.end();
    CHECK_FALSE(waiting.line());
    CHECK_FALSE(std::filesystem::exists(server.path()));
}

TEST_CASE("a list that is being made when the end comes is not made on") {
    RunningServer server({}, 20'000, 1);
    Client client(server.path());
    client.send("{\"command\":\"flows\",\"limit\":20000}\n");
    Client other(server.path());
    CHECK(is_ok(other.ask(ask_status)));
    server.end();
    CHECK_FALSE(client.line());
}

TEST_CASE("a second gateway does not start on the socket of a living one, which goes on") {
    RunningServer server;
    FakeView view;
    FakeOperations operations;
    boost::asio::io_context loop;
    control::AdminSettings settings;
    settings.path = server.path();
    CHECK_FALSE(control::AdminServer::start(settings, {view, operations}, loop));
    Client client(server.path());
    CHECK(is_ok(client.ask(ask_status)));
}
