// SPDX-License-Identifier: Apache-2.0
// One L7 thread: its event loop, the connections of its clients and targets, and what requests on it have in common.
// Nothing here is shared with another thread but what is immutable or counted.
#pragma once

#include "balance/l4/choose_target.hpp"
#include "balance/l7/error_page.hpp"
#include "balance/l7/stickiness.hpp"
#include "balance/serve/client_counts.hpp"
#include "balance/serve/counters.hpp"
#include "balance/serve/link.hpp"
#include "balance/serve/log_queues.hpp"
#include "balance/serve/plan.hpp"
#include "balance/serve/reactor.hpp"
#include "balance/serve/target_pools.hpp"
#include "support/random.hpp"
#include "support/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::serve {

class Acceptor;
class Exchange;

enum class Admission : std::uint8_t {
    serve,
    tell, // that there are too many: 503
    refuse
};

struct EngineSettings {
    unsigned threads = 1;                // how many share the limits of listeners
    std::uint32_t connections = 200'000; // of clients, on this thread
    std::vector<LogQueues> logs;         // by ListenerPlan::log
    std::shared_ptr<const l7::CookieKeys> cookie_keys;
    std::array<std::uint64_t, 2> cookie_seed = {}; // 128 bits of the operating system's, another one for each thread
    std::uint64_t seed = 0;                        // of choices and trace ids
    std::size_t group_slots = 0;                   // how many target groups there may ever be
    balance::LegNotes* leg_notes = nullptr;        // see TargetPools
};

class Engine final : private RoundEnd {
public:
    /// `books` is what this thread counts of listeners and targets; `all` sums up what all threads have at targets.
    static Result<std::unique_ptr<Engine>> make(EngineSettings settings, StreamCounters& books,
                                                const balance::Connections& all);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() override;

    /// The thread: until stop().
    void run();

    // From any thread.
    /// Ends all connections, and run().
    void stop();
    /// From a moment later on: listeners come and go. `taken` is called when that is so, with a sentence for each
    /// listener that could not be opened; those are tried again every second.
    void follow(std::shared_ptr<const World> world, std::function<void(std::vector<std::string>)> taken);
    [[nodiscard]] const HttpCounters& counters() const noexcept { return counters_; }

    // On the thread.
    [[nodiscard]] Reactor& reactor() noexcept { return *reactor_; }
    [[nodiscard]] Links& links() noexcept { return links_; }
    [[nodiscard]] const World& world() const noexcept { return *world_; }
    [[nodiscard]] HttpCounters& count() noexcept { return counters_; }
    [[nodiscard]] StreamCounters& books() noexcept { return books_; }
    [[nodiscard]] TargetPools& pools() noexcept { return pools_; }
    [[nodiscard]] l7::Stickiness& stickiness() noexcept { return stickiness_; }
    [[nodiscard]] SplitMix64& random() noexcept { return chooser_.random; }
    [[nodiscard]] l7::UnixTime wall_clock() const noexcept;
    [[nodiscard]] std::string_view date() noexcept { return date_.at(wall_clock()); }
    /// The listener as it is now; as it was, when it is gone.
    [[nodiscard]] const std::shared_ptr<const ListenerPlan>&
    newest(const std::shared_ptr<const ListenerPlan>& known) const noexcept;
    /// no_index: nobody takes requests.
    [[nodiscard]] TargetIndex choose(TargetGroupIndex group, const balance::Request& request) noexcept;
    [[nodiscard]] const LogQueues* log(std::size_t number) const noexcept {
        return number < settings_.logs.size() ? &settings_.logs[number] : nullptr;
    }
    /// Of one more connection of that client.
    [[nodiscard]] Admission admit(const ListenerPlan& listener, const IpAddress& peer) const noexcept;
    [[nodiscard]] ClientCounts& clients() noexcept { return clients_; }
    /// A client's connection; null when the kernel can not watch it: it is over then, and counted.
    template <typename Kind>
    Kind* adopt_client(std::unique_ptr<Kind> client) {
        Kind& adopted = *client;
        if (links_.adopt(std::move(client))) return &adopted;
        counters_.connections_ended.add(1);
        return nullptr;
    }
    /// Lines of connections, which no request is in the same round as.
    void flush_logs_soon() { reactor_->at_round_end(*this); }
    /// Of a request that lives: it hears of new worlds.
    void enter(Exchange& exchange);
    void leave(Exchange& exchange) noexcept;
    [[nodiscard]] std::unique_ptr<Exchange> new_exchange();
    /// When the round is over: it may be at work just now.
    void recycle(std::unique_ptr<Exchange> used);

private:
    Engine(EngineSettings settings, std::unique_ptr<Reactor> reactor, StreamCounters& books,
           const balance::Connections& all);
    void on_round_end() override;
    void listen();
    void tell_living();
    void end_listener(const ListenerPlan& gone);
    void end_connections();
    void flush_logs() noexcept;

    EngineSettings settings_;
    ClientCounts clients_; // outlives all connections, those that the reactor still buries as well
    std::unique_ptr<Reactor> reactor_;
    StreamCounters& books_;
    const balance::Connections& all_;
    HttpCounters counters_;
    balance::ChooserState chooser_;
    l7::Stickiness stickiness_;
    l7::DateText date_;
    std::shared_ptr<const World> world_;
    std::vector<std::shared_ptr<const ListenerPlan>> by_number_; // of the world; null: none
    std::vector<Exchange*> living_;
    std::vector<std::unique_ptr<Exchange>> spare_;
    std::vector<std::unique_ptr<Exchange>> used_;
    Links links_;
    TargetPools pools_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    Timer listen_again_;
    std::function<void(std::vector<std::string>)> told_;
};

} // namespace sallyport::serve
