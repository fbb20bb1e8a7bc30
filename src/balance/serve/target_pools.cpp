// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/target_pools.hpp"

#include "balance/proxy/connect_failure.hpp"
#include "balance/proxy/noted_connect.hpp"
#include "balance/proxy/socket_address.hpp"
#include "balance/serve/engine.hpp"
#include "balance/serve/http1_target.hpp"
#include "balance/serve/http2_target.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::serve {
namespace {

/// A connection whose bytes nobody acknowledges for so long is over: the way to the target has gone without a word.
constexpr unsigned unheard_ms = 20'000;

/// So many connections may wait that are for one client alone, of all clients of a thread: each takes a port.
constexpr std::size_t most_waiting_of_clients = 4096;

/// Without waiting.
BegunTarget begin_connection(const TargetPlace& place) {
    const balance::KernelAddress address({place.address, place.port});
    BegunTarget begun;
    begun.socket = Descriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!begun.socket) {
        begun.error = errno;
        return begun;
    }
    const int on = 1;
    static_cast<void>(::setsockopt(begun.socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    if (::connect(begun.socket.number(), address.get(), address.size) != 0 && errno != EINPROGRESS) {
        begun.error = errno;
        begun.socket = {};
    }
    return begun;
}

OpenedTarget failed(const BegunTarget& begun) {
    const bool is_own = balance::failure_of(begun.error) == balance::ConnectFailure::local;
    return {.fault = is_own ? TargetFault::shortage : TargetFault::refused};
}

/// Whether requests may still go there.
bool is_in(const World& world, const TargetPlace& place) {
    if (world.directory == nullptr || std::ranges::find(world.groups, place.group) == world.groups.end()) return false;
    return std::ranges::any_of(world.directory->targets, [&](const balance::Target& target) {
        return target.address == place.address && target.port == place.port && !target.ends_flows;
    });
}

} // namespace

BegunTarget TargetPools::begin(const TargetPlace& place, std::uint16_t client_port) const {
    BegunTarget begun;
    if (place.client && notes_ != nullptr) {
        balance::BegunLeg leg =
            balance::begin_noted_connection(*notes_, {.target = {place.address, place.port},
                                                      .owner = {.address = *place.client, .port = client_port},
                                                      .source = {}});
        begun = {.socket = std::move(leg.socket), .note = std::move(leg.note), .error = leg.error};
    } else {
        begun = begin_connection(place);
    }
    if (begun.socket)
        static_cast<void>(
            ::setsockopt(begun.socket.number(), IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard_ms, sizeof unheard_ms));
    return begun;
}

OpenedTarget TargetPools::open(const TargetPlace& place, const TargetWish& wish, TargetUser& user) {
    if (place.group->http.version != config::ProtocolVersion::http1) return open_http2(place, wish, user);
    if (!wish.fresh) {
        const auto found = waiting_.find(place);
        if (found != waiting_.end() && !found->second.empty()) {
            Http1Target& waited = *found->second.back();
            found->second.pop_back();
            // Places of groups and targets are few, and have their lists for good; those of clients come and go.
            if (place.client) --waiting_of_clients_;
            if (place.client && found->second.empty()) waiting_.erase(found);
            waited.serve(user);
            engine_.count().target_connections_reused.add(1);
            return {.stream = &waited, .is_ready = true, .is_reused = true};
        }
    }
    BegunTarget begun = begin(place, wish.client_port);
    if (!begun.socket) return failed(begun);
    auto made = std::make_unique<Http1Target>(engine_, place, wish.limits, std::move(begun));
    Http1Target& target = *made;
    target.open(user, wish.connect_timeout);
    if (!engine_.links().adopt(std::move(made))) return {};
    engine_.count().target_connections.add(1);
    return {.stream = &target, .is_ready = false, .is_reused = false};
}

OpenedTarget TargetPools::open_http2(const TargetPlace& place, const TargetWish& wish, TargetUser& user) {
    if (const auto found = shared_.find(place); found != shared_.end()) {
        for (Http2Target* const each : found->second) {
            if (!each->has_room(wish.fresh)) continue;
            const bool is_reused = each->is_ready() && each->has_served();
            if (is_reused) engine_.count().target_connections_reused.add(1);
            return {.stream = &each->serve(user), .is_ready = each->is_ready(), .is_reused = is_reused};
        }
    }
    BegunTarget begun = begin(place, wish.client_port);
    if (!begun.socket) return failed(begun);
    auto made = std::make_unique<Http2Target>(engine_, place, wish.limits, std::move(begun));
    Http2Target& target = *made;
    target.open(wish.connect_timeout);
    if (!engine_.links().adopt(std::move(made))) return {};
    engine_.count().target_connections.add(1);
    shared_[place].push_back(&target);
    return {.stream = &target.serve(user), .is_ready = false, .is_reused = false};
}

bool TargetPools::keep(Http1Target& waiting) {
    const TargetPlace& place = waiting.place();
    if (place.client && waiting_of_clients_ >= most_waiting_of_clients) return false;
    std::vector<Http1Target*>& others = waiting_[place];
    if (others.size() >= place.group->http.idle_connections) return false;
    others.push_back(&waiting);
    if (place.client) ++waiting_of_clients_;
    return true;
}

void TargetPools::forget(Http1Target& waiting) noexcept {
    const auto found = waiting_.find(waiting.place());
    if (found == waiting_.end()) return;
    const std::size_t gone = std::erase(found->second, &waiting);
    if (waiting.place().client) waiting_of_clients_ -= gone;
    if (waiting.place().client && found->second.empty()) waiting_.erase(found);
}

void TargetPools::forget(Http2Target& gone) noexcept {
    const auto found = shared_.find(gone.place());
    if (found == shared_.end()) return;
    std::erase(found->second, &gone);
    if (gone.place().client && found->second.empty()) shared_.erase(found);
}

void TargetPools::follow(const World& world) {
    std::vector<Http2Target*> old;
    for (const auto& [place, targets] : shared_)
        if (!is_in(world, place)) old.insert(old.end(), targets.begin(), targets.end());
    for (Http2Target* const each : old)
        each->close_soon();
    std::erase_if(shared_, [](const auto& each) { return each.second.empty(); });
    std::vector<Http1Target*> over;
    for (const auto& [place, waiting] : waiting_)
        if (!is_in(world, place)) over.insert(over.end(), waiting.begin(), waiting.end());
    for (Http1Target* const each : over)
        each->close_soon();
    std::erase_if(waiting_, [](const auto& each) { return each.second.empty(); });
}

} // namespace sallyport::serve
