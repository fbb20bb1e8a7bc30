// SPDX-License-Identifier: Apache-2.0
#include "io/stream_proxy.hpp"

#include "balance/l4/directory.hpp"
#include "balance/stream/stream_listeners.hpp"
#include "io/connection_room.hpp"
#include "io/worker_loop.hpp"

#include <boost/asio/post.hpp>

#include <random>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>

namespace sallyport::io {

namespace {

using namespace std::chrono_literals;

constexpr auto listen_again = 1s;
constexpr std::uint32_t sticky_clients = 65'536; // as of a worker

std::uint64_t random_number() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

balance::ChooserState chooser_state(const control::Room& room) {
    return {room.target_groups, sticky_clients, SipKey{random_number(), random_number()}, random_number()};
}

balance::ProxySettings settings_with(balance::LegNotes& leg_notes) {
    balance::ProxySettings settings;
    settings.leg_notes = &leg_notes;
    return settings;
}

} // namespace

StreamProxy::StreamProxy(const control::Room& room, std::shared_ptr<const chain::Roster> roster,
                         balance::LegNotes& leg_notes)
    : counters_({.listeners = room.listeners, .targets = room.targets}), books_(counters_),
      chooser_(chooser_state(room), counters_, &monotonic_now), work_(loop_.get_executor()),
      retry_(loop_.get_executor()), proxy_(loop_, settings_with(leg_notes), chooser_, books_), given_(roster->version) {
    follow(std::move(roster));
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "stream-proxy");
        loop_.run();
    });
}

void StreamProxy::follow(std::shared_ptr<const chain::Roster> roster) {
    given_ = roster->version;
    boost::asio::post(loop_, [this, roster = std::move(roster)]() mutable { take(std::move(roster)); });
}

void StreamProxy::stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] {
        is_stopping_ = true;
        retry_.cancel();
        proxy_.stop(0ms, [this] { work_.reset(); });
    });
    thread_.join();
}

void StreamProxy::take(std::shared_ptr<const chain::Roster> roster) {
    const std::uint64_t version = roster->version;
    const auto directory = roster->directory;
    if (directory != nullptr) {
        chooser_.follow(std::move(roster));
        listeners_ = balance::stream_listeners(*directory);
        if (!listeners_.empty() && !is_prepared_) prepare();
        listen();
        for (std::size_t index = 0; index < directory->targets.size(); ++index) {
            if (directory->targets[index].ends_flows) proxy_.terminate(static_cast<balance::TargetId>(index));
        }
    }
    taken_.store(version, std::memory_order_release);
}

void StreamProxy::listen() {
    // What they would go on sending would leave without a chain: no listener claims it.
    const auto failures = proxy_.update(listeners_, balance::Leftovers::are_reset);
    std::set<std::string> failing;
    for (const balance::ListenerFailure& failure : failures) {
        if (!told_.contains(failure.sentence)) spdlog::warn("{}; this is tried again every second", failure.sentence);
        failing.insert(failure.sentence);
    }
    told_ = std::move(failing);
    if (!told_.empty()) retry_soon();
}

void StreamProxy::retry_soon() {
    retry_.expires_after(listen_again);
    retry_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !is_stopping_) listen();
    });
}

/// Once, when the first listener comes.
void StreamProxy::prepare() {
    is_prepared_ = true;
    make_room_for_connections("the stream proxy");
}

} // namespace sallyport::io
