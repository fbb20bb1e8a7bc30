// SPDX-License-Identifier: Apache-2.0
#include "control/admin_socket.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace sallyport::control {
namespace {

constexpr mode_t socket_mode = 0660;

Error system_error(const std::string& what, int code) {
    return Error{what + ": " + std::strerror(code)};
}

/// `path` fits: it has been checked.
sockaddr_un address_of(const std::string& path) noexcept {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) noexcept {
    return reinterpret_cast<const sockaddr*>(&address);
}

int open_socket() noexcept {
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/// Removes a dead gateway's socket. Only a refused connection proves that nobody listens: a living gateway with a full
/// queue says EAGAIN.
std::optional<Error> make_way(const std::string& path) {
    struct stat status = {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return std::nullopt;
        return system_error("the admin socket's place " + path + " can not be looked at", errno);
    }
    if (!S_ISSOCK(status.st_mode))
        return Error{path + " is there and is not a socket; set gateway.admin to another path, or remove it"};
    const int probe = open_socket();
    if (probe < 0) return system_error("no socket is to be had", errno);
    const sockaddr_un address = address_of(path);
    const int code = ::connect(probe, generic(address), sizeof address) == 0 ? 0 : errno;
    ::close(probe);
    if (code == 0 || code == EAGAIN)
        return Error{"a gateway already answers at " + path +
                     "; stop it, or give this one another path with gateway.admin"};
    if (code != ECONNREFUSED && code != ENOENT)
        return system_error("the admin socket " + path + " of another gateway can not be replaced", code);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return system_error("the old admin socket " + path + " can not be removed", errno);
    return std::nullopt;
}

std::optional<Error> make_parent(const std::string& path) {
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (!parent.empty()) std::filesystem::create_directories(parent, error);
    if (error) return Error{"the admin socket's directory " + parent.string() + " can not be made: " + error.message()};
    return std::nullopt;
}

} // namespace

Result<AdminSocket> AdminSocket::listen(const std::string& path) {
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
        return failure("the admin socket's path must have 1 to " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                       " characters; set gateway.admin to a shorter one than " + path);
    if (auto error = make_parent(path)) return tl::unexpected(*error);
    if (auto error = make_way(path)) return tl::unexpected(*error);

    const int descriptor = open_socket();
    if (descriptor < 0) return tl::unexpected(system_error("no socket is to be had", errno));
    AdminSocket socket(path, descriptor);
    // bind() gives the file the descriptor's mode without the umask's bits: set before, so that at no time may others
    // connect; and after, because a umask may have taken the group's right away.
    const sockaddr_un address = address_of(path);
    struct stat status = {};
    if (::fchmod(descriptor, socket_mode) != 0 || ::bind(descriptor, generic(address), sizeof address) != 0 ||
        ::lstat(path.c_str(), &status) != 0)
        return tl::unexpected(system_error("the admin socket " + path + " can not be made", errno));
    socket.device_ = status.st_dev;
    socket.inode_ = status.st_ino;
    if (::chmod(path.c_str(), socket_mode) != 0 || ::listen(descriptor, SOMAXCONN) != 0)
        return tl::unexpected(system_error("the admin socket " + path + " can not be listened at", errno));
    return socket;
}

AdminSocket::AdminSocket(AdminSocket&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), device_(other.device_),
      inode_(std::exchange(other.inode_, 0)) {}

AdminSocket::~AdminSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
    struct stat status = {};
    if (inode_ != 0 && ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
        ::unlink(path_.c_str());
}

int AdminSocket::release_descriptor() noexcept {
    return std::exchange(descriptor_, -1);
}

} // namespace sallyport::control
