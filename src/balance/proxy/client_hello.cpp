// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/client_hello.hpp"

#include "balance/proxy/hello_cursor.hpp"
#include "balance/proxy/hello_fields.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

constexpr std::uint8_t record_handshake = 22;
constexpr std::uint8_t version_major = 3;
constexpr std::uint8_t message_client_hello = 1;
constexpr std::size_t max_record_size = 1U << 14U; // RFC 8446 5.1
constexpr std::size_t head_size = 4;               // type and length of a handshake message

} // namespace

ClientHelloReader::State ClientHelloReader::fail(HelloFault fault) noexcept {
    fault_ = fault;
    return state_ = State::failed;
}

ClientHelloReader::State ClientHelloReader::read(std::span<const std::uint8_t> bytes) {
    return state_ == State::needs_more ? read_more(bytes) : state_;
}

/// Looks at a record's header, as far as it has come. False: it has not come whole, or it is wrong.
bool ClientHelloReader::enter_record(std::span<const std::uint8_t> bytes) noexcept {
    const std::span<const std::uint8_t> head = bytes.subspan(record_at_);
    if (!head.empty() && head[0] != record_handshake)
        fail(record_at_ == 0 ? HelloFault::not_tls : HelloFault::interrupted);
    else if (head.size() > 1 && head[1] != version_major)
        fail(record_at_ == 0 ? HelloFault::not_tls : HelloFault::wrong_version);
    if (state_ == State::failed || head.size() < tls_record_header_size) return false;
    const std::size_t size = (std::size_t{head[3]} << 8U) | head[4];
    // 5.1: no empty fragments of handshake messages.
    if (size == 0) fail(HelloFault::empty_record);
    if (size > max_record_size) fail(HelloFault::record_too_long);
    return state_ != State::failed;
}

/// Looks at the record at record_at_. True: it has come whole, and the next one is to be looked at.
bool ClientHelloReader::walk_record(std::span<const std::uint8_t> bytes) noexcept {
    const std::size_t body_at = record_at_ + tls_record_header_size;
    const std::size_t size = (std::size_t{bytes[record_at_ + 3]} << 8U) | bytes[record_at_ + 4];
    const std::size_t come = std::min(size, bytes.size() - body_at);
    for (std::size_t i = 0; i < come && gathered_ + i < head_size; ++i)
        message_head_[gathered_ + i] = bytes[body_at + i];
    if (gathered_ + come > 0 && message_head_[0] != message_client_hello) fail(HelloFault::not_client_hello);
    if (message_size_ == 0 && gathered_ + come >= head_size) {
        message_size_ = head_size + ((std::size_t{message_head_[1]} << 16U) | (std::size_t{message_head_[2]} << 8U) |
                                     message_head_[3]);
        if (message_size_ > max_size_) fail(HelloFault::hello_too_long);
    }
    if (state_ == State::failed) return false;
    if (message_size_ != 0 && gathered_ + come >= message_size_) {
        state_ = State::done;
        return false;
    }
    if (come < size) return false;
    gathered_ += size;
    record_at_ = body_at + size;
    return true;
}

ClientHelloReader::State ClientHelloReader::read_more(std::span<const std::uint8_t> bytes) {
    while (enter_record(bytes) && walk_record(bytes)) {
    }
    if (state_ == State::done) {
        const HelloFault fault = detail::read_hello_fields(bytes, message_size_, hello_);
        return fault == HelloFault::none ? state_ : fail(fault);
    }
    if (state_ == State::needs_more && bytes.size() >= max_size_) return fail(HelloFault::hello_too_long);
    return state_;
}

std::string_view describe(HelloFault fault) noexcept {
    switch (fault) {
    case HelloFault::none:
        return "The ClientHello is sound";
    case HelloFault::not_tls:
        return "The connection does not begin with a TLS handshake";
    case HelloFault::wrong_version:
        return "A TLS record of the ClientHello is of no known version";
    case HelloFault::empty_record:
        return "A TLS record of the ClientHello is empty";
    case HelloFault::record_too_long:
        return "A TLS record of the ClientHello is longer than 16384 bytes";
    case HelloFault::not_client_hello:
        return "The TLS handshake begins with something other than a ClientHello";
    case HelloFault::interrupted:
        return "Between the records of the ClientHello stands one of another kind";
    case HelloFault::hello_too_long:
        return "The ClientHello is longer than allowed";
    case HelloFault::field_overruns:
        return "A field of the ClientHello is longer than what it stands in";
    case HelloFault::trailing_bytes:
        return "Bytes stand behind the ClientHello's extensions";
    case HelloFault::extension_twice:
        return "The ClientHello has the server name or the ALPN extension twice";
    case HelloFault::server_name_malformed:
        return "The ClientHello's server name is malformed";
    case HelloFault::alpn_malformed:
        return "The ClientHello's ALPN list is malformed";
    }
    return "The ClientHello is malformed";
}

} // namespace sallyport::balance
