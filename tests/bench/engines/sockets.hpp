// SPDX-License-Identifier: Apache-2.0
// How do the relays come by their sockets? The same for all engines, and outside of what is measured.
#pragma once

#include "support/descriptor.hpp"

#include <cstdint>
#include <span>

namespace sallyport::engines {

struct Ports {
    std::uint16_t listen;
    std::uint16_t upstream;
};

/// Reads `PROGRAM LISTEN_PORT UPSTREAM_PORT`; ends the process with 2 when that is not what it was told.
Ports ports_of(std::span<char*> arguments);
/// Listens on 127.0.0.1, without blocking. All of these end the process with 1 when the kernel says no.
Descriptor listen_on(std::uint16_t port);
/// Connected to 127.0.0.1; then without blocking and without Nagle's delay, as every connection here is.
Descriptor connect_to(std::uint16_t port);
/// No blocking, no delay.
void prepare(int connection);
/// `what` and errno's text; ends the process with 1.
[[noreturn]] void fail(const char* what);

} // namespace sallyport::engines
