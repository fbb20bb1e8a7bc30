// SPDX-License-Identifier: Apache-2.0
// A stream proxy on a thread of its own, as the gateway has it, with targets of the test's choice.
#pragma once

#include "balance/proxy/proxy.hpp"
#include "wire.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace sallyport::test {

using namespace balance;

/// Takes the first of its targets that has not failed; remembers what it was asked and told.
class Targets final : public TargetChooser, public StreamObserver {
public:
    struct Asked {
        ListenerId listener;
        ClientRoute route;
        SocketAddress peer;
        std::optional<std::string> server_name; // nothing: no hello
        std::vector<TargetId> failed;
    };

    std::optional<TargetChoice> choose(const ClientFacts& client, std::span<const TargetId> failed) override {
        const std::lock_guard lock(mutex_);
        asked_.push_back({client.listener, client.route, client.peer, {}, {failed.begin(), failed.end()}});
        if (client.hello != nullptr) asked_.back().server_name = client.hello->server_name;
        for (const TargetChoice& each : choices)
            if (std::find(failed.begin(), failed.end(), each.target) == failed.end()) return each;
        return std::nullopt;
    }
    void joined(TargetId target) noexcept override { there_[target % 16] += 1; }
    void left(TargetId target) noexcept override { there_[target % 16] -= 1; }
    void carried(TargetId, std::uint64_t to_target, std::uint64_t from_target) noexcept override {
        to_target_ += to_target;
        from_target_ += from_target;
    }
    void connect_failed(TargetId target, ConnectFailure failure) override {
        const std::lock_guard lock(mutex_);
        failures_.emplace_back(target, failure);
    }
    void ended(const StreamReport& report) override {
        const std::lock_guard lock(mutex_);
        ended_.push_back(report);
        changed_.notify_all();
    }

    /// The first `count` that ended, in that order.
    std::vector<StreamReport> wait_for_ends(std::size_t count) {
        std::unique_lock lock(mutex_);
        REQUIRE(changed_.wait_for(lock, std::chrono::seconds(patience_s), [&] { return ended_.size() >= count; }));
        return ended_;
    }
    StreamReport wait_for_end() { return wait_for_ends(1).front(); }
    std::vector<Asked> asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    std::vector<std::pair<TargetId, ConnectFailure>> failures() {
        const std::lock_guard lock(mutex_);
        return failures_;
    }

    /// Joined less left.
    int at(TargetId target) const { return there_[target % 16]; }
    std::uint64_t carried_to() const { return to_target_; }
    std::uint64_t carried_from() const { return from_target_; }

    std::vector<TargetChoice> choices; // set before clients come

private:
    std::array<std::atomic<int>, 16> there_ = {};
    std::atomic<std::uint64_t> to_target_{0};
    std::atomic<std::uint64_t> from_target_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Asked> asked_;
    std::vector<std::pair<TargetId, ConnectFailure>> failures_;
    std::vector<StreamReport> ended_;
};

class RunningProxy {
public:
    explicit RunningProxy(const ProxySettings& settings = {})
        : work_(loop_.get_executor()), proxy_(std::make_unique<Proxy>(loop_, settings, targets, targets)),
          thread_([this] { loop_.run(); }) {}
    RunningProxy(const RunningProxy&) = delete;
    RunningProxy& operator=(const RunningProxy&) = delete;

    /// Runs on the proxy's thread; gives what it gives.
    template <typename Question>
    auto ask(Question question) {
        std::packaged_task<decltype(question(*proxy_))()> task([&] { return question(*proxy_); });
        auto answer = task.get_future();
        boost::asio::post(loop_, [&task] { task(); });
        return answer.get();
    }
    ~RunningProxy() {
        ask([this](Proxy&) {
            proxy_.reset();
            work_.reset();
        });
        thread_.join();
    }
    /// Listens on one more address of 127.0.0.1, or ::1, and gives it.
    SocketAddress listen(StreamListener listener) {
        if (listener.address == SocketAddress{}) listener.address = {local_v4, 0};
        const auto failures = ask([&listener](Proxy& proxy) { return proxy.update({listener}); });
        REQUIRE(failures.empty());
        return ask([](Proxy& proxy) { return proxy.listeners().front().address; });
    }
    /// Waits until a look at the proxy's thread finds it so.
    template <typename Condition>
    void wait_until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(patience_s);
        while (!ask(condition)) {
            if (std::chrono::steady_clock::now() > end) FAIL("what was waited for has not come for a minute");
            std::this_thread::yield();
        }
    }
    ListenerCounters counters() {
        return ask([](Proxy& proxy) { return proxy.listeners().front().counters; });
    }

    Targets targets;

private:
    Loop loop_;
    boost::asio::executor_work_guard<Loop::executor_type> work_;
    std::unique_ptr<Proxy> proxy_;
    std::thread thread_;
};

inline TargetChoice choice(TargetId target, const Server& server) {
    TargetChoice choice;
    choice.target = target;
    choice.address = server.address();
    return choice;
}

/// A client, the proxy between, and the target's end.
struct Pair {
    Wire client;
    Wire target;
    static Pair through(const SocketAddress& listener, const Server& server) {
        Wire client = Wire::to(listener);
        Wire target = server.accept();
        return {std::move(client), std::move(target)};
    }
};

} // namespace sallyport::test
