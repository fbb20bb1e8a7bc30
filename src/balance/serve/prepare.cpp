// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/prepare.hpp"

#include "balance/http/status.hpp"
#include "balance/l7/forwarded_headers.hpp"
#include "balance/rules/header_changes.hpp"
#include "balance/rules/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <openssl/evp.h>

namespace sallyport::serve {
namespace {

bool is_plain_name(std::string_view name) noexcept {
    return std::ranges::all_of(name, [](char c) {
        return c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
}

/// Without regard to case, and `_` for `-`: behind CGI and its kin both are one.
bool begins_with(std::string_view name, std::string_view prefix) noexcept {
    const auto plain = [](char c) {
        return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return name.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), name.begin(), [&](char a, char b) { return plain(a) == plain(b); });
}

/// What targets believe the gateway alone has written.
bool is_ours(std::string_view name) noexcept {
    return begins_with(name, "X-Amzn-Mtls-") || begins_with(name, "X-Amzn-Tls-");
}

/// With the listener's port, where that is not the usual one and the client has named none, as ALB does.
std::string_view host_for_target(const ListenerPlan& listener, http::TextArena& arena, std::string_view authority) {
    const std::uint16_t usual = listener.tls != nullptr ? 443 : 80;
    const std::uint16_t port = listener.port;
    if (listener.http.preserves_host || port == usual || authority.empty() ||
        !rules::split_authority(authority).port.empty())
        return authority;
    std::array<char, 5> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), port).ptr;
    return arena.join({authority, ":", {text.data(), static_cast<std::size_t>(end - text.data())}});
}

/// A WebSocket that was asked for over HTTP/2 (RFC 8441) is asked for as over HTTP/1 (RFC 6455 4.1).
void ask_as_http1(http::TextArena& arena, SplitMix64& random, http::RequestHead& head) {
    head.method = "GET";
    std::array<std::uint64_t, 2> nonce = {random.next(), random.next()};
    std::array<unsigned char, 25> key{};
    EVP_EncodeBlock(key.data(), reinterpret_cast<const unsigned char*>(nonce.data()), sizeof nonce);
    head.fields.push_back(
        {"Sec-WebSocket-Key", arena.copy({reinterpret_cast<const char*>(key.data()), key.size() - 1})});
}

} // namespace

void clean_request(const config::HttpServer& server, http::RequestHead& head) {
    std::erase_if(head.fields, [&](const http::Field& field) {
        return is_ours(field.name) || (server.drops_invalid_headers && !is_plain_name(field.name));
    });
    // A body, and a tunnel behind it: nobody asks for that who means well.
    if (head.body.framing != http::Framing::none && head.version != http::Version::http2) head.upgrade = {};
    if (head.version == http::Version::http2 && !head.upgrade.empty()) head.body = {};
}

bool prepare_request(const RequestOrigin& origin, http::TextArena& arena, SplitMix64& random, http::RequestHead& head) {
    const auto& [listener, connection, rule] = origin;
    const config::HttpServer& server = listener.http;
    const std::string_view host = head.authority;
    if (rule.host_rewrite && rules::rewrite_host(*rule.host_rewrite, head, arena) == rules::RewriteOutcome::failed)
        return false;
    if (rule.url_rewrite && rules::rewrite_url(*rule.url_rewrite, head, arena) == rules::RewriteOutcome::failed)
        return false;
    if (head.version == http::Version::http2 && !head.upgrade.empty()) ask_as_http1(arena, random, head);
    if (server.forwarded) {
        l7::ClientSide side = connection.side;
        side.host = host;
        l7::add_forwarded(side, server, arena, head.fields);
    } else {
        l7::add_forwarded(connection.side, server, arena, head.fields);
    }
    if (server.tls_headers && connection.is_tls) {
        head.fields.push_back({"X-Amzn-Tls-Version", connection.tls_protocol});
        head.fields.push_back({"X-Amzn-Tls-Cipher-Suite", connection.tls_cipher});
    }
    for (const auto& [name, value] : connection.certificate_fields)
        head.fields.push_back({name, value});
    rules::apply(rule.request_headers, head.fields, arena);
    head.authority = host_for_target(listener, arena, head.authority);
    return true;
}

bool is_idempotent(std::string_view method) noexcept {
    constexpr std::array<std::string_view, 5> methods = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
    return std::ranges::find(methods, method) != methods.end();
}

} // namespace sallyport::serve
