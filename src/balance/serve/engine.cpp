// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/engine.hpp"

#include "balance/serve/acceptor.hpp"
#include "balance/serve/exchange.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::serve {
namespace {

using std::chrono_literals::operator""s;

constexpr std::uint32_t sticky_clients = 16'384;
constexpr std::size_t spare_exchanges = 256;
constexpr std::uint64_t told_at_one_time = 256;
constexpr auto listen_again = 1s;

} // namespace

Result<std::unique_ptr<Engine>> Engine::make(EngineSettings settings, StreamCounters& books,
                                             const balance::Connections& all) {
    auto reactor = Reactor::make();
    if (!reactor) return tl::unexpected(reactor.error());
    return std::unique_ptr<Engine>(new Engine(std::move(settings), std::move(*reactor), books, all));
}

Engine::Engine(EngineSettings settings, std::unique_ptr<Reactor> reactor, StreamCounters& books,
               const balance::Connections& all)
    : settings_(std::move(settings)), reactor_(std::move(reactor)), books_(books), all_(all),
      chooser_(settings_.group_slots, sticky_clients, SipKey{settings_.cookie_seed[0], settings_.cookie_seed[1]},
               settings_.seed),
      stickiness_(l7::CookieSealer(settings_.cookie_keys, settings_.cookie_seed)),
      world_(std::make_shared<const World>()), pools_(*this, settings_.leg_notes),
      listen_again_(reactor_->timers(), [this] { listen(); }) {}

Engine::~Engine() {
    // Whoever is in the midst of a request would look for what is gone by then.
    end_connections();
}

void Engine::run() {
    reactor_->run();
}

void Engine::stop() {
    reactor_->post([this] {
        acceptors_.clear();
        listen_again_.cancel();
        end_connections();
    });
    reactor_->stop();
}

void Engine::end_connections() {
    links_.for_each([](Link& link) { link.close_now(); });
    flush_logs();
}

void Engine::follow(std::shared_ptr<const World> world, std::function<void(std::vector<std::string>)> taken) {
    reactor_->post([this, world = std::move(world), taken = std::move(taken)] {
        world_ = world;
        by_number_.clear();
        for (const auto& listener : world_->listeners) {
            if (listener->number >= by_number_.size()) by_number_.resize(listener->number + std::size_t{1});
            by_number_[listener->number] = listener;
        }
        told_ = taken;
        pools_.follow(*world_);
        listen();
        tell_living();
    });
}

const std::shared_ptr<const ListenerPlan>&
Engine::newest(const std::shared_ptr<const ListenerPlan>& known) const noexcept {
    if (known->number >= by_number_.size()) return known;
    const auto& now = by_number_[known->number];
    return now != nullptr && (now->tls != nullptr) == (known->tls != nullptr) ? now : known;
}

void Engine::enter(Exchange& exchange) {
    exchange.set_place(living_.size());
    living_.push_back(&exchange);
}

void Engine::leave(Exchange& exchange) noexcept {
    Exchange* const last = living_.back();
    living_[exchange.place()] = last;
    last->set_place(exchange.place());
    living_.pop_back();
}

/// Whoever hears of it may end, which brings another one to its place; those behind it were told already.
void Engine::tell_living() {
    for (std::size_t i = living_.size(); i-- > 0;)
        if (i < living_.size()) living_[i]->on_new_world();
}

void Engine::listen() {
    std::erase_if(acceptors_, [&](const std::unique_ptr<Acceptor>& acceptor) {
        const bool stays = std::ranges::any_of(world_->listeners, [&](const auto& each) {
            return each->number == acceptor->listener().number && each->address == acceptor->listener().address &&
                   each->port == acceptor->listener().port;
        });
        if (!stays) end_listener(acceptor->listener());
        return !stays;
    });
    std::vector<std::string> failures;
    for (const auto& listener : world_->listeners) {
        const auto found = std::ranges::find_if(
            acceptors_, [&](const auto& each) { return each->listener().number == listener->number; });
        if (found != acceptors_.end()) {
            (*found)->follow(listener);
            continue;
        }
        auto acceptor = std::make_unique<Acceptor>(*this, listener);
        if (Result<void> opened = acceptor->open(); !opened) {
            failures.push_back(opened.error().message);
        } else {
            acceptors_.push_back(std::move(acceptor));
        }
    }
    if (!failures.empty()) listen_again_.set(reactor_->now() + listen_again);
    if (told_) told_(std::move(failures));
}

/// What is under way comes to its end; nothing new begins.
void Engine::end_listener(const ListenerPlan& gone) {
    links_.for_each([&](Link& link) {
        if (link.listener_number() == gone.number) link.close_soon();
    });
}

Admission Engine::admit(const ListenerPlan& listener, const IpAddress& peer) const noexcept {
    const bool is_listed = world_->directory != nullptr && listener.number < world_->directory->listeners.size();
    if (is_listed && !world_->directory->listeners[listener.number].sources.admits(peer)) {
        books_.listeners[listener.number].sources_refused.add(1);
        return Admission::refuse;
    }
    const config::HttpLimits& limits = listener.http.limits;
    const auto of_this_thread = [&](std::uint32_t all) { return (all + settings_.threads - 1) / settings_.threads; };
    const std::uint64_t open = counters_.connections_accepted.read() - counters_.connections_ended.read();
    const std::uint64_t most = std::min(of_this_thread(limits.connections), settings_.connections);
    const bool has_too_many =
        limits.connections_per_client > 0 && clients_.of(peer) >= of_this_thread(limits.connections_per_client);
    if (open <= most && !has_too_many) return Admission::serve;
    // Those who are told are as many as can be told in passing: a handshake for it would be too much.
    return listener.tls == nullptr && open <= most + told_at_one_time ? Admission::tell : Admission::refuse;
}

l7::UnixTime Engine::wall_clock() const noexcept {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

TargetIndex Engine::choose(TargetGroupIndex group, const balance::Request& request) noexcept {
    const balance::Share whole{.group = group, .weight = 1};
    return balance::choose_target(*world_->directory, {&whole, 1}, request, all_, chooser_);
}

std::unique_ptr<Exchange> Engine::new_exchange() {
    if (spare_.empty()) return std::make_unique<Exchange>(*this);
    std::unique_ptr<Exchange> next = std::move(spare_.back());
    spare_.pop_back();
    return next;
}

void Engine::recycle(std::unique_ptr<Exchange> used) {
    if (!used) return;
    used_.push_back(std::move(used));
    reactor_->at_round_end(*this);
}

void Engine::on_round_end() {
    for (std::unique_ptr<Exchange>& each : used_) {
        if (spare_.size() >= spare_exchanges) break;
        each->recycle();
        spare_.push_back(std::move(each));
    }
    used_.clear();
    flush_logs();
}

void Engine::flush_logs() noexcept {
    for (const LogQueues& log : settings_.logs) {
        if (log.requests != nullptr) log.requests->flush();
        if (log.connections != nullptr) log.connections->flush();
    }
}

} // namespace sallyport::serve
