// SPDX-License-Identifier: Apache-2.0
// Values that listeners, target groups and others have in common, and words of ELB that are not built yet.
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

bool is_later_word(const Value& value, const std::vector<std::string_view>& later, const std::string& advice) {
    if (value.node().kind != Node::Kind::scalar) return false;
    const std::string& word = value.node().text;
    if (std::ranges::find(later, word) == later.end()) return false;
    value.fault(in_backticks(word) + " is not supported yet by this version", advice);
    return true;
}

std::optional<Protocol> read_protocol(const Value& value) {
    if (is_later_word(value, {"QUIC", "TCP_QUIC"}, "write TCP, UDP or TCP_UDP")) return std::nullopt;
    if (is_later_word(value, {"GENEVE"}, "write the appliances under `appliance_groups`")) return std::nullopt;
    return value.choice<Protocol>({{"TCP", Protocol::tcp},
                                   {"UDP", Protocol::udp},
                                   {"TCP_UDP", Protocol::tcp_udp},
                                   {"TLS", Protocol::tls},
                                   {"HTTP", Protocol::http},
                                   {"HTTPS", Protocol::https}});
}

std::optional<IpAddress> read_host_address(const Value& value, std::string_view what, std::string_view advice) {
    const auto address = value.address();
    if (!address) return std::nullopt;
    if (!address->is_unspecified() && !address->is_multicast() && !address->is_loopback()) return address;
    value.fault_is_not("an address " + std::string(what), std::string(advice));
    return std::nullopt;
}

} // namespace sallyport::config
