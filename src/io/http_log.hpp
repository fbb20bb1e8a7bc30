// SPDX-License-Identifier: Apache-2.0
// Writes what HTTP listeners did: takes the lines of requests and connections out of the reactors' queues and appends
// them to files or standard output, on a thread of its own, so that a slow disk holds up no request.
#pragma once

#include "balance/l7/line_queue.hpp"
#include "config/http.hpp"
#include "io/log_output.hpp"
#include "io/log_thread.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace sallyport::io {

/// One of `http_logs`.
class HttpLog {
public:
    /// For reactors 0..reactors-1. Fails with a sentence when a file can not be written.
    static Result<std::unique_ptr<HttpLog>> start(const config::HttpLog& settings, unsigned reactors);
    HttpLog(const HttpLog&) = delete;
    HttpLog& operator=(const HttpLog&) = delete;
    ~HttpLog() { stop(); }

    /// Of that reactor alone, while this lives; nothing when such lines are not written.
    [[nodiscard]] l7::LineQueue* requests(unsigned reactor) const noexcept { return requests_.queue(reactor); }
    [[nodiscard]] l7::LineQueue* connections(unsigned reactor) const noexcept { return connections_.queue(reactor); }
    [[nodiscard]] config::HttpLogFormat format() const noexcept { return format_; }

    /// After the reactors have handed over their last lines. Writes what still waits, but begins nothing after three
    /// seconds.
    void stop() { thread_.stop(); }

    struct Counts {
        std::uint64_t written = 0;
        std::uint64_t lost = 0;    // lines that could not be written
        std::uint64_t dropped = 0; // lines that a reactor had no room for
        bool is_failing = false;
    };
    // From any thread.
    [[nodiscard]] Counts request_counts() const noexcept { return requests_.counts(); }
    [[nodiscard]] Counts connection_counts() const noexcept { return connections_.counts(); }

private:
    /// Lines of one kind: a queue a reactor, and the file.
    struct Channel {
        [[nodiscard]] l7::LineQueue* queue(unsigned reactor) const noexcept {
            return output == nullptr ? nullptr : queues[reactor].get();
        }
        [[nodiscard]] Counts counts() const noexcept;
        bool write_some();

        std::unique_ptr<LogOutput> output; // nothing: not written
        std::vector<std::unique_ptr<l7::LineQueue>> queues;
    };

    explicit HttpLog(config::HttpLogFormat format) : format_(format) {}
    static Result<Channel> open(const config::HttpLog& settings, const std::string& path, unsigned reactors);

    config::HttpLogFormat format_;
    Channel requests_;
    Channel connections_;
    LogThread thread_; // the last member: it uses the others
};

} // namespace sallyport::io
