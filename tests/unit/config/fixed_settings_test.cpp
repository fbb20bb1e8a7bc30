// SPDX-License-Identifier: Apache-2.0
// What of listeners, target groups and the flow log a reload may change.
#include "config/fixed_settings.hpp"
#include "config/load.hpp"

#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::config;

namespace {

using Texts = std::vector<std::string>;

Config running() {
    return load_text(l4_config, "/").config;
}

/// What is found to differ once `change` is done to the same configuration.
template <typename Change>
Texts found_after(Change change) {
    Config wanted = running();
    change(wanted);
    return fixed_differences(running(), wanted);
}

IpAddress address(const char* text) {
    return IpAddress::parse(text).value();
}

} // namespace

TEST_CASE("listeners and target groups come and go by reload, at addresses that there are") {
    CHECK(found_after([](Config&) {}) == Texts{});
    CHECK(found_after([](Config& wanted) {
              wanted.listeners[1].port = 54;
              wanted.listeners.pop_back(); // at a port's own address
              wanted.target_groups.pop_back();
              wanted.target_groups[0].targets.clear();
          }) == Texts{});
    // Another one still listens there.
    CHECK(found_after([](Config& wanted) { wanted.listeners.erase(wanted.listeners.begin()); }) == Texts{});
    CHECK(found_after([](Config& wanted) { std::swap(wanted.listeners[0], wanted.listeners[2]); }) == Texts{});
}

TEST_CASE("an address that the gateway answers for beside its ports' own stays") {
    CHECK(found_after([](Config& wanted) { wanted.listeners.clear(); }) ==
          Texts{"listeners.web.address: 192.0.2.10 on port north is gone"});
    CHECK(found_after([](Config& wanted) { wanted.listeners[2].address = address("203.0.113.9"); }) ==
          Texts{"listeners.tls.address: 203.0.113.9 on port south is new"});
    CHECK(found_after([](Config& wanted) { wanted.target_groups[1].source_addresses = {address("203.0.113.5")}; }) ==
          Texts{"target_groups.dns.source_addresses: 203.0.113.5 on port south is new"});
}

TEST_CASE("an address that moves to another port's host link is told of both") {
    const auto spare = [](Config config) {
        config.ports.push_back({.name = "annex", .device = NullDevice{}});
        config.endpoints.push_back({.name = "branch", .id = 2, .ports = {"annex"}});
        return config;
    };
    Config wanted = spare(running());
    wanted.listeners[0].endpoint = "branch";
    wanted.listeners[1].endpoint = "branch";
    CHECK(fixed_differences(spare(running()), wanted) ==
          Texts{"listeners.web.address: 192.0.2.10 on port north is gone",
                "listeners.web.address: 192.0.2.10 on port annex is new"});
}

TEST_CASE("who serves HTTP and where that is written down stays as it is") {
    CHECK(found_after([](Config& wanted) { wanted.http.threads = 2; }) == Texts{"http"});
    CHECK(found_after([](Config& wanted) { wanted.http.connections -= 1; }) == Texts{"http"});
    CHECK(found_after([](Config& wanted) { wanted.http.cookie_keys = "/other"; }) == Texts{"http"});
    CHECK(found_after([](Config& wanted) { wanted.http_logs.push_back({.name = "new"}); }) == Texts{"http_logs"});
    Config two = running();
    two.http_logs = {{.name = "a", .requests = "/a"}, {.name = "b", .requests = "/b"}};
    for (const auto member : {&HttpLog::name, &HttpLog::requests, &HttpLog::connections}) {
        Config other = two;
        other.http_logs[1].*member += "x";
        CHECK(fixed_differences(two, other) == Texts{"http_logs"});
    }
    Config json = two;
    json.http_logs[0].format = HttpLogFormat::json;
    CHECK(fixed_differences(two, json) == Texts{"http_logs"});
    Config swapped = two;
    std::swap(swapped.http_logs[0], swapped.http_logs[1]);
    CHECK(fixed_differences(two, in_running_order(two, swapped)) == Texts{});
}

TEST_CASE("the flow log stays as it is") {
    CHECK(found_after([](Config& wanted) { wanted.flow_log.reset(); }) == Texts{"flow_log"});
    CHECK(found_after([](Config& wanted) { wanted.flow_log->path = "/other"; }) == Texts{"flow_log"});
    CHECK(found_after([](Config& wanted) { wanted.flow_log->file_bytes += 1; }) == Texts{"flow_log"});
    CHECK(found_after([](Config& wanted) { wanted.flow_log->files += 1; }) == Texts{"flow_log"});
}
