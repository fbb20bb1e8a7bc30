// SPDX-License-Identifier: Apache-2.0
// A set of addresses within their endpoints, asked for every packet to the gateway itself. Built once.
#pragma once

#include "balance/l4/listener_table.hpp"

#include <algorithm>

namespace sallyport::balance {

class AddressSet {
public:
    AddressSet() = default;
    /// Each address with the endpoint whose traffic it serves; one may stand there twice.
    explicit AddressSet(const std::vector<ListenAddress>& addresses) : table_(addresses.size()) {
        for (const ListenAddress& each : addresses) {
            if (!contains(each)) table_.add(bare(each), 0);
        }
    }
    /// Ports and protocols do not count.
    [[nodiscard]] bool contains(const ListenAddress& address) const noexcept {
        return table_.find(bare(address)) != no_index;
    }

private:
    [[nodiscard]] static ListenAddress bare(const ListenAddress& address) noexcept {
        return {.address = address.address, .endpoint = address.endpoint, .family = address.family};
    }
    ListenerTable table_;
};

} // namespace sallyport::balance
