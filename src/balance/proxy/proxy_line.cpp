// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/proxy_line.hpp"

#include "balance/proxy/proxy_signature.hpp"

#include <array>
#include <charconv>

namespace sallyport::balance::detail {
namespace {

ProxyReading malformed(ProxyFault fault) {
    return {Reading::malformed, fault, {}};
}

/// 2.1: a decimal number of 0 to 65535 without zeros in front.
std::optional<std::uint16_t> read_port(std::string_view text) {
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

/// Source address, destination address, source port, destination port; exactly one space between.
bool split(std::string_view text, std::array<std::string_view, 4>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::size_t end = text.find(' ');
        if ((end == std::string_view::npos) != (i + 1 == words.size())) return false;
        words[i] = text.substr(0, end);
        if (words[i].empty()) return false;
        text.remove_prefix(i + 1 == words.size() ? text.size() : end + 1);
    }
    return true;
}

ProxyReading read_ends(std::string_view text, Family family, std::size_t size) {
    std::array<std::string_view, 4> words;
    if (!split(text, words)) return malformed(ProxyFault::line_malformed);
    const auto source = IpAddress::parse(words[0]);
    const auto destination = IpAddress::parse(words[1]);
    if (!source || !destination || source->family() != family || destination->family() != family)
        return malformed(ProxyFault::line_bad_address);
    const auto source_port = read_port(words[2]);
    const auto destination_port = read_port(words[3]);
    if (!source_port || !destination_port) return malformed(ProxyFault::line_bad_port);
    const ClientRoute route{{*source, *source_port}, {*destination, *destination_port}};
    return {Reading::done, ProxyFault::none, {1, route, {}, size}};
}

/// `line` stands between "PROXY " and CR LF.
ProxyReading read_line(std::string_view line, std::size_t size) {
    if (line.starts_with("TCP4 ")) return read_ends(line.substr(5), Family::ipv4, size);
    if (line.starts_with("TCP6 ")) return read_ends(line.substr(5), Family::ipv6, size);
    // 2.1: whatever follows UNKNOWN is ignored, and the connection's own ends are taken.
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN "))
        return {Reading::done, ProxyFault::none, {1, std::nullopt, {}, size}};
    return malformed(ProxyFault::line_unknown_protocol);
}

} // namespace

ProxyReading read_proxy_line(std::span<const std::uint8_t> bytes) noexcept {
    const std::size_t known = std::min(bytes.size(), max_proxy_line_size);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), known);
    const std::size_t end = text.find_first_of("\r\n");
    if (end == std::string_view::npos)
        return text.size() < max_proxy_line_size ? ProxyReading{} : malformed(ProxyFault::line_too_long);
    if (text[end] != '\r') return malformed(ProxyFault::line_without_crlf);
    if (end + 1 == text.size())
        return text.size() < max_proxy_line_size ? ProxyReading{} : malformed(ProxyFault::line_too_long);
    if (text[end + 1] != '\n') return malformed(ProxyFault::line_without_crlf);
    return read_line(text.substr(v1_signature.size(), end - v1_signature.size()), end + 2);
}

} // namespace sallyport::balance::detail
