// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/socket_io.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace sallyport::balance {

Io receive_from(int socket, char* to, std::size_t room, int& error) noexcept {
    while (true) {
        const ssize_t count = ::recv(socket, to, room, MSG_DONTWAIT);
        if (count > 0) return {IoState::done, static_cast<std::size_t>(count)};
        if (count == 0) return {IoState::ended, 0};
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return {IoState::would_block, 0};
        error = errno;
        return {IoState::failed, 0};
    }
}

Io send_to(int socket, std::string_view one, std::string_view two, int& error) noexcept {
    std::array<iovec, 2> parts;
    std::size_t count = 0;
    for (const std::string_view part : {one, two})
        if (!part.empty()) parts[count++] = {const_cast<char*>(part.data()), part.size()};
    if (count == 0) return {IoState::done, 0};
    while (true) {
        ssize_t sent = 0;
        if (count == 1) {
            sent = ::send(socket, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            msghdr message = {};
            message.msg_iov = parts.data();
            message.msg_iovlen = count;
            sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        if (sent >= 0) return {IoState::done, static_cast<std::size_t>(sent)};
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return {IoState::would_block, 0};
        error = errno;
        return {IoState::failed, 0};
    }
}

} // namespace sallyport::balance
