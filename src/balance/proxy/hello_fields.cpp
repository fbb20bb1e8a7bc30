// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/hello_fields.hpp"

#include "balance/proxy/hello_cursor.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::balance::detail {
namespace {

constexpr std::size_t extension_server_name = 0; // RFC 6066 3
constexpr std::size_t extension_alpn = 16;       // RFC 7301 3.1
constexpr std::size_t name_type_host = 0;
constexpr std::size_t message_header_size = 4; // type, length
constexpr std::size_t version_and_random_size = 2 + 32;

/// The fields in front of the extensions.
void skip_to_extensions(HelloCursor& cursor) {
    cursor.skip(message_header_size);
    cursor.skip(version_and_random_size);
    cursor.skip_vector(1); // legacy_session_id
    cursor.skip_vector(2); // cipher_suites
    cursor.skip_vector(1); // legacy_compression_methods
}

/// What can stand in a host name that a rule could name; the rest would only lie in logs.
bool is_host_name(const std::string& name) {
    return !name.empty() && name.size() <= max_server_name_size &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// RFC 6066 3: a list of names, not more than one of each type.
HelloFault read_server_name(HelloCursor& cursor, ClientHello& hello) {
    const std::size_t outer = cursor.enter(cursor.number(2));
    while (!cursor.is_at_end()) {
        const std::size_t type = cursor.number(1);
        const std::size_t size = cursor.number(2);
        if (type != name_type_host) {
            cursor.skip(size);
            continue;
        }
        if (!hello.server_name.empty()) return HelloFault::server_name_malformed;
        hello.server_name = cursor.text(size);
        if (cursor.is_sound() && !is_host_name(hello.server_name)) return HelloFault::server_name_malformed;
    }
    cursor.leave(outer);
    return cursor.is_sound() && cursor.is_at_end() && !hello.server_name.empty() ? HelloFault::none
                                                                                 : HelloFault::server_name_malformed;
}

/// RFC 8701 2: two equal bytes, each with A as its lower half.
bool is_grease(const std::string& name) {
    return name.size() == 2 && name[0] == name[1] && (static_cast<unsigned char>(name[0]) & 0xFU) == 0xAU;
}

HelloFault read_alpn(HelloCursor& cursor, ClientHello& hello) {
    const std::size_t outer = cursor.enter(cursor.number(2));
    while (!cursor.is_at_end()) {
        std::string name = cursor.text(cursor.number(1));
        if (name.empty()) return HelloFault::alpn_malformed;
        if (hello.alpn.size() < max_alpn_names && !is_grease(name)) hello.alpn.push_back(std::move(name));
    }
    cursor.leave(outer);
    return cursor.is_sound() && cursor.is_at_end() ? HelloFault::none : HelloFault::alpn_malformed;
}

/// Which of the two that are read here has been there before. RFC 8446 4.2: not more than one of a type; a second name
/// would let a client show us another one than the server goes by.
struct Seen {
    bool server_name = false;
    bool alpn = false;
};

HelloFault read_extension(HelloCursor& cursor, Seen& seen, ClientHello& hello) {
    const std::size_t type = cursor.number(2);
    const std::size_t outer = cursor.enter(cursor.number(2));
    if (!cursor.is_sound()) return HelloFault::field_overruns;
    HelloFault fault = HelloFault::none;
    if (type == extension_server_name) {
        fault = std::exchange(seen.server_name, true) ? HelloFault::extension_twice : read_server_name(cursor, hello);
    } else if (type == extension_alpn) {
        fault = std::exchange(seen.alpn, true) ? HelloFault::extension_twice : read_alpn(cursor, hello);
    } else {
        cursor.skip(cursor.end() - cursor.position());
    }
    cursor.leave(outer);
    return fault;
}

HelloFault read_extensions(HelloCursor& cursor, ClientHello& hello) {
    if (cursor.is_at_end()) return HelloFault::none; // TLS 1.2 and older: none at all
    const std::size_t size = cursor.number(2);
    if (!cursor.is_sound() || size > cursor.end() - cursor.position()) return HelloFault::field_overruns;
    if (size < cursor.end() - cursor.position()) return HelloFault::trailing_bytes;
    Seen seen;
    while (!cursor.is_at_end()) {
        if (const HelloFault fault = read_extension(cursor, seen, hello); fault != HelloFault::none) return fault;
    }
    return HelloFault::none;
}

} // namespace

HelloFault read_hello_fields(std::span<const std::uint8_t> records, std::size_t message_size, ClientHello& hello) {
    HelloCursor cursor(records, message_size);
    skip_to_extensions(cursor);
    if (!cursor.is_sound()) return HelloFault::field_overruns;
    return read_extensions(cursor, hello);
}

} // namespace sallyport::balance::detail
