// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/listener_config.hpp"

#include <algorithm>

namespace sallyport::balance {

bool contains(const std::vector<IpPrefix>& prefixes, const IpAddress& address) noexcept {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&address](const IpPrefix& prefix) { return prefix.contains(address); });
}

bool allows(const StreamListener& listener, const IpAddress& client) noexcept {
    if (contains(listener.deny, client)) return false;
    return listener.allow.empty() || contains(listener.allow, client);
}

} // namespace sallyport::balance
