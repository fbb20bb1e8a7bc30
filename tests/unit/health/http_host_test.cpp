// SPDX-License-Identifier: Apache-2.0
#include "health/http_host.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::health;

namespace {

HttpHost host_of(const std::string& configured, const char* address = "192.0.2.1") {
    config::HealthCheck check;
    check.host = configured;
    check.port = 8443;
    return http_host(check, *IpAddress::parse(address));
}

} // namespace

TEST_CASE("without a configured host it is the appliance's address with the port, as ELB has it") {
    const HttpHost v4 = host_of("");
    CHECK(v4.header == "192.0.2.1:8443");
    CHECK(v4.name == "192.0.2.1");
    CHECK(v4.is_address);
    const HttpHost v6 = host_of("", "2001:db8::1");
    CHECK(v6.header == "[2001:db8::1]:8443");
    CHECK(v6.name == "2001:db8::1");
    CHECK(v6.is_address);
}

TEST_CASE("a configured host is sent as it stands; SNI and certificate have it without the port") {
    struct Row {
        const char* configured;
        const char* header;
        const char* name;
        bool is_address;
    };
    for (const Row& row : {
             Row{"fw.example", "fw.example", "fw.example", false},
             Row{"fw.example:8443", "fw.example:8443", "fw.example", false},
             Row{"fw.example.", "fw.example.", "fw.example", false},
             Row{"198.51.100.7", "198.51.100.7", "198.51.100.7", true},
             Row{"198.51.100.7:80", "198.51.100.7:80", "198.51.100.7", true},
             Row{"[2001:db8::7]:80", "[2001:db8::7]:80", "2001:db8::7", true},
             Row{"2001:db8::7", "[2001:db8::7]", "2001:db8::7", true},
         }) {
        const HttpHost host = host_of(row.configured);
        CAPTURE(row.configured);
        CHECK(host.header == row.header);
        CHECK(host.name == row.name);
        CHECK(host.is_address == row.is_address);
    }
}
