// SPDX-License-Identifier: Apache-2.0
// The office with a listener and two target groups: `web` of two targets, and `dns`, which nothing forwards to.
#pragma once

#include "../chain/office.hpp"

#include <cstdint>
#include <string>

namespace sallyport::test {

inline config::Target target(const char* name, const char* address, std::uint16_t port = 80) {
    config::Target made;
    made.name = name;
    made.address = chain::test::address(address);
    made.port = port;
    return made;
}

inline config::Config web_farm() {
    config::Config config = chain::test::office();
    config::TargetGroup web;
    web.name = "web";
    web.port = 80;
    web.targets = {target("web-1", "203.0.113.11"), target("web-2", "203.0.113.12")};
    config::TargetGroup dns;
    dns.name = "dns";
    dns.protocol = config::L4Protocol::udp;
    dns.port = 53;
    dns.targets = {target("dns-1", "203.0.113.53", 53)};
    config.target_groups = {web, dns};
    config::Listener listener;
    listener.name = "www";
    listener.address = chain::test::address("192.0.2.80");
    listener.port = 80;
    listener.forward = {{"web", 1}};
    config.listeners = {listener};
    return config;
}

} // namespace sallyport::test
