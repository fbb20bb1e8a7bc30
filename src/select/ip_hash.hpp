// SPDX-License-Identifier: Apache-2.0
// IP hash: all flows of a client meet one member, whatever their ports, protocol and listener, without a table of
// clients. The hash is for a look at a Maglev table (member_at() in maglev.hpp), so a member that comes or goes moves
// its own share of the clients and few others.
#pragma once

#include "support/siphash.hpp"

#include <array>
#include <cstdint>

namespace sallyport::select {

/// `client`: the address, high half first, host order; IPv4 mapped. The endpoint by the id on the wire, for two tenants
/// may use one address; its index depends on the order of the file.
[[nodiscard]] constexpr std::uint64_t ip_hash(const SipKey& key, const std::array<std::uint64_t, 2>& client,
                                              std::uint64_t endpoint_id) noexcept {
    return siphash13<3>(key, {client[0], client[1], endpoint_id});
}

} // namespace sallyport::select
