// SPDX-License-Identifier: Apache-2.0
#include "io/connection_room.hpp"

#include "balance/proxy/kernel_limits.hpp"

#include <spdlog/spdlog.h>

namespace sallyport::io {

void make_room_for_connections(std::string_view who) {
    const auto limit = balance::raise_descriptor_limit();
    if (limit) {
        spdlog::info("{} has room for {} connections: a process may have {} open files", who, *limit / 2, *limit);
    } else {
        spdlog::warn("{}", limit.error().message);
    }
    const auto cookies = balance::syn_cookies();
    if (!cookies) return spdlog::warn("{}", cookies.error().message);
    if (*cookies == balance::SynCookies::off)
        spdlog::warn("the kernel's SYN cookies are off (net.ipv4.tcp_syncookies=0): a SYN flood can keep clients from "
                     "{}",
                     who);
}

} // namespace sallyport::io
