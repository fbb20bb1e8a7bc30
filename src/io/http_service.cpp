// SPDX-License-Identifier: Apache-2.0
#include "io/http_service.hpp"

#include "io/connection_room.hpp"
#include "io/worker_loop.hpp"

#include <algorithm>
#include <openssl/rand.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

namespace sallyport::io {

namespace {

/// Of the operating system's.
template <std::size_t count>
Result<std::array<std::uint64_t, count>> random_numbers() {
    std::array<std::uint64_t, count> numbers = {};
    if (::RAND_bytes(reinterpret_cast<unsigned char*>(numbers.data()), static_cast<int>(sizeof numbers)) == 1)
        return numbers;
    return failure("There are no random numbers to be had for the L7 threads");
}

Result<std::shared_ptr<const l7::CookieKeys>> cookie_keys(const config::HttpSettings& settings) {
    auto keys = settings.cookie_keys.empty() ? l7::CookieKeys::random() : l7::CookieKeys::load(settings.cookie_keys);
    if (!keys) return tl::unexpected(keys.error());
    return std::make_shared<const l7::CookieKeys>(std::move(*keys));
}

std::vector<std::string> names_of(const std::vector<config::HttpLog>& logs) {
    std::vector<std::string> names;
    for (const config::HttpLog& log : logs)
        names.push_back(log.name);
    return names;
}

} // namespace

HttpService::HttpService(boost::asio::io_context& events, const control::Room& room, const config::Config& config,
                         balance::LegNotes& notes)
    : settings_(config.http),
      log_settings_(config.http_logs), sizes_{.listeners = room.listeners, .targets = room.targets},
      group_slots_(room.target_groups), planner_(names_of(config.http_logs)), leg_notes_(notes),
      watch_(
          events, [this] { return planner_.poll(monotonic_now()); }, [this] { publish(); }) {}

Result<std::function<void()>> HttpService::prepare(const config::Config& config) {
    auto draft = planner_.draft(config, monotonic_now());
    if (!draft) return tl::unexpected(draft.error());
    if (threads_.empty() && serve::has_http(config)) {
        if (auto done = start(); !done) return tl::unexpected(done.error());
    }
    return [this, ready = std::move(*draft)] {
        for (const std::string& warning : ready.warnings())
            spdlog::warn("{}", warning);
        planner_.take(ready);
    };
}

Result<void> HttpService::start() {
    auto keys = cookie_keys(settings_);
    if (!keys) return tl::unexpected(keys.error());
    if (auto done = start_logs(); !done) return done;
    std::vector<std::unique_ptr<Thread>> made;
    for (unsigned number = 0; number < settings_.threads; ++number) {
        auto thread = make_thread(number, *keys);
        if (!thread) {
            logs_.clear();
            return tl::unexpected(thread.error());
        }
        made.push_back(std::move(*thread));
    }
    make_room_for_connections("HTTP");
    threads_ = std::move(made);
    for (std::size_t number = 0; number < threads_.size(); ++number) {
        at_targets_.add(threads_[number]->books.targets);
        threads_[number]->thread = std::thread([engine = threads_[number]->engine.get(), number] {
            ::pthread_setname_np(::pthread_self(), ("l7-" + std::to_string(number)).c_str());
            engine->run();
        });
    }
    watch_.start();
    return {};
}

Result<void> HttpService::start_logs() {
    std::vector<std::unique_ptr<HttpLog>> logs;
    for (const config::HttpLog& each : log_settings_) {
        auto log = HttpLog::start(each, settings_.threads);
        if (!log) return tl::unexpected(log.error());
        logs.push_back(std::move(*log));
    }
    logs_ = std::move(logs);
    return {};
}

Result<std::unique_ptr<HttpService::Thread>> HttpService::make_thread(unsigned number,
                                                                      std::shared_ptr<const l7::CookieKeys> keys) {
    const auto random = random_numbers<3>();
    if (!random) return tl::unexpected(random.error());
    serve::EngineSettings settings;
    settings.threads = settings_.threads;
    settings.connections = (settings_.connections + settings_.threads - 1) / settings_.threads;
    for (const auto& log : logs_)
        settings.logs.push_back({log->format(), log->requests(number), log->connections(number)});
    settings.cookie_keys = std::move(keys);
    settings.cookie_seed = {(*random)[0], (*random)[1]};
    settings.seed = (*random)[2];
    settings.group_slots = group_slots_;
    settings.leg_notes = &leg_notes_;
    auto thread = std::make_unique<Thread>(sizes_);
    auto engine = serve::Engine::make(std::move(settings), thread->books, at_targets_);
    if (!engine) return tl::unexpected(engine.error());
    thread->engine = std::move(*engine);
    return thread;
}

void HttpService::follow(std::shared_ptr<const chain::Roster> roster) {
    roster_ = std::move(roster);
    publish();
}

void HttpService::publish() {
    if (threads_.empty() || roster_ == nullptr) return;
    const auto world = planner_.world(*roster_);
    ++given_;
    for (const auto& thread : threads_) {
        thread->engine->follow(world, [this, own = thread.get(), number = given_](std::vector<std::string> sentences) {
            tell(*own, std::move(sentences));
            own->taken.store(number, std::memory_order_release);
        });
    }
}

bool HttpService::is_current() const noexcept {
    return std::ranges::all_of(
        threads_, [&](const auto& thread) { return thread->taken.load(std::memory_order_acquire) == given_; });
}

/// On a thread of HTTP: each failure once, as long as it lasts, whichever threads have it.
void HttpService::tell(Thread& thread, std::vector<std::string> sentences) {
    const std::scoped_lock lock(telling_);
    for (const std::string& sentence : sentences) {
        const bool is_told =
            std::ranges::any_of(threads_, [&](const auto& each) { return each->failing.contains(sentence); });
        if (!is_told) spdlog::warn("{}; this is tried again every second", sentence);
    }
    thread.failing = {sentences.begin(), sentences.end()};
}

void HttpService::stop() {
    watch_.stop();
    for (const auto& thread : threads_)
        if (thread->thread.joinable()) thread->engine->stop();
    for (const auto& thread : threads_)
        if (thread->thread.joinable()) thread->thread.join();
    for (const auto& log : logs_)
        log->stop();
}

std::vector<control::HttpLogFacts> HttpService::logs() const {
    std::vector<control::HttpLogFacts> facts;
    const auto lines = [](const HttpLog::Counts& counts) {
        return control::HttpLogFacts::Lines{counts.written, counts.lost, counts.dropped, counts.is_failing};
    };
    for (std::size_t i = 0; i < logs_.size(); ++i)
        facts.push_back(
            {log_settings_[i].name, lines(logs_[i]->request_counts()), lines(logs_[i]->connection_counts())});
    return facts;
}

} // namespace sallyport::io
