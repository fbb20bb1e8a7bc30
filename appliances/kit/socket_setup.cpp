// SPDX-License-Identifier: Apache-2.0
#include "kit/socket_setup.hpp"

#include "geneve/header.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <sys/socket.h>

// Linux knows these; glibc's headers of Debian 12 only have them where the kernel's are included, which clash.
#ifndef UDP_NO_CHECK6_RX
#define UDP_NO_CHECK6_RX 102
#endif

namespace sallyport::appliances {

namespace {

int domain(Family family) noexcept {
    return family == Family::ipv4 ? AF_INET : AF_INET6;
}

bool turn_on(const Descriptor& socket, int level, int option) noexcept {
    const int on = 1;
    return ::setsockopt(socket.number(), level, option, &on, sizeof on) == 0;
}

/// Beyond net.core.rmem_max where privileges allow it, as far as allowed where not.
void widen(const Descriptor& socket, int forced, int ordinary, std::uint32_t bytes) noexcept {
    const int size = static_cast<int>(std::min<std::uint32_t>(bytes, 0x3FFFFFFF));
    if (::setsockopt(socket.number(), SOL_SOCKET, forced, &size, sizeof size) != 0) {
        ::setsockopt(socket.number(), SOL_SOCKET, ordinary, &size, sizeof size);
    }
}

std::string where(const IpAddress& listen) {
    return "UDP port " + std::to_string(geneve::udp_port) + " of " + listen.to_string();
}

std::string reason_for_bind(const IpAddress& listen, int error) {
    switch (error) {
    case EADDRINUSE:
        return where(listen) + " is in use: end the program that has it (ss -lunp 'sport = 6081' names it), or choose "
                               "another address with --listen.";
    case EADDRNOTAVAIL:
        return listen.to_string() + " is not an address of this host: give one of those that `ip address` shows.";
    default:
        return "cannot listen on " + where(listen) + ": " + std::strerror(error) + '.';
    }
}

bool bind_to(const Descriptor& socket, const IpAddress& listen) noexcept {
    if (listen.is_v4()) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(geneve::udp_port);
        address.sin_addr.s_addr = htonl(listen.v4_host_order());
        return ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(geneve::udp_port);
    std::memcpy(&address.sin6_addr, listen.bytes().data(), listen.bytes().size());
    return ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

} // namespace

Result<Descriptor> open_receiver(const IpAddress& listen, std::uint32_t buffer_bytes) {
    Descriptor socket(::socket(domain(listen.family()), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
    if (!socket)
        return failure("cannot open a UDP socket for " + listen.to_string() + ": " + std::strerror(errno) + '.');
    bool all_set = false;
    if (listen.is_v4()) {
        all_set = turn_on(socket, IPPROTO_IP, IP_PKTINFO) && turn_on(socket, IPPROTO_IP, IP_RECVTOS);
    } else {
        // RFC 6935 5: tunnels may leave out the UDP checksum over IPv6 too; the kernel drops such packets by default.
        all_set = turn_on(socket, IPPROTO_IPV6, IPV6_V6ONLY) && turn_on(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO) &&
                  turn_on(socket, IPPROTO_IPV6, IPV6_RECVTCLASS) && turn_on(socket, IPPROTO_UDP, UDP_NO_CHECK6_RX);
    }
    if (!all_set) return failure(std::string("the kernel refuses a socket option: ") + std::strerror(errno) + '.');
    widen(socket, SO_RCVBUFFORCE, SO_RCVBUF, buffer_bytes);
    if (!bind_to(socket, listen)) return failure(reason_for_bind(listen, errno));
    return socket;
}

Result<Descriptor> open_sender(Family family, std::uint32_t buffer_bytes) {
    // IPPROTO_RAW means for both families that the IP header is in the packet, and that nothing is received.
    Descriptor socket(::socket(domain(family), SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW));
    if (!socket && errno == EPERM) {
        return failure(
            "sending answers needs a raw socket: run as root, or give the program the capability CAP_NET_RAW "
            "(setcap cap_net_raw+ep FILE).");
    }
    if (!socket) return failure(std::string("cannot open a raw socket: ") + std::strerror(errno) + '.');
    widen(socket, SO_SNDBUFFORCE, SO_SNDBUF, buffer_bytes);
    return socket;
}

} // namespace sallyport::appliances
