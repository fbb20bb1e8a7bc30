// SPDX-License-Identifier: Apache-2.0
// What may stand behind the addresses of a PROXY protocol v2 header: type-length-value fields. The numbers are those of
// https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt 2.2, AWS's, and two of our own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::balance {

enum class TlvType : std::uint8_t {
    alpn = 0x01,
    authority = 0x02, // the host name that the client asked for: the SNI
    crc32c = 0x03,
    noop = 0x04,
    unique_id = 0x05,
    ssl = 0x20,
    netns = 0x30,
    // 0xE0 to 0xEF is for applications. Taken there by others: 0xE0 Google (connection id), 0xEA AWS, 0xEE Azure.
    endpoint_name = 0xE5, // ours: the name of the endpoint where the client's traffic entered, as in the config
    chain_name = 0xE6,    // ours: the name of the chain that the client's flow went through; absent: none
    aws = 0xEA,
};

/// The first byte of an AWS field; what follows is the VPC endpoint's id as text ("vpce-..."). Ours:
/// endpoint_id_text().
inline constexpr std::uint8_t aws_subtype_endpoint_id = 0x01;

struct Tlv {
    TlvType type = TlvType::noop;
    std::span<const std::uint8_t> value;
};

/// "0x2b8ee1d4db0c51c4": always 16 digits, as GENEVE option 1 carries the number.
[[nodiscard]] std::string endpoint_id_text(std::uint64_t id);

/// The value of an AWS field with our endpoint's id.
[[nodiscard]] std::vector<std::uint8_t> aws_endpoint_value(std::uint64_t id);

/// One field after the other of a block whose lengths may lie.
class TlvReader {
public:
    explicit TlvReader(std::span<const std::uint8_t> block) noexcept : rest_(block) {}
    /// False: there is none left, or the next one is longer than the block (is_sound() tells).
    bool next(Tlv& tlv) noexcept;
    [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }

private:
    std::span<const std::uint8_t> rest_;
    bool is_sound_ = true;
};

} // namespace sallyport::balance
