// SPDX-License-Identifier: Apache-2.0
// Keeps the forwarding table up to date, on the control thread: hears from the kernel by the KernelMirror, publishes a
// new table a moment after a change, and has the kernel resolve the neighbours that the workers ask for.
#pragma once

#include "io/kernel_mirror.hpp"
#include "io/netlink.hpp"
#include "io/snapshots.hpp"
#include "io/soon.hpp"
#include "io/station.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>

namespace sallyport::io {

class KernelFollower {
public:
    KernelFollower(boost::asio::io_context& events, Netlink& netlink, KernelMirror mirror, Station& station,
                   Snapshots& snapshots, std::shared_ptr<const chain::Roster> roster);
    KernelFollower(const KernelFollower&) = delete;
    KernelFollower& operator=(const KernelFollower&) = delete;
    ~KernelFollower();

    /// Publishes a table of what the kernel has now; the workers need one before they start.
    void publish();
    /// Publishes a roster in the place of the one before, with a table that has the ways to its appliances.
    void set_roster(std::shared_ptr<const chain::Roster> roster);
    void start();

    [[nodiscard]] std::size_t routes() const noexcept { return routes_; }
    [[nodiscard]] std::size_t neighbours() const noexcept { return neighbours_; }

private:
    void read_links();
    void wait_for_kernel();
    void hear_kernel();
    void wait_for_workers();
    void resolve_for_workers();
    void resolve(PortIndex port, const IpAddress& address);
    void tick();
    void note_link(const KernelLink& link);

    Netlink& netlink_;
    KernelMirror mirror_;
    Station& station_;
    Snapshots& snapshots_;
    std::shared_ptr<const chain::Roster> roster_;
    boost::asio::posix::stream_descriptor kernel_;
    boost::asio::posix::stream_descriptor workers_;
    Soon publish_soon_;
    boost::asio::steady_timer tick_timer_;
    std::uint64_t published_ = 0; // version of the roster that the workers have
    std::size_t routes_ = 0;
    std::size_t neighbours_ = 0;
    std::map<std::pair<PortIndex, IpAddress>, Instant> asked_;
};

} // namespace sallyport::io
