// SPDX-License-Identifier: Apache-2.0
// The PROXY protocol's header, by which a proxy tells the next one who the client is: v2 (binary) both ways, v1 (a line
// of text) only in. https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt 2.1, 2.2. No I/O.
#pragma once

#include "balance/proxy/proxy_tlv.hpp"
#include "balance/proxy/socket_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sallyport::balance {

/// Our bound for a whole header, in and out; the protocol's own is 65,551 bytes.
inline constexpr std::size_t max_proxy_header_size = 4096;
inline constexpr std::size_t max_proxy_line_size = 107; // v1 with its CRLF, 2.1

/// The two ends of the client's own connection.
struct ClientRoute {
    SocketAddress source;
    SocketAddress destination;
    friend bool operator==(const ClientRoute&, const ClientRoute&) = default;
};

/// Writes a v2 header. Nothing for a route: the command LOCAL, as health checks send it. Addresses of two families are
/// written as IPv6, the IPv4 one mapped.
class ProxyHeaderWriter {
public:
    explicit ProxyHeaderWriter(const std::optional<ClientRoute>& route);
    /// False: the header would get longer than max_proxy_header_size, and stays as it was.
    bool add(TlvType type, std::span<const std::uint8_t> value);
    bool add(TlvType type, std::string_view text);
    /// The bytes to send, a CRC32C field last. Once.
    [[nodiscard]] std::vector<std::uint8_t> finish();

private:
    void append_tlv(TlvType type, std::span<const std::uint8_t> value);

    std::vector<std::uint8_t> bytes_;
};

enum class ProxyFault : std::uint8_t {
    none,
    no_signature,
    wrong_version,
    unknown_command,
    unknown_family,
    unknown_transport,
    addresses_cut,
    header_too_long,
    tlv_overruns,
    checksum_malformed,
    checksum_wrong,
    line_too_long,
    line_without_crlf,
    line_unknown_protocol,
    line_malformed,
    line_bad_address,
    line_bad_port,
};

/// A sentence about what is wrong with the header.
[[nodiscard]] std::string_view describe(ProxyFault fault) noexcept;

struct ProxyHeader {
    std::uint8_t version = 0;           // 1 or 2
    std::optional<ClientRoute> route;   // nothing: take the connection's own ends (LOCAL, UNSPEC, UNKNOWN, UNIX, UDP)
    std::span<const std::uint8_t> tlvs; // in the bytes that were decoded; sound, the checksum verified
    std::size_t size = 0;               // so many bytes were the header
};

enum class Reading : std::uint8_t { needs_more, done, malformed };

struct ProxyReading {
    Reading state = Reading::needs_more;
    ProxyFault fault = ProxyFault::none; // malformed
    ProxyHeader header;                  // done
};

/// `bytes` is what has come so far, from the first byte of the connection on; call again with more while it needs more,
/// which is no longer so at max_proxy_header_size bytes.
[[nodiscard]] ProxyReading read_proxy_header(std::span<const std::uint8_t> bytes) noexcept;

} // namespace sallyport::balance
