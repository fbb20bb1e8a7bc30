// SPDX-License-Identifier: Apache-2.0
#include "io/kernel_mirror.hpp"

#include <cstdlib>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

namespace sallyport::io {

namespace {

constexpr int receive_buffer_bytes = 4 * 1024 * 1024; // bursts of a routing daemon

struct Candidate {
    std::uint32_t metric = 0;
    forward::Route route;
};

} // namespace

forward::Domain domain_of(const chain::Roster& roster, PortIndex port) noexcept {
    const EndpointIndex endpoint = roster.ports[port].endpoint;
    return endpoint != no_index ? endpoint : static_cast<forward::Domain>(roster.endpoints.size());
}

std::vector<forward::Route> map_routes(const std::vector<KernelRoute>& routes, const HostLinkIndex& links,
                                       const chain::Roster& roster) {
    using Key = std::tuple<forward::Domain, IpAddress, std::uint8_t>;
    std::map<Key, Candidate> best;
    for (const KernelRoute& route : routes) {
        for (const KernelHop& hop : route.hops) {
            const auto link = links.find(hop.interface);
            if (link == links.end()) continue; // another interface of this host: none of the gateway's business
            const forward::Domain domain = domain_of(roster, link->second);
            const Candidate candidate{route.metric, {domain, route.destination, link->second, hop.gateway}};
            const Key key{domain, route.destination.address, route.destination.length};
            const auto [place, is_new] = best.try_emplace(key, candidate);
            if (!is_new && candidate.metric < place->second.metric) place->second = candidate;
        }
    }
    std::vector<forward::Route> mapped;
    mapped.reserve(best.size());
    for (const auto& [key, candidate] : best)
        mapped.push_back(candidate.route);
    return mapped;
}

void KernelMirror::Close::operator()(nl_sock* socket) const noexcept {
    nl_socket_free(socket);
}

Result<KernelMirror> KernelMirror::open(Netlink& netlink, HostLinkIndex links) {
    KernelMirror mirror(netlink, std::move(links), nl_socket_alloc());
    nl_sock* socket = mirror.socket_.get();
    const auto broken = [](const char* what) {
        return failure(std::string("can not follow the kernel's routes: ") + what);
    };
    if (socket == nullptr) return broken("out of memory");
    nl_socket_disable_seq_check(socket);
    if (nl_connect(socket, NETLINK_ROUTE) < 0) return broken("no netlink socket");
    nl_socket_set_buffer_size(socket, receive_buffer_bytes, 0); // less is fine: an overrun is noticed
    nl_socket_set_nonblocking(socket);
    for (const int group : {RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE}) {
        if (nl_socket_add_membership(socket, group) < 0) return broken("no multicast group");
    }
    if (const auto read = mirror.refresh(); !read) return tl::unexpected(read.error());
    return mirror;
}

int KernelMirror::descriptor() const noexcept {
    return nl_socket_get_fd(socket_.get());
}

bool KernelMirror::follow(std::vector<KernelLink>& changed_links) {
    bool changed = false;
    for (;;) {
        sockaddr_nl from = {};
        unsigned char* bytes = nullptr;
        int length = nl_recv(socket_.get(), &from, &bytes, nullptr);
        if (length == -NLE_NOMEM) { // ENOBUFS: messages were lost
            routes_changed_ = neighbours_lost_ = changed = true;
            continue;
        }
        if (length <= 0) return changed;
        const std::unique_ptr<unsigned char, decltype(&std::free)> owner(bytes, std::free);
        auto* message = reinterpret_cast<nlmsghdr*>(bytes);
        for (; nlmsg_ok(message, length) != 0; message = nlmsg_next(message, &length)) {
            if (is_about_routes(*message)) {
                routes_changed_ = changed = true;
            } else if (const auto neighbour = read_neighbour(*message)) {
                changed = apply(*neighbour) || changed;
            } else if (const auto link = read_link(*message)) {
                changed_links.push_back(*link);
            }
        }
    }
}

bool KernelMirror::apply(const KernelNeighbour& neighbour) {
    if (!links_.contains(neighbour.interface)) return false;
    const std::pair key{neighbour.interface, neighbour.address};
    if (!neighbour.usable) return neighbours_.erase(key) != 0;
    const auto [place, is_new] = neighbours_.try_emplace(key);
    Station& station = place->second;
    const bool moved = is_new || !(station.mac == neighbour.mac);
    station.mac = neighbour.mac;
    if (station.stale != neighbour.stale) station.stale_since = {};
    station.stale = neighbour.stale;
    return moved;
}

Result<void> KernelMirror::refresh() {
    if (neighbours_lost_) {
        neighbours_.clear();
        if (auto done = netlink_->dump_neighbours([&](const auto& each) { apply(each); }); !done) {
            return failure("can not read the kernel's neighbours: " + done.error().message);
        }
        neighbours_lost_ = false;
    }
    if (routes_changed_) {
        std::vector<KernelRoute> routes;
        if (auto done = netlink_->dump_routes([&](const auto& each) { routes.push_back(each); }); !done) {
            return failure("can not read the kernel's routes: " + done.error().message);
        }
        routes_ = std::move(routes);
        routes_changed_ = false;
    }
    return {};
}

forward::Inputs KernelMirror::inputs(const chain::Roster& roster) const {
    forward::Inputs inputs;
    inputs.domains = roster.endpoints.size() + 1;
    inputs.routes = map_routes(routes_, links_, roster);
    inputs.neighbours.reserve(neighbours_.size());
    for (const auto& [key, station] : neighbours_) {
        inputs.neighbours.push_back({links_.at(key.first), key.second, station.mac});
    }
    for (const chain::Appliance& appliance : roster.appliances)
        inputs.appliances.push_back(appliance.address);
    return inputs;
}

std::vector<std::pair<int, IpAddress>> KernelMirror::unconfirmed(Instant now, Instant before, std::size_t most) {
    std::vector<std::pair<int, IpAddress>> found;
    for (auto& [key, station] : neighbours_) {
        if (found.size() == most) break;
        if (!station.stale) continue;
        if (station.stale_since.nanoseconds == 0) {
            station.stale_since = now;
        } else if (station.stale_since.nanoseconds < before.nanoseconds) {
            station.stale_since = now; // asked now; not again for as long
            found.push_back(key);
        }
    }
    return found;
}

} // namespace sallyport::io
