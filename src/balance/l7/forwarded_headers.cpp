// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/forwarded_headers.hpp"

#include "balance/l7/list_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sallyport::l7 {
namespace {

constexpr std::string_view x_forwarded_for = "X-Forwarded-For";
constexpr std::string_view x_forwarded_proto = "X-Forwarded-Proto";
constexpr std::string_view x_forwarded_port = "X-Forwarded-Port";
constexpr std::string_view forwarded = "Forwarded";

/// Decimal digits, as long as it lives.
class PortText {
public:
    explicit PortText(std::uint16_t port) noexcept {
        size_ = static_cast<std::size_t>(std::to_chars(digits_.data(), digits_.data() + digits_.size(), port).ptr -
                                         digits_.data());
    }
    [[nodiscard]] std::string_view text() const noexcept { return {digits_.data(), size_}; }

private:
    std::array<char, 5> digits_ = {};
    std::size_t size_ = 0;
};

/// ALB sets IPv6 in brackets only when a port follows.
std::string_view element_of(const ClientSide& client, bool with_port, http::TextArena& arena) {
    if (!with_port) return arena.copy(client.address);
    const PortText port(client.port);
    return client.is_v6 ? arena.join({"[", client.address, "]:", port.text()})
                        : arena.join({client.address, ":", port.text()});
}

void append_forwarded_for(const ClientSide& client, bool with_port, http::TextArena& arena, http::Fields& fields) {
    const std::string_view before = join_list(x_forwarded_for, arena, fields);
    const std::string_view own = element_of(client, with_port, arena);
    replace_all(x_forwarded_for, before.empty() ? own : arena.join({before, ", ", own}), fields);
}

/// What may stand in a quoted-string as it is; a host with anything else is not told (RFC 9110 5.6.4).
bool is_quotable(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

/// RFC 7239 4: a node with a colon in it has to be quoted, and IPv6 stands in brackets (6.1).
std::string_view forwarded_element(const ClientSide& client, bool with_port, http::TextArena& arena) {
    const PortText port(client.port);
    const bool is_quoted = with_port || client.is_v6;
    const bool has_host = !client.host.empty() && is_quotable(client.host);
    return arena.join({"for=", is_quoted ? "\"" : "", client.is_v6 ? "[" : "", client.address, client.is_v6 ? "]" : "",
                       with_port ? ":" : "", with_port ? port.text() : "", is_quoted ? "\"" : "",
                       has_host ? ";host=\"" : "", has_host ? client.host : "", has_host ? "\"" : "",
                       client.is_tls ? ";proto=https" : ";proto=http"});
}

void append_forwarded(const ClientSide& client, bool with_port, http::TextArena& arena, http::Fields& fields) {
    const std::string_view before = join_list(forwarded, arena, fields);
    const std::string_view own = forwarded_element(client, with_port, arena);
    replace_all(forwarded, before.empty() ? own : arena.join({before, ", ", own}), fields);
}

} // namespace

std::size_t count_addresses(const http::Fields& fields) noexcept {
    std::size_t count = 0;
    for (const http::Field& field : fields) {
        if (http::equal_names(field.name, x_forwarded_for)) count += count_elements(field.value);
    }
    return count;
}

void add_forwarded(const ClientSide& client, const config::HttpServer& server, http::TextArena& arena,
                   http::Fields& fields) {
    switch (server.forwarded_for) {
    case config::ForwardedFor::append:
        append_forwarded_for(client, server.forwarded_for_port, arena, fields);
        break;
    case config::ForwardedFor::preserve:
        break;
    case config::ForwardedFor::remove:
        http::erase(fields, x_forwarded_for);
        break;
    }
    replace_all(x_forwarded_proto, client.is_tls ? "https" : "http", fields);
    replace_all(x_forwarded_port, arena.copy(PortText(client.listener_port).text()), fields);
    if (server.forwarded) append_forwarded(client, server.forwarded_for_port, arena, fields);
}

} // namespace sallyport::l7
