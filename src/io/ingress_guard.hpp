// SPDX-License-Identifier: Apache-2.0
// Keeps the kernel's own stack away from a port's frames: with AF_PACKET it sees them too, and would accept those for
// its addresses, past every chain. Packet sockets get their copy before the ingress hook, so the gateway still
// receives. With AF_XDP it is the second line: what the XDP program passes on ends here.
#pragma once

#include "support/result.hpp"

#include <string>

namespace sallyport::io {

class IngressGuard {
public:
    /// An nftables table "netdev sallyport_<interface>" that drops all that comes in by the interface. One that a
    /// killed run has left behind is replaced.
    static Result<IngressGuard> install(const std::string& interface);
    IngressGuard(IngressGuard&& other) noexcept;
    IngressGuard& operator=(IngressGuard&& other) noexcept;
    ~IngressGuard();

private:
    explicit IngressGuard(std::string table) noexcept;
    std::string table_; // empty: nothing to remove
};

/// The nftables commands that install the guard; a function of the name, for the tests.
[[nodiscard]] std::string guard_table(const std::string& interface);
[[nodiscard]] std::string guard_commands(const std::string& interface);

} // namespace sallyport::io
