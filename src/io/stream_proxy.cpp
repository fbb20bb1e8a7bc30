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

StreamProxy::StreamProxy(boost::asio::io_context& events, const control::Room& room, balance::LegNotes& leg_notes)
    : watch_(
          events, [this] { return planner_.poll(monotonic_now()); }, [this] { publish(); }),
      counters_({.listeners = room.listeners, .targets = room.targets}), tls_(room.listeners), books_(counters_, tls_),
      chooser_(chooser_state(room), counters_, &monotonic_now), work_(loop_.get_executor()),
      retry_(loop_.get_executor()), proxy_(loop_, settings_with(leg_notes), chooser_, books_) {
    books_.tell_of_tls(
        [this](balance::TargetId target, const std::string& sentence) { tell_of_target(target, sentence); });
}

Result<std::function<void()>> StreamProxy::prepare(const config::Config& config) {
    auto draft = planner_.draft(config, monotonic_now());
    if (!draft) return tl::unexpected(draft.error());
    return [this, ready = std::move(*draft)] {
        for (const std::string& warning : ready.warnings())
            spdlog::warn("{}", warning);
        planner_.take(ready);
    };
}

void StreamProxy::follow(Roster roster) {
    roster_ = std::move(roster);
    publish();
    if (!thread_.joinable()) start_thread();
}

void StreamProxy::publish() {
    if (roster_ == nullptr) return;
    const Terms terms = roster_->directory != nullptr ? planner_.terms(*roster_->directory) : nullptr;
    boost::asio::post(loop_, [this, roster = roster_, terms, number = ++given_] {
        take(roster, terms);
        taken_.store(number, std::memory_order_release);
    });
}

void StreamProxy::start_thread() {
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "stream-proxy");
        loop_.run();
    });
    watch_.start();
}

void StreamProxy::stop() {
    watch_.stop();
    if (!thread_.joinable()) return;
    boost::asio::post(loop_, [this] {
        is_stopping_ = true;
        retry_.cancel();
        proxy_.stop(0ms, [this] { work_.reset(); });
    });
    thread_.join();
}

void StreamProxy::take(Roster roster, Terms terms) {
    if (roster->directory == nullptr) return;
    directory_ = roster->directory;
    listeners_ = balance::stream_listeners(*directory_, *terms);
    chooser_.follow(std::move(roster), std::move(terms));
    if (!listeners_.empty() && !is_prepared_) make_room();
    listen();
    for (std::size_t index = 0; index < directory_->targets.size(); ++index) {
        if (directory_->targets[index].ends_flows) proxy_.terminate(static_cast<balance::TargetId>(index));
    }
}

void StreamProxy::tell_of_target(balance::TargetId target, const std::string& sentence) const {
    if (target >= directory_->targets.size()) return; // of a roster before
    const balance::Target& whose = directory_->targets[target];
    spdlog::warn("Target {} of group {}: {}", whose.name, directory_->groups[whose.group].name, sentence);
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
void StreamProxy::make_room() {
    is_prepared_ = true;
    make_room_for_connections("the stream proxy");
}

} // namespace sallyport::io
