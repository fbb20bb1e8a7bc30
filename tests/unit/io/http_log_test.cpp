// SPDX-License-Identifier: Apache-2.0
// Lines of reactors on their way to files.
#include "io/http_log.hpp"

#include "../control/temporary_folder.hpp"
#include "log_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace sallyport;
using io::HttpLog;
using test::comes_true;
using test::read;
using test::TemporaryFolder;

namespace {

void put(l7::LineQueue* queue, std::string_view line) {
    REQUIRE(queue != nullptr);
    queue->write([&](std::string& text) { text += line; });
    queue->flush();
}

} // namespace

TEST_CASE("lines of all reactors come into the file of their kind") {
    const TemporaryFolder folder;
    const config::HttpLog settings{
        .name = "web", .requests = folder / "requests", .connections = folder / "connections"};
    auto log = std::move(*HttpLog::start(settings, 2));
    put(log->requests(0), "a\n");
    put(log->requests(1), "b\n");
    put(log->connections(1), "c\n");
    REQUIRE(comes_true([&] { return log->request_counts().written == 2; }));
    put(log->requests(0), "d\n");
    log->stop();
    std::string requests = read(settings.requests);
    std::sort(requests.begin(), requests.begin() + 4);
    CHECK(requests == "\n\nabd\n");
    CHECK(read(settings.connections) == "c\n");
    CHECK(log->connection_counts().written == 1);
    CHECK(log->request_counts().lost == 0);
}

TEST_CASE("what is not wanted has no queue") {
    const TemporaryFolder folder;
    auto log = std::move(*HttpLog::start({.name = "web", .requests = folder / "requests"}, 1));
    CHECK(log->requests(0) != nullptr);
    CHECK(log->connections(0) == nullptr);
    CHECK(log->connection_counts().written == 0);
}

TEST_CASE("a file that can not be made is told with its log's name") {
    const TemporaryFolder folder;
    const auto log = HttpLog::start({.name = "web", .connections = folder / "none/connections"}, 1);
    REQUIRE_FALSE(log);
    CHECK(log.error().message.find("the HTTP log 'web' can not be written: ") == 0);
    CHECK(log.error().message.find("none/connections: No such file or directory") != std::string::npos);
}

TEST_CASE("lines of requests that can not be written are counted, and later ones are written") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "log");
    auto log = std::move(*HttpLog::start({.name = "web", .requests = folder / "log/requests"}, 1));
    std::filesystem::remove_all(folder / "log");
    put(log->requests(0), "a\nb\n");
    REQUIRE(comes_true([&] { return log->request_counts().lost == 2; }));
    CHECK(log->request_counts().is_failing);
    std::filesystem::create_directory(folder / "log");
    put(log->requests(0), "c\n");
    REQUIRE(comes_true([&] { return log->request_counts().written == 1; }));
    CHECK(read(folder / "log/requests") == "c\n");
}

TEST_CASE("what waits in all blocks when the gateway ends is written") {
    const TemporaryFolder folder;
    auto log = std::move(*HttpLog::start({.name = "web", .requests = folder / "requests"}, 1));
    const std::string line = std::string(99, 'x') + "\n";
    constexpr std::uint64_t lines = 9000;
    for (std::uint64_t i = 0; i < lines; ++i)
        put(log->requests(0), line);
    log->stop();
    const HttpLog::Counts counts = log->request_counts();
    CHECK(counts.written + counts.dropped == lines);
    CHECK(read(folder / "requests").size() == counts.written * line.size());
}
