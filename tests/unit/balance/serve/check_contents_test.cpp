// SPDX-License-Identifier: Apache-2.0
// What check says of the inside of files, at which place.
#include "balance/serve/check_contents.hpp"

#include "../tls/handshake.hpp"

using namespace sallyport;
using namespace sallyport::test;

namespace {

std::vector<std::string> told(const config::Config& config) {
    std::vector<std::string> lines;
    for (const config::Finding& finding : serve::check_contents(config))
        lines.push_back(config::format("FILE", finding));
    return lines;
}

config::Config secure() {
    config::Config config;
    config.listeners.resize(2);
    config.listeners[1].tls = server({"www-ec"});
    config.listeners[1].tls->line = 30;
    config.target_groups.resize(1);
    config.target_groups[0].name = "inner";
    config.target_groups[0].tls.emplace().line = 40;
    return config;
}

} // namespace

TEST_CASE("files that can be used are not spoken of") {
    CHECK(told(secure()).empty());
    CHECK(told({}).empty());
}

TEST_CASE("each file that can not be used is found, in the order of lines") {
    config::Config config = secure();
    const std::string key = file("www-rsa.key");
    config.listeners[1].tls->certificates[0].key = key;
    config.target_groups[0].tls->ca = key;
    config.http.cookie_keys = key;
    const auto lines = told(config);
    REQUIRE(lines.size() == 3);
    CHECK_THAT(lines[0], Catch::StartsWith("FILE: http.cookie_keys: ") && Catch::Contains(key));
    CHECK_THAT(lines[1], Catch::StartsWith("FILE:30: listeners[1]: ") && Catch::Contains("www-rsa.key"));
    CHECK_THAT(lines[2], Catch::StartsWith("FILE:40: target_groups.inner.tls: ") && Catch::Contains("www-rsa.key"));
    CHECK_FALSE(config::usable(serve::check_contents(config)));
}

TEST_CASE("what is worth a look is a warning") {
    config::Config config = secure();
    config.listeners[1].tls->certificates.push_back(certificate("www-ec"));
    const auto lines = told(config);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Catch::StartsWith("FILE:30: warning: listeners[1]: ") && Catch::Contains("never shown"));
    CHECK(config::usable(serve::check_contents(config)));
}
