// SPDX-License-Identifier: Apache-2.0
#include "admin_fixture.hpp"
#include "cli/admin_client.hpp"

#include <boost/json.hpp>

#include <fstream>

using namespace sallyport;
using namespace sallyport::test;
using Catch::Matchers::Contains;
using cli::ask_gateway;

namespace {

/// Something at a socket that sends `answer` to whoever connects, and hangs up.
class Impostor {
public:
    Impostor(const std::string& path, std::string answer) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(listener_, 1) == 0);
        thread_ = std::thread([this, answer = std::move(answer)] {
            const int client = ::accept(listener_, nullptr, nullptr);
            if (!answer.empty()) ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::close(client);
        });
    }
    Impostor(const Impostor&) = delete;
    Impostor& operator=(const Impostor&) = delete;
    ~Impostor() {
        thread_.join();
        ::close(listener_);
    }

private:
    int listener_;
    std::thread thread_;
};

} // namespace

TEST_CASE("the client gets the gateway's result, however long") {
    RunningServer server({}, 5000);
    const auto status = ask_gateway(server.path(), {{"command", "status"}});
    REQUIRE(status);
    CHECK(status->at("name") == "lab");
    const auto flows = ask_gateway(server.path(), {{"command", "flows"}, {"limit", 5000}});
    REQUIRE(flows);
    CHECK(flows->at("flows").as_array().size() == 5000);
}

TEST_CASE("the gateway's own error is told in its words") {
    RunningServer server;
    const auto result = ask_gateway(server.path(), {{"command", "flows"}, {"endpoint", "offcie"}});
    REQUIRE_FALSE(result);
    CHECK(result.error().message == "the gateway says: no endpoint is called `offcie`");
}

TEST_CASE("where nobody answers, the sentence says what to look at") {
    const TemporaryFolder folder;
    const std::string path = folder / "admin.sock";
    const std::string sentence =
        "no gateway answers at " + path + "; is `sallyport run` running, and is --admin right?";
    CHECK(ask_gateway(path, {}).error().message == sentence);
    { std::ofstream(path) << "no socket"; }
    CHECK(ask_gateway(path, {}).error().message == sentence);
    CHECK_THAT(ask_gateway(std::string(300, 'x'), {}).error().message, Contains("no gateway answers at"));
}

TEST_CASE("what is no gateway is not taken for one") {
    const TemporaryFolder folder;
    const std::string path = folder / "admin.sock";
    const auto [answer, sentence] = GENERATE(table<std::string, std::string>({
        {"", "took the question and did not answer it"},
        {"{\"ok\":true,\"result\":{}}", "took the question and did not answer it"},
        {"220 mail ESMTP\n", "is no gateway of this version"},
        {"{\"ok\":true}\n", "is no gateway of this version"},
        {"[]\n", "is no gateway of this version"},
    }));
    INFO(answer);
    const Impostor impostor(path, answer);
    CHECK_THAT(ask_gateway(path, {{"command", "status"}}).error().message, Contains(sentence));
}
