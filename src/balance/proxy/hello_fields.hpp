// SPDX-License-Identifier: Apache-2.0
// What a whole ClientHello says (RFC 8446 4.1.2): the message in its records, read once.
#pragma once

#include "balance/proxy/client_hello.hpp"

namespace sallyport::balance::detail {

/// `records` hold at least `message_size` bytes of the message, its 4 bytes of header among them, in whole headers of
/// records that are not empty.
[[nodiscard]] HelloFault read_hello_fields(std::span<const std::uint8_t> records, std::size_t message_size,
                                           ClientHello& hello);

} // namespace sallyport::balance::detail
