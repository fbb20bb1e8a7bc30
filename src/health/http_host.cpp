// SPDX-License-Identifier: Apache-2.0
#include "health/http_host.hpp"

namespace sallyport::health {
namespace {

/// RFC 3986 section 3.2.2: an IPv6 address stands in brackets, so that its colons are not taken for the port's.
std::string bracketed(const IpAddress& address) {
    return address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
}

std::string name_of(std::string host) {
    if (IpAddress::parse(host)) return host;
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    host = host.substr(0, host.find(':'));
    if (host.ends_with('.')) host.pop_back();
    return host;
}

} // namespace

HttpHost http_host(const config::HealthCheck& check, const IpAddress& address) {
    if (check.host.empty()) return {bracketed(address) + ":" + std::to_string(check.port), address.to_string(), true};
    const auto whole = IpAddress::parse(check.host);
    std::string name = name_of(check.host);
    const bool is_address = IpAddress::parse(name).has_value();
    return {whole ? bracketed(*whole) : check.host, std::move(name), is_address};
}

} // namespace sallyport::health
