// SPDX-License-Identifier: Apache-2.0
#include "io/kernel_follower.hpp"

#include "io/worker_loop.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

namespace sallyport::io {

namespace {

using namespace std::chrono_literals;

constexpr auto publish_delay = 2ms; // what changes together is published together
constexpr auto tick_interval = 1s;
constexpr std::uint64_t ask_interval_ns = 200'000'000;     // for one neighbour
constexpr std::size_t most_asked = 4096;                   // neighbours that are remembered as asked for
constexpr std::uint64_t confirm_after_ns = 30'000'000'000; // how long a neighbour may stay unconfirmed
constexpr std::size_t confirms_a_tick = 256;

} // namespace

KernelFollower::KernelFollower(boost::asio::io_context& events, Netlink& netlink, KernelMirror mirror, Station& station,
                               Snapshots& snapshots, std::shared_ptr<const chain::Roster> roster)
    : netlink_(netlink), mirror_(std::move(mirror)), station_(station), snapshots_(snapshots),
      roster_(std::move(roster)), kernel_(events, mirror_.descriptor()),
      workers_(events, station.resolve_event.number()), publish_soon_(events, publish_delay, [this] { publish(); }),
      tick_timer_(events) {}

KernelFollower::~KernelFollower() {
    // The descriptors belong to the mirror and the station.
    kernel_.release();
    workers_.release();
}

void KernelFollower::start() {
    // What the kernel said of the interfaces before it was listened to is lost; from here on nothing is.
    read_links();
    wait_for_kernel();
    wait_for_workers();
    tick();
}

void KernelFollower::wait_for_kernel() {
    kernel_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                           if (error) return;
                           hear_kernel();
                           wait_for_kernel();
                       });
}

void KernelFollower::read_links() {
    for (const auto& device : station_.devices) {
        if (device->interface() != 0 && device->present())
            device->set_link(true, interface_is_up(device->plan().label));
    }
}

void KernelFollower::hear_kernel() {
    std::vector<KernelLink> links;
    if (mirror_.follow(links)) publish_soon_.ask();
    for (const KernelLink& link : links)
        note_link(link);
}

void KernelFollower::note_link(const KernelLink& link) {
    for (const auto& device : station_.devices) {
        if (device->interface() != link.interface || !device->present()) continue;
        const bool was_up = device->link_up();
        device->set_link(link.present, link.up);
        if (!link.present) {
            spdlog::error("interface {} has vanished; its ports are down until the gateway is started again",
                          device->plan().label);
        } else if (was_up != link.up) {
            spdlog::info("interface {} is {}", device->plan().label, link.up ? "up" : "down");
        }
    }
    for (const HostLink& host_link : station_.host_links) {
        if (host_link.interface() == link.interface && !link.present) {
            spdlog::error("host link {} was removed; start the gateway again to have it back", host_link.name());
        }
    }
}

void KernelFollower::publish() {
    if (const auto done = mirror_.refresh(); !done) {
        // The table of before stays in force; the kernel's next message tries again. Another roster does not wait.
        spdlog::error("{}", done.error().message);
        if (roster_->version == published_) return;
    }
    published_ = roster_->version;
    const forward::Inputs inputs = mirror_.inputs(*roster_);
    routes_ = inputs.routes.size();
    neighbours_ = inputs.neighbours.size();
    snapshots_.publish(roster_, forward::Table(inputs));
}

void KernelFollower::set_roster(std::shared_ptr<const chain::Roster> roster) {
    roster_ = std::move(roster);
    publish();
}

void KernelFollower::wait_for_workers() {
    workers_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                            if (error) return;
                            resolve_for_workers();
                            wait_for_workers();
                        });
}

void KernelFollower::resolve_for_workers() {
    std::uint64_t count = 0;
    static_cast<void>(::read(station_.resolve_event.number(), &count, sizeof count) == 0);
    ResolveRequest request;
    for (const auto& queue : station_.resolve_queues) {
        while (queue->pop(request))
            resolve(request.port, request.address);
    }
}

void KernelFollower::resolve(PortIndex port, const IpAddress& address) {
    const Instant now = monotonic_now();
    if (asked_.size() >= most_asked) {
        std::erase_if(asked_,
                      [now](const auto& each) { return now.nanoseconds - each.second.nanoseconds > ask_interval_ns; });
        if (asked_.size() >= most_asked) return; // a scan of whole prefixes: the kernel has enough to do
    }
    const auto [place, is_new] = asked_.try_emplace({port, address}, now);
    if (!is_new && now.nanoseconds - place->second.nanoseconds < ask_interval_ns) return;
    place->second = now;
    // Fails for addresses that can not be on the link; the packet is dropped as unresolved then.
    static_cast<void>(netlink_.use_neighbour(station_.host_links[port].interface(), address));
}

void KernelFollower::tick() {
    const Instant now = monotonic_now();
    if (now.nanoseconds > confirm_after_ns) {
        // Packets that bypass the kernel confirm no neighbour, so the kernel is made to ask now and then: one that has
        // gone, or has another MAC, is noticed.
        const Instant before{now.nanoseconds - confirm_after_ns};
        for (const auto& [interface, address] : mirror_.unconfirmed(now, before, confirms_a_tick)) {
            static_cast<void>(netlink_.use_neighbour(interface, address));
        }
    }
    snapshots_.collect();
    tick_timer_.expires_after(tick_interval);
    tick_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) tick();
    });
}

} // namespace sallyport::io
