// SPDX-License-Identifier: Apache-2.0
// Threads that serve HTTP on loopback, and follow what the control thread hands them.
#include "io/http_service.hpp"

#include "../control/temporary_folder.hpp"
#include "../control/web_farm.hpp"
#include "log_files.hpp"
#include "support/descriptor.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <sstream>

using namespace sallyport;
using io::HttpService;
using test::comes_true;
using test::TemporaryFolder;

namespace {

constexpr Instant start{};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A socket that has a port for itself, which nobody else can listen at meanwhile.
struct Holder {
    Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port = 0;
    Holder() {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket.number(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(socket.number(), 1) == 0);
        REQUIRE(::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port = ntohs(address.sin_port);
    }
};

std::uint16_t free_port() {
    return Holder().port;
}

/// The whole answer; empty when nobody listens.
std::string ask(std::uint16_t port) {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience = {.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const sockaddr_in address = loopback(port);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    ::send(socket.number(), request.data(), request.size(), MSG_NOSIGNAL);
    std::string answer;
    char block[4096];
    for (ssize_t count = 0; (count = ::recv(socket.number(), block, sizeof block, 0)) > 0;)
        answer.append(block, static_cast<std::size_t>(count));
    return answer;
}

/// What answers itself, with a text.
config::Listener site(const char* name, std::uint16_t port, const char* text) {
    config::Listener listener;
    listener.name = name;
    listener.address = IpAddress::v4(INADDR_LOOPBACK);
    listener.port = port;
    listener.mode = config::ListenerMode::proxy;
    listener.http.emplace().default_action = config::FixedResponse{.body = text};
    return listener;
}

/// Beside a listener of packets.
config::Config with(std::vector<config::Listener> listeners) {
    config::Config config = test::web_farm();
    // Addresses do not come and go by reload.
    config.listeners[0].address = IpAddress::v4(INADDR_LOOPBACK);
    listeners.push_back(config.listeners[0]);
    config.listeners = std::move(listeners);
    config.http.threads = 2;
    return config;
}

/// What a gateway does with it.
struct Control {
    explicit Control(const config::Config& config)
        : registry(config, start), service(events, registry.room(), config, notes) {
        const auto done = service.prepare(config);
        REQUIRE(done);
        (*done)();
        service.follow(registry.roster());
    }
    void reload(const config::Config& config) {
        const auto take = service.prepare(config);
        REQUIRE(take);
        REQUIRE(registry.reload(config, start));
        (*take)();
        service.follow(registry.roster());
    }
    bool settles() {
        return comes_true([this] { return service.is_current(); });
    }

    boost::asio::io_context events;
    control::Registry registry;
    balance::LegNotes notes;
    HttpService service;
};

std::uint64_t requests(const HttpService& service) {
    std::uint64_t sum = 0;
    for (unsigned thread = 0; thread < service.thread_count(); ++thread)
        sum += service.counters(thread).requests.read();
    return sum;
}

/// The log for as long as it lives.
struct Logged {
    std::ostringstream text;
    std::shared_ptr<spdlog::logger> before = spdlog::default_logger();
    Logged() {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text, true)));
    }
    ~Logged() { spdlog::set_default_logger(before); }
    [[nodiscard]] std::size_t count(std::string_view words) const {
        std::size_t found = 0;
        const std::string all = text.str();
        for (std::size_t at = 0; (at = all.find(words, at)) != std::string::npos; ++at)
            ++found;
        return found;
    }
};

} // namespace

TEST_CASE("nothing runs before there is something to serve; then it goes by every reload") {
    const Logged log;
    const std::uint16_t port = free_port();
    Control control(with({}));
    CHECK(control.service.thread_count() == 0);
    CHECK(control.service.is_current());
    control.reload(with({site("site", port, "one")}));
    REQUIRE(control.settles());
    CHECK(control.service.thread_count() == 2);
    CHECK_THAT(ask(port), Catch::StartsWith("HTTP/1.1 200") && Catch::EndsWith("one"));
    control.reload(with({site("site", port, "two")}));
    REQUIRE(control.settles());
    CHECK_THAT(ask(port), Catch::EndsWith("two"));
    CHECK(requests(control.service) == 2);
    control.reload(with({}));
    REQUIRE(control.settles());
    CHECK(ask(port).empty());
    control.service.stop();
}

TEST_CASE("a listener that can not listen is told of once, all others serve, and it comes when it can") {
    const Logged log;
    auto holder = std::make_unique<Holder>();
    const std::uint16_t port = holder->port;
    const std::uint16_t other = free_port();
    Control control(with({site("held", port, "late"), site("free", other, "soon")}));
    REQUIRE(control.settles());
    CHECK_THAT(ask(other), Catch::EndsWith("soon"));
    control.service.follow(control.registry.roster());
    REQUIRE(control.settles());
    holder.reset();
    CHECK(comes_true([&] { return ask(port).ends_with("late"); }));
    control.service.stop();
    CHECK(log.count("held") == 1);
    CHECK(log.count("this is tried again every second") == 1);
}

TEST_CASE("lines of requests are in the log's file when it has stopped") {
    const Logged log;
    const TemporaryFolder folder;
    config::Config config = with({site("site", free_port(), "logged")});
    config.http_logs = {{.name = "front", .requests = folder / "requests"}};
    config.listeners[0].http->access_log = "front";
    Control control(config);
    REQUIRE(control.settles());
    CHECK_THAT(ask(config.listeners[0].port), Catch::EndsWith("logged"));
    control.service.stop();
    CHECK_THAT(test::read(folder / "requests"), Catch::Contains("fixed-response"));
    const auto facts = control.service.logs();
    REQUIRE(facts.size() == 1);
    CHECK(facts[0].name == "front");
    CHECK(facts[0].requests.written == 1);
    CHECK(facts[0].connections.written == 0);
}

TEST_CASE("what can not be started is a sentence, and nothing runs") {
    const Logged log;
    const TemporaryFolder folder;
    config::Config config = with({site("site", free_port(), "never")});
    config.http_logs = {{.name = "front", .requests = folder / "none/requests"}};
    boost::asio::io_context events;
    const control::Registry registry(config, start);
    balance::LegNotes notes;
    HttpService service(events, registry.room(), config, notes);
    const auto done = service.prepare(config);
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().message, Catch::Contains("the HTTP log 'front'"));
    CHECK(service.thread_count() == 0);
    config.http_logs.clear();
    config.http.cookie_keys = "/nowhere.keys";
    HttpService other(events, registry.room(), config, notes);
    const auto keyless = other.prepare(config);
    REQUIRE_FALSE(keyless);
    CHECK_THAT(keyless.error().message, Catch::Contains("/nowhere.keys"));
}

TEST_CASE("requests are counted where targets' flows are, and a target that is gone is found no more") {
    const Logged log;
    const std::uint16_t port = free_port();
    const std::uint16_t nobody = free_port();
    config::Config config = with({site("site", port, "")});
    config.target_groups[0].http.emplace().retries = false;
    config.target_groups[0].targets = {test::target("web-1", "127.0.0.1", nobody)};
    config.listeners[0].http->default_action = config::ForwardAction{{{"web", 1}}};
    Control control(config);
    REQUIRE(control.settles());
    CHECK_THAT(ask(port), Catch::StartsWith("HTTP/1.1 502"));
    std::uint64_t refused = 0;
    std::uint64_t active = 0;
    for (unsigned thread = 0; thread < 2; ++thread) {
        const TargetCounters& counters = control.service.stream_counters(thread).targets[0];
        refused += counters.refused.read();
        active += counters.flows_created.read() - counters.flows_ended.read();
    }
    CHECK(refused == 1);
    CHECK(active == 0);
    control.service.stop();
}
