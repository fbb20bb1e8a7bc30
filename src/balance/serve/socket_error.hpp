// SPDX-License-Identifier: Apache-2.0
// What became of a connection that was begun without waiting?
#pragma once

#include <cerrno>
#include <sys/socket.h>

namespace sallyport::serve {

/// errno of what went wrong since anybody asked; 0: nothing.
[[nodiscard]] inline int pending_error(int descriptor) noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    return error;
}

} // namespace sallyport::serve
