// SPDX-License-Identifier: Apache-2.0
// Is an address in one of many prefixes? Asked for every target, of every network and route of an endpoint.
#pragma once

#include "support/address.hpp"

#include <map>
#include <set>
#include <utility>

namespace sallyport::config {

class PrefixSet {
public:
    void add(const IpPrefix& prefix) {
        networks_[{prefix.address.family(), prefix.length}].insert(prefix.network().address);
    }
    [[nodiscard]] bool contains(const IpAddress& address) const {
        for (const auto& [kind, networks] : networks_) {
            const IpPrefix prefix = {.address = address, .length = kind.second};
            if (kind.first == address.family() && networks.contains(prefix.network().address)) return true;
        }
        return false;
    }

private:
    std::map<std::pair<Family, std::uint8_t>, std::set<IpAddress>> networks_;
};

} // namespace sallyport::config
