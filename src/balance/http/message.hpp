// SPDX-License-Identifier: Apache-2.0
// An HTTP message's head as data, whatever version of the protocol carried it (RFC 9110). Texts are views: who made the
// head says whose bytes they are (TextArena).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sallyport::http {

enum class Version : std::uint8_t { http10, http11, http2 };

/// As written, without the blanks around the value. From HTTP/2 names are in small letters.
struct Field {
    std::string_view name;
    std::string_view value;
};

/// In the order of the message. Few: looked through from the start.
using Fields = std::vector<Field>;

/// Field names are compared without regard to case (RFC 9110 5.1).
[[nodiscard]] bool equal_names(std::string_view one, std::string_view other) noexcept;
/// The first one of that name.
[[nodiscard]] const Field* find(const Fields& fields, std::string_view name) noexcept;
/// Removes all of that name; how many there were.
std::size_t erase(Fields& fields, std::string_view name) noexcept;

/// How a message's content ends (RFC 9112 6.3). HTTP/2 has `length` when the head gives one, else `chunked`: the end
/// comes with the content.
enum class Framing : std::uint8_t { none, length, chunked, until_close };

struct Body {
    Framing framing = Framing::none;
    std::uint64_t length = 0; // of Framing::length
};

/// What belongs to one connection alone (Host, Content-Length, Transfer-Encoding, Connection and what it names,
/// Keep-Alive, Proxy-Connection, TE, Upgrade, HTTP2-Settings) is not in `fields`.
struct RequestHead {
    Version version = Version::http11;
    std::string_view method;
    std::string_view target;    // as written (HTTP/2: :path): for logs
    std::string_view authority; // Host, or that of an absolute target or :authority; empty: none
    std::string_view path;      // "/a/b", "*" of OPTIONS; as written, without the query
    std::string_view query;     // what is behind "?"
    bool has_query = false;     // "/?" has an empty one
    Fields fields;
    Body body;
    bool keeps_alive = true;       // the client's connection, as far as the client says
    bool expects_continue = false; // Expect: 100-continue; taken out of `fields`
    bool takes_trailers = false;   // TE: trailers
    std::string_view upgrade;      // the protocol that Upgrade (with Connection) or :protocol asks for; empty: none

    void clear();
};

struct ResponseHead {
    Version version = Version::http11; // as the target sent it
    std::uint16_t status = 0;
    std::string_view reason; // HTTP/1's phrase
    Fields fields;
    Body body;
    std::optional<std::uint64_t> told_length; // Content-Length of an answer without content: to HEAD, and of 304
    bool keeps_alive = true;                  // the target's connection
    std::string_view upgrade;                 // of 101

    void clear();
};

} // namespace sallyport::http
