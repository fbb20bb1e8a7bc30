// SPDX-License-Identifier: Apache-2.0
// ClientHellos of openssl's making, and ones put together by hand.
#pragma once

#include "wire.hpp"

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace sallyport::test {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

/// The same message in records of at most `size` bytes.
inline Bytes in_records_of(const Bytes& message, std::size_t size) {
    Bytes records;
    for (std::size_t at = 0; at < message.size(); at += size) {
        const std::size_t length = std::min(size, message.size() - at);
        append(records, {22, 3, 1, static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length & 0xFFU)});
        records.insert(records.end(), message.begin() + static_cast<std::ptrdiff_t>(at),
                       message.begin() + static_cast<std::ptrdiff_t>(at + length));
    }
    return records;
}

/// The handshake message in whole records.
inline Bytes message_of(const Bytes& records) {
    Bytes message;
    for (std::size_t at = 0; at < records.size();) {
        const std::size_t length = (std::size_t{records.at(at + 3)} << 8U) | records.at(at + 4);
        message.insert(message.end(), records.begin() + static_cast<std::ptrdiff_t>(at + 5),
                       records.begin() + static_cast<std::ptrdiff_t>(at + 5 + length));
        at += 5 + length;
    }
    return message;
}

/// What openssl s_client says first, with these options.
inline Bytes openssl_hello(const std::string& options) {
    const Server server;
    const std::string command =
        "exec timeout 60 openssl s_client -connect 127.0.0.1:" + std::to_string(server.address().port) + " " + options +
        " </dev/null 2>&1";
    std::FILE* client = ::popen(command.c_str(), "r");
    REQUIRE(client != nullptr);
    Bytes records;
    {
        const Wire wire = server.accept();
        std::size_t message_size = 4;
        while (message_of(records).size() < message_size) {
            std::string head = wire.receive(5);
            const auto length = static_cast<std::size_t>((static_cast<unsigned char>(head[3]) << 8U) |
                                                         static_cast<unsigned char>(head[4]));
            head += wire.receive(length);
            records.insert(records.end(), head.begin(), head.end());
            const Bytes message = message_of(records);
            message_size =
                4 + ((std::size_t{message.at(1)} << 16U) | (std::size_t{message.at(2)} << 8U) | message.at(3));
        }
    }
    ::pclose(client);
    return records;
}

inline void append_u16(Bytes& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFFU));
}

inline Bytes extension(std::size_t type, const Bytes& body) {
    Bytes bytes;
    append_u16(bytes, type);
    append_u16(bytes, body.size());
    append(bytes, body);
    return bytes;
}

inline Bytes server_name_list(const std::vector<std::pair<std::uint8_t, std::string>>& names) {
    Bytes list;
    for (const auto& [type, name] : names) {
        list.push_back(type);
        append_u16(list, name.size());
        list.insert(list.end(), name.begin(), name.end());
    }
    Bytes body;
    append_u16(body, list.size());
    append(body, list);
    return body;
}

inline Bytes server_name(const std::string& name) {
    return extension(0, server_name_list({{std::uint8_t{0}, name}}));
}

inline Bytes alpn(const std::vector<std::string>& names) {
    Bytes list;
    for (const std::string& name : names) {
        list.push_back(static_cast<std::uint8_t>(name.size()));
        list.insert(list.end(), name.begin(), name.end());
    }
    Bytes body;
    append_u16(body, list.size());
    append(body, list);
    return extension(16, body);
}

inline Bytes message_with_body(const Bytes& body, std::uint8_t type = 1) {
    Bytes message = {type, static_cast<std::uint8_t>(body.size() >> 16U)};
    append_u16(message, body.size() & 0xFFFFU);
    append(message, body);
    return message;
}

/// The fields in front of the extensions: version, random, an empty session id, one cipher suite, no compression.
inline Bytes front_fields() {
    Bytes body = {3, 3};
    body.resize(2 + 32, 0x5A);
    append(body, {0, 0, 2, 0x13, 0x01, 1, 0});
    return body;
}

/// A ClientHello message with these extensions.
inline Bytes hello_message(const std::vector<Bytes>& extensions) {
    Bytes all;
    for (const Bytes& each : extensions)
        append(all, each);
    Bytes body = front_fields();
    append_u16(body, all.size());
    append(body, all);
    return message_with_body(body);
}

} // namespace sallyport::test
