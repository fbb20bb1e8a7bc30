// SPDX-License-Identifier: Apache-2.0
// A connection to a target that the packet path knows the owner of when its first packet comes: its port is chosen, and
// noted, before connect(). The kernel would choose one in connect(), and the SYN might be in a chain before anybody
// could say whose it is.
#pragma once

#include "balance/legs/leg_notes.hpp"
#include "balance/proxy/socket_address.hpp"
#include "support/descriptor.hpp"

#include <optional>

namespace sallyport::balance {

struct LegWish {
    SocketAddress target;
    LegOwner owner;
    std::optional<IpAddress> source; // nothing: the kernel's choice
};

struct BegunLeg {
    Descriptor socket; // does not block; none when there is an error
    LegNote note;      // to be kept until the connection stands or has failed
    int error = 0;     // errno. EADDRNOTAVAIL: so many ports were in use
};

/// TCP, with TCP_NODELAY. Does not wait: the connection stands or has failed when the socket can be written to
/// (SO_ERROR says which). Ports are shared by connections to different targets, as the kernel does it, and are of its
/// range (net.ipv4.ip_local_port_range as it was at the first call). On any thread.
[[nodiscard]] BegunLeg begin_noted_connection(LegNotes& notes, const LegWish& wish) noexcept;

} // namespace sallyport::balance
