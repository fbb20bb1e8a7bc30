// SPDX-License-Identifier: Apache-2.0
// The thread that a log is written on: a slow disk holds up neither packets, nor requests, nor the control thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace sallyport::io {

class LogThread {
public:
    /// Called again and again on the thread: writes some of what waits; false when there was nothing.
    using WriteSome = std::function<bool()>;

    LogThread() = default;
    LogThread(const LogThread&) = delete;
    LogThread& operator=(const LogThread&) = delete;
    ~LogThread() { stop(); }

    /// `name` has at most 15 characters.
    void start(const char* name, WriteSome write_some);
    /// Writes what still waits, but begins nothing after three seconds.
    void stop();

private:
    void run(const char* name);

    WriteSome write_some_;
    std::mutex mutex_; // of the next two
    std::condition_variable wake_;
    bool is_stopping_ = false;
    std::thread thread_;
};

} // namespace sallyport::io
