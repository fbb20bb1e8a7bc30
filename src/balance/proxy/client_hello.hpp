// SPDX-License-Identifier: Apache-2.0
// Which server does a TLS client ask for? Read from its ClientHello, before anything is answered or decrypted, however
// the hello is cut into records (RFC 8446 5.1) and segments. No I/O, no copy of the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::balance {

/// All bytes of a hello with its record headers. Post-quantum key shares make hellos of 2 KiB common; 16 KiB are rare.
inline constexpr std::size_t max_client_hello_size = 16384;
inline constexpr std::size_t max_alpn_names = 32;
inline constexpr std::size_t max_server_name_size = 255; // RFC 1035 2.3.4

enum class HelloFault : std::uint8_t {
    none,
    not_tls,
    wrong_version,
    empty_record,
    record_too_long,
    not_client_hello,
    interrupted,
    hello_too_long,
    field_overruns,
    trailing_bytes,
    extension_twice,
    server_name_malformed,
    alpn_malformed,
};

/// A sentence about what is wrong with the hello.
[[nodiscard]] std::string_view describe(HelloFault fault) noexcept;

struct ClientHello {
    std::string server_name;       // as the client wrote it; empty: it sent none
    std::vector<std::string> alpn; // in the client's order, without GREASE (RFC 8701), the first 32
};

class ClientHelloReader {
public:
    enum class State : std::uint8_t { needs_more, done, failed };

    /// Past `max_size` bytes without an end the hello is too long.
    explicit ClientHelloReader(std::size_t max_size = max_client_hello_size) noexcept : max_size_(max_size) {}

    /// `bytes` is what has come so far, from the first byte on: each call has what the last one had, and more. What has
    /// been looked at is not looked at again, until the hello is whole. Bytes behind the hello are not looked at.
    State read(std::span<const std::uint8_t> bytes);

    [[nodiscard]] HelloFault fault() const noexcept { return fault_; }
    /// Only when done.
    [[nodiscard]] const ClientHello& hello() const noexcept { return hello_; }
    [[nodiscard]] ClientHello take() noexcept { return std::move(hello_); }

private:
    State fail(HelloFault fault) noexcept;
    State read_more(std::span<const std::uint8_t> bytes);
    bool enter_record(std::span<const std::uint8_t> bytes) noexcept;
    bool walk_record(std::span<const std::uint8_t> bytes) noexcept;

    std::size_t max_size_;
    State state_ = State::needs_more;
    HelloFault fault_ = HelloFault::none;
    std::size_t record_at_ = 0;    // where the current record's header begins
    std::size_t gathered_ = 0;     // bytes of the handshake message in the records before
    std::size_t message_size_ = 0; // with its 4 bytes of header; 0: not known yet
    std::uint8_t message_head_[4] = {};
    ClientHello hello_;
};

} // namespace sallyport::balance
