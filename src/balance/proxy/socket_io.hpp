// SPDX-License-Identifier: Apache-2.0
// Reading and writing a socket that does not block, and what came of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::balance {

enum class IoState : std::uint8_t {
    done,
    would_block,
    ended, // the peer sends no more
    failed // the connection is broken, or its TLS
};

struct Io {
    IoState state = IoState::done;
    std::size_t bytes = 0; // done
};

// `error` is errno of a failure, and is left alone otherwise.
[[nodiscard]] Io receive_from(int socket, char* to, std::size_t room, int& error) noexcept;
/// Both, one behind the other, or a part of them.
[[nodiscard]] Io send_to(int socket, std::string_view one, std::string_view two, int& error) noexcept;

} // namespace sallyport::balance
