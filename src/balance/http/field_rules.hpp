// SPDX-License-Identifier: Apache-2.0
// What may a field be called, and hold? And which names belong to one connection, to framing, or to whoever decides?
#pragma once

#include <string_view>

namespace sallyport::http {

/// A token (RFC 9110 5.6.2).
[[nodiscard]] bool is_valid_name(std::string_view name) noexcept;
/// Nothing that ends or hides a line: no CR, LF, NUL; and no blank at either end (RFC 9113 8.2.1).
[[nodiscard]] bool is_valid_value(std::string_view value) noexcept;
/// No CR, LF, NUL: what may be written at all.
[[nodiscard]] bool is_writable_value(std::string_view value) noexcept;
/// [-A-Za-z0-9]+: what drops_invalid_headers leaves.
[[nodiscard]] bool is_plain_name(std::string_view name) noexcept;
/// A token without capital letters (RFC 9113 8.2).
[[nodiscard]] bool is_valid_h2_name(std::string_view name) noexcept;

/// Connection, Keep-Alive, Proxy-Connection, Transfer-Encoding, Upgrade, HTTP2-Settings: never in HTTP/2 (RFC 9113
/// 8.2.2), and TE, which is there with "trailers" alone.
[[nodiscard]] bool is_connection_specific(std::string_view name) noexcept;
/// What Connection cannot take out: who sent the request, and what decides about it.
[[nodiscard]] bool is_protected_from_connection(std::string_view name) noexcept;
/// Must not come behind the content: framing, routing, access, what the content is (RFC 9110 6.5.1).
[[nodiscard]] bool is_forbidden_trailer(std::string_view name) noexcept;
/// Content-Length (or Transfer-Encoding) for someone who normalises: other letters aside, the same.
[[nodiscard]] bool looks_like_content_length(std::string_view name) noexcept;
[[nodiscard]] bool looks_like_transfer_encoding(std::string_view name) noexcept;

} // namespace sallyport::http
