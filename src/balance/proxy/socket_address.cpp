// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/socket_address.hpp"

#include <cstring>
#include <netinet/in.h>

namespace sallyport::balance {

std::string SocketAddress::to_string() const {
    const std::string text = address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
    return text + ":" + std::to_string(port);
}

KernelAddress::KernelAddress(const SocketAddress& address) noexcept {
    if (address.address.is_v4()) {
        sockaddr_in four = {};
        four.sin_family = AF_INET;
        four.sin_port = htons(address.port);
        four.sin_addr.s_addr = htonl(address.address.v4_host_order());
        std::memcpy(&storage, &four, sizeof four);
        size = sizeof four;
    } else {
        sockaddr_in6 six = {};
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(address.port);
        std::memcpy(&six.sin6_addr, address.address.bytes().data(), sizeof six.sin6_addr);
        std::memcpy(&storage, &six, sizeof six);
        size = sizeof six;
    }
}

std::optional<SocketAddress> KernelAddress::read() const noexcept {
    if (storage.ss_family == AF_INET) {
        sockaddr_in four;
        std::memcpy(&four, &storage, sizeof four);
        return SocketAddress{IpAddress::v4(ntohl(four.sin_addr.s_addr)), ntohs(four.sin_port)};
    }
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 six;
        std::memcpy(&six, &storage, sizeof six);
        return SocketAddress{IpAddress::v6(six.sin6_addr.s6_addr), ntohs(six.sin6_port)};
    }
    return std::nullopt;
}

} // namespace sallyport::balance
