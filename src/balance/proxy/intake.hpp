// SPDX-License-Identifier: Apache-2.0
// The first bytes of a client's connection, as far as they are read before a target is chosen: a PROXY header from
// those who may send one, and the ClientHello where rules want the server name. No I/O.
#pragma once

#include "balance/proxy/client_hello.hpp"
#include "balance/proxy/proxy_protocol.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace sallyport::balance {

struct IntakeWish {
    bool expects_header = false; // the peer is a trusted upstream: a header has to come
    bool wants_hello = false;
    std::size_t max_hello_size = max_client_hello_size;
};

class Intake {
public:
    enum class State : std::uint8_t { needs_more, done, bad_header, bad_hello };

    explicit Intake(const IntakeWish& wish) : wish_(wish), reader_(wish.max_hello_size) {}

    /// How many bytes may be added now. More than 0 while it needs more.
    [[nodiscard]] std::size_t room() const noexcept {
        return max_proxy_header_size + wish_.max_hello_size - bytes_.size();
    }
    /// At most room() bytes.
    State add(std::span<const std::uint8_t> bytes);
    /// Done at once, if nothing is wished for.
    [[nodiscard]] State state() const noexcept { return state_; }
    /// Why it is bad.
    [[nodiscard]] std::string_view sentence() const noexcept;

    /// The client's ends, as a header told. Nothing: no header, or none that tells.
    [[nodiscard]] const std::optional<ClientRoute>& route() const noexcept { return header_.route; }
    /// The header's fields. Valid as long as this object stays where it is and take_payload() has not been called.
    [[nodiscard]] std::span<const std::uint8_t> tlvs() const noexcept;
    /// nullptr: not wished for, or not TLS.
    [[nodiscard]] const ClientHello* hello() const noexcept;
    /// What has been read behind the header. Valid as tlvs() is.
    [[nodiscard]] std::span<const std::uint8_t> payload() const noexcept;
    /// The same, to keep. Once.
    [[nodiscard]] std::vector<std::uint8_t> take_payload();

private:
    State proceed();
    State read_header();
    State read_hello();

    IntakeWish wish_;
    std::vector<std::uint8_t> bytes_;
    bool has_header_ = false;
    ProxyFault header_fault_ = ProxyFault::none;
    ProxyHeader header_;
    std::size_t tlvs_at_ = 0; // in bytes_, for the span in header_ ends with the next byte that is added
    std::size_t tlvs_size_ = 0;
    ClientHelloReader reader_;
    State state_ = wish_.expects_header || wish_.wants_hello ? State::needs_more : State::done;
};

} // namespace sallyport::balance
