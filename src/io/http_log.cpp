// SPDX-License-Identifier: Apache-2.0
#include "io/http_log.hpp"

namespace sallyport::io {

Result<HttpLog::Channel> HttpLog::open(const config::HttpLog& settings, const std::string& path, unsigned reactors) {
    Channel channel;
    if (path.empty()) return channel;
    auto output = LogOutput::open("the HTTP log '" + settings.name + "'", {path, settings.file_bytes, settings.files});
    if (!output) return failure(output.error().message + "; set another path in http_logs, or make its folder");
    channel.output = std::move(*output);
    for (unsigned reactor = 0; reactor < reactors; ++reactor)
        channel.queues.push_back(std::make_unique<l7::LineQueue>());
    return channel;
}

Result<std::unique_ptr<HttpLog>> HttpLog::start(const config::HttpLog& settings, unsigned reactors) {
    auto requests = open(settings, settings.requests, reactors);
    if (!requests) return tl::unexpected(requests.error());
    auto connections = open(settings, settings.connections, reactors);
    if (!connections) return tl::unexpected(connections.error());
    std::unique_ptr<HttpLog> log(new HttpLog(settings.format));
    log->requests_ = std::move(*requests);
    log->connections_ = std::move(*connections);
    log->thread_.start("http-log", [self = log.get()] {
        const bool has_written = self->requests_.write_some();
        return self->connections_.write_some() || has_written;
    });
    return log;
}

/// A block of each reactor, so that none waits for another's flood.
bool HttpLog::Channel::write_some() {
    bool has_written = false;
    for (const auto& queue : queues) {
        has_written = queue->take([this](const std::string& text) { output->write(text); }) || has_written;
    }
    return has_written;
}

HttpLog::Counts HttpLog::Channel::counts() const noexcept {
    if (output == nullptr) return {};
    Counts counts{.written = output->lines_written(), .lost = output->lines_lost(), .is_failing = output->is_failing()};
    for (const auto& queue : queues)
        counts.dropped += queue->dropped();
    return counts;
}

} // namespace sallyport::io
