// SPDX-License-Identifier: Apache-2.0
// What the kernel allows a proxy: how many connections, and what it does about SYN floods.
#pragma once

#include "support/result.hpp"

#include <cstdint>
#include <string>

namespace sallyport::balance {

/// Raises this process' RLIMIT_NOFILE to its hard limit, and gives that. A proxied connection takes two descriptors.
[[nodiscard]] Result<std::uint64_t> raise_descriptor_limit();

enum class SynCookies : std::uint8_t {
    off,
    when_backlog_is_full, // the kernel's default
    always,
};

/// As tcp_syncookies says in this network namespace (Linux Documentation/networking/ip-sysctl.rst), for IPv4 and IPv6.
/// `path` is for tests.
[[nodiscard]] Result<SynCookies> syn_cookies(const std::string& path = "/proc/sys/net/ipv4/tcp_syncookies");

} // namespace sallyport::balance
