// SPDX-License-Identifier: Apache-2.0
// An event loop that a test turns until something is so, and no longer than a test may last.
#pragma once

#include "health/checker.hpp"
#include "server.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <optional>

namespace sallyport::test {

template <typename Condition>
void run_until(boost::asio::io_context& loop, Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) FAIL("what was waited for has not come for a minute");
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds(100));
    }
}

/// An appliance on this machine, whose timeout only a test that waits for it will see.
inline health::Watched local_appliance(config::HealthProtocol protocol, std::uint16_t port) {
    health::Watched watched;
    watched.index = 0;
    watched.name = "firewalls/fw-1";
    watched.address = IpAddress::v4(0x7f00'0001);
    watched.check.emplace();
    watched.check->protocol = protocol;
    watched.check->port = port;
    watched.check->timeout = std::chrono::milliseconds(patience_ms);
    return watched;
}

/// One check, to its end.
inline health::CheckResult check_once(const health::Watched& watched, health::ProbePath* path = nullptr,
                                      health::TargetTls target_tls = {}) {
    boost::asio::io_context loop;
    health::Checker checker(loop, watched, {.probes = path, .target_tls = std::move(target_tls)});
    std::optional<health::CheckResult> result;
    checker.make(1)->start([&result](const health::CheckResult& got) {
        CHECK_FALSE(result);
        result = got;
    });
    run_until(loop, [&result] { return result.has_value(); });
    loop.restart();
    loop.poll(); // whatever was cancelled says nothing more
    return *result;
}

} // namespace sallyport::test
