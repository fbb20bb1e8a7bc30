// SPDX-License-Identifier: Apache-2.0
// What does a request tell its target about the client? X-Forwarded-For, -Proto and -Port as ALB writes them, and RFC
// 7239's Forwarded for who asks for it.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "config/http.hpp"
#include "support/address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::l7 {

/// More than so many are answered with 463.
inline constexpr std::size_t max_forwarded_addresses = 30;

/// One for each connection of a client: the address is written as text once, not with every request.
struct ClientSide {
    ClientSide() = default;
    ClientSide(const IpAddress& peer, std::uint16_t peer_port)
        : address(peer.to_string()), port(peer_port), is_v6(!peer.is_v4()) {}

    std::string address;
    std::uint16_t port = 0;
    std::uint16_t listener_port = 0; // where the client connected to
    bool is_v6 = false;
    bool is_tls = false;
    std::string_view host; // of the request (its authority), for Forwarded alone; empty: left out
};

/// In all fields X-Forwarded-For of a request as it came: list elements that are not empty.
[[nodiscard]] std::size_t count_addresses(const http::Fields& fields) noexcept;

/// Several X-Forwarded-For become one. X-Forwarded-Proto and -Port are ours alone, whatever the client has written.
void add_forwarded(const ClientSide& client, const config::HttpServer& server, http::TextArena& arena,
                   http::Fields& fields);

} // namespace sallyport::l7
