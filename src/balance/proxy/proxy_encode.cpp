// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/crc32c.hpp"
#include "balance/proxy/proxy_protocol.hpp"
#include "balance/proxy/proxy_signature.hpp"

namespace sallyport::balance {
namespace {

constexpr std::size_t tlv_header_size = 3;
constexpr std::size_t checksum_field_size = tlv_header_size + detail::checksum_size;
constexpr std::uint8_t version_2_local = 0x20;
constexpr std::uint8_t version_2_proxy = 0x21;
constexpr std::uint8_t unspecified = 0x00;
constexpr std::uint8_t tcp_over_ipv4 = 0x11;
constexpr std::uint8_t tcp_over_ipv6 = 0x21;

void append_u16(std::vector<std::uint8_t>& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
}

/// IPv4 addresses are the last four bytes of the sixteen; all sixteen are the mapped address.
void append_addresses(std::vector<std::uint8_t>& bytes, const ClientRoute& route, std::size_t size) {
    for (const SocketAddress* end : {&route.source, &route.destination}) {
        const IpAddress::Bytes& all = end->address.bytes();
        bytes.insert(bytes.end(), all.end() - static_cast<std::ptrdiff_t>(size), all.end());
    }
    append_u16(bytes, route.source.port);
    append_u16(bytes, route.destination.port);
}

} // namespace

ProxyHeaderWriter::ProxyHeaderWriter(const std::optional<ClientRoute>& route)
    : bytes_(detail::v2_signature.begin(), detail::v2_signature.end()) {
    const bool is_v4 = route && route->source.address.is_v4() && route->destination.address.is_v4();
    bytes_.push_back(route ? version_2_proxy : version_2_local);
    bytes_.push_back(!route ? unspecified : is_v4 ? tcp_over_ipv4 : tcp_over_ipv6);
    append_u16(bytes_, 0); // finish() knows
    if (route) append_addresses(bytes_, *route, is_v4 ? 4 : 16);
}

bool ProxyHeaderWriter::add(TlvType type, std::span<const std::uint8_t> value) {
    const std::size_t room = max_proxy_header_size - checksum_field_size - bytes_.size();
    if (room < tlv_header_size || value.size() > room - tlv_header_size) return false;
    append_tlv(type, value);
    return true;
}

bool ProxyHeaderWriter::add(TlvType type, std::string_view text) {
    return add(type, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void ProxyHeaderWriter::append_tlv(TlvType type, std::span<const std::uint8_t> value) {
    bytes_.push_back(static_cast<std::uint8_t>(type));
    append_u16(bytes_, value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
}

std::vector<std::uint8_t> ProxyHeaderWriter::finish() {
    // 2.2.3: the checksum of the whole header, in which its own field is zero.
    append_tlv(TlvType::crc32c, std::array<std::uint8_t, detail::checksum_size>{});
    const std::size_t length = bytes_.size() - detail::v2_fixed_size;
    bytes_[detail::v2_fixed_size - 2] = static_cast<std::uint8_t>(length >> 8U);
    bytes_[detail::v2_fixed_size - 1] = static_cast<std::uint8_t>(length & 0xFFU);
    const std::uint32_t checksum = ~crc32c_add(~0U, bytes_);
    for (std::size_t i = 0; i < detail::checksum_size; ++i)
        bytes_[bytes_.size() - detail::checksum_size + i] =
            static_cast<std::uint8_t>((checksum >> (24U - 8U * static_cast<unsigned>(i))) & 0xFFU);
    return std::move(bytes_);
}

} // namespace sallyport::balance
