// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/noted_connect.hpp"

#include "support/random.hpp"

#include <cerrno>
#include <cstdio>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <sys/socket.h>

namespace sallyport::balance {
namespace {

/// With 9 of 10 ports in use towards one target, one connection in 800 finds none.
constexpr unsigned max_tries = 64;

struct PortRange {
    std::uint32_t first = 32768;
    std::uint32_t last = 60999;
};

PortRange read_range() noexcept {
    PortRange range;
    std::FILE* file = std::fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    if (file == nullptr) return range;
    unsigned first = 0;
    unsigned last = 0;
    if (std::fscanf(file, "%u %u", &first, &last) == 2 && first != 0 && first <= last && last <= 0xffff)
        range = {first, last};
    std::fclose(file);
    return range;
}

std::uint64_t seed() noexcept {
    std::uint64_t random = 0;
    if (::getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        return reinterpret_cast<std::uintptr_t>(&random);
    return random;
}

std::uint16_t any_port() noexcept {
    static const PortRange range = read_range();
    thread_local SplitMix64 random(seed());
    const std::uint64_t count = range.last - range.first + 1;
    return static_cast<std::uint16_t>(range.first + ((random.next() >> 32) * count >> 32));
}

Descriptor open_socket(int family) noexcept {
    Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (!socket) return socket;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // socket(7): others may have the port, as long as nobody listens there; not towards the same target (tcp(7)).
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return socket;
}

/// Binds, notes and connects. EADDRINUSE: another port may do; EADDRNOTAVAIL: likewise, with another socket.
int try_port(LegNotes& notes, const LegWish& wish, std::uint16_t port, BegunLeg& begun) noexcept {
    const IpAddress any = IpAddress::from_halves(wish.target.address.family(), 0, 0);
    const KernelAddress own({wish.source.value_or(any), port});
    if (::bind(begun.socket.number(), own.get(), own.size) != 0) return errno;
    const LegEnds ends{wish.source.value_or(any), port, wish.target.address, wish.target.port};
    if (notes.add(ends, wish.owner, begun.note) == LegNotes::Noted::taken) return EADDRNOTAVAIL;
    const KernelAddress target(wish.target);
    if (::connect(begun.socket.number(), target.get(), target.size) == 0 || errno == EINPROGRESS) return 0;
    const int error = errno;
    begun.note = {};
    return error;
}

} // namespace

BegunLeg begin_noted_connection(LegNotes& notes, const LegWish& wish) noexcept {
    const int family = wish.target.address.is_v4() ? AF_INET : AF_INET6;
    BegunLeg begun;
    begun.error = EADDRNOTAVAIL;
    for (unsigned tries = 0; tries < max_tries; ++tries) {
        if (begun.error == EADDRNOTAVAIL) begun.socket = open_socket(family);
        if (!begun.socket) {
            begun.error = errno;
            return begun;
        }
        begun.error = try_port(notes, wish, any_port(), begun);
        if (begun.error == 0) return begun;
        if (begun.error != EADDRINUSE && begun.error != EADDRNOTAVAIL) break;
    }
    begun.socket = {};
    return begun;
}

} // namespace sallyport::balance
