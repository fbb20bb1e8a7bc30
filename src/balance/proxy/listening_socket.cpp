// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::balance {
namespace {

constexpr int backlog = 65535;    // the kernel takes the smaller one of this and net.core.somaxconn
constexpr int ipv6_freebind = 78; // linux/in6.h, which does not go with netinet/in.h

bool set(int descriptor, int level, int option) {
    const int on = 1;
    return ::setsockopt(descriptor, level, option, &on, sizeof on) == 0;
}

bool prepare(int descriptor, Family family, Listeners listeners) {
    const bool is_v4 = family == Family::ipv4;
    return set(descriptor, SOL_SOCKET, SO_REUSEADDR) &&
           (listeners == Listeners::one || set(descriptor, SOL_SOCKET, SO_REUSEPORT)) &&
           (is_v4 ? set(descriptor, IPPROTO_IP, IP_FREEBIND)
                  : set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY) && set(descriptor, IPPROTO_IPV6, ipv6_freebind)) &&
           set(descriptor, IPPROTO_TCP, TCP_NODELAY);
}

} // namespace

Result<Descriptor> open_listening_socket(const SocketAddress& wanted, Listeners listeners) {
    const KernelAddress address(wanted);
    Descriptor descriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!descriptor || !prepare(descriptor.number(), wanted.address.family(), listeners) ||
        ::bind(descriptor.number(), address.get(), address.size) != 0 || ::listen(descriptor.number(), backlog) != 0)
        return failure(std::strerror(errno));
    return descriptor;
}

bool is_of_the_connection(int error) noexcept {
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM: // a firewall's rule
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}

} // namespace sallyport::balance
