// SPDX-License-Identifier: Apache-2.0
// The file that the admin socket listens at: who may take its place, who may open it, and its end.
#pragma once

#include "support/result.hpp"

#include <string>
#include <sys/types.h>

namespace sallyport::control {

/// A listening Unix stream socket, mode 0660. The file goes when this goes, unless somebody else's is in its place.
class AdminSocket {
public:
    /// Creates missing parent directories and replaces what a gateway that died has left; refuses when a gateway
    /// answers at the path, or when something other than a socket is there.
    static Result<AdminSocket> listen(const std::string& path);

    AdminSocket(AdminSocket&& other) noexcept;
    AdminSocket& operator=(AdminSocket&&) = delete;
    ~AdminSocket();

    /// The descriptor, from now on the caller's to close; -1 the second time.
    [[nodiscard]] int release_descriptor() noexcept;

private:
    AdminSocket(std::string path, int descriptor) noexcept : path_(std::move(path)), descriptor_(descriptor) {}

    std::string path_;
    int descriptor_;
    dev_t device_ = 0;
    ino_t inode_ = 0; // 0: not yet bound
};

} // namespace sallyport::control
