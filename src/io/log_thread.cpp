// SPDX-License-Identifier: Apache-2.0
#include "io/log_thread.hpp"

#include <chrono>
#include <pthread.h>

namespace sallyport::io {

namespace {

using namespace std::chrono_literals;

constexpr auto pause = 20ms; // a worker's queue of flows lasts for 800,000 a second
constexpr auto stop_patience = 3s;

} // namespace

void LogThread::start(const char* name, WriteSome write_some) {
    write_some_ = std::move(write_some);
    thread_ = std::thread([this, name] { run(name); });
}

void LogThread::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void LogThread::run(const char* name) {
    ::pthread_setname_np(::pthread_self(), name);
    for (bool is_stopping = false; !is_stopping;) {
        const auto rest = write_some_() ? 0ms : pause;
        std::unique_lock lock(mutex_);
        is_stopping = wake_.wait_for(lock, rest, [this] { return is_stopping_; });
    }
    const auto end = std::chrono::steady_clock::now() + stop_patience;
    while (write_some_() && std::chrono::steady_clock::now() < end) {
    }
}

} // namespace sallyport::io
