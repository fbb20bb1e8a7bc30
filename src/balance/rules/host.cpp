// SPDX-License-Identifier: Apache-2.0
#include "balance/rules/host.hpp"

#include "support/address.hpp"
#include "support/letters.hpp"

#include <algorithm>
#include <charconv>

namespace sallyport::rules {

Authority split_authority(std::string_view authority) noexcept {
    const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
    const std::size_t colon = bracket == std::string_view::npos ? bracket : authority.find(':', bracket);
    Authority parts = {.host = authority.substr(0, colon), .port = {}};
    if (colon != std::string_view::npos) parts.port = authority.substr(colon);
    if (parts.host.ends_with('.')) parts.host.remove_suffix(1);
    return parts;
}

bool is_host(std::string_view host) noexcept {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        const auto address = IpAddress::parse(host.substr(1, host.size() - 2));
        return address && !address->is_v4();
    }
    if (host.empty() || host.size() > max_host_size) return false;
    const bool has_empty_label = host.starts_with('.') || host.ends_with('.') || host.find("..") < host.size();
    if (has_empty_label) return false;
    return std::ranges::all_of(
        host, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; });
}

bool is_port_suffix(std::string_view port) noexcept {
    if (port.empty()) return true;
    if (port.size() < 2 || port.size() > 6 || port.front() != ':') return false;
    std::uint32_t number = 0;
    const char* const end = port.data() + port.size();
    const auto read = std::from_chars(port.data() + 1, end, number);
    return read.ec == std::errc() && read.ptr == end && number >= 1 && number <= 65535;
}

} // namespace sallyport::rules
