// SPDX-License-Identifier: Apache-2.0
// The flow log's file and its thread: rotation, files that others move, disks that are full, and the end.
#include "io/flow_log.hpp"

#include "../control/temporary_folder.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <sys/resource.h>

using namespace sallyport;
using io::FlowLog;
using io::FlowLogFile;
using test::TemporaryFolder;

namespace {

std::string read(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void must_write(FlowLogFile& file, std::string_view text) {
    const FlowLogFile::Written done = file.write(text);
    REQUIRE(done.error == 0);
    REQUIRE(done.bytes == text.size());
}

/// Files of this process may not grow beyond this, as on a full disk.
class LargestFile {
public:
    explicit LargestFile(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    LargestFile(const LargestFile&) = delete;
    LargestFile& operator=(const LargestFile&) = delete;
    ~LargestFile() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_ = {};
};

bool comes_true(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

std::shared_ptr<chain::Roster> roster_called(const std::string& endpoint, std::uint64_t version) {
    auto roster = std::make_shared<chain::Roster>();
    roster->version = version;
    roster->endpoints.resize(1);
    roster->endpoints[0].name = endpoint;
    return roster;
}

journey::FlowRecord flow_of(std::uint64_t roster_version) {
    journey::FlowRecord record;
    record.end = flow::EndReason::idle;
    record.roster_version = roster_version;
    record.at = Instant{1'000'000'000'000};
    return record;
}

std::vector<std::string> endpoints_in(const std::string& path) {
    std::vector<std::string> names;
    std::istringstream lines(read(path));
    for (std::string line; std::getline(lines, line);)
        names.emplace_back(boost::json::parse(line).at("endpoint").as_string());
    return names;
}

} // namespace

TEST_CASE("lines go behind what is there, and a new gateway goes on in the same file") {
    const TemporaryFolder folder;
    const config::FlowLog settings{.path = folder / "flows.jsonl"};
    for (const char* text : {"one\n", "two\nthree\n"}) {
        FlowLogFile file = std::move(*FlowLogFile::open(settings));
        must_write(file, text);
    }
    CHECK(read(settings.path) == "one\ntwo\nthree\n");
    CHECK((std::filesystem::status(settings.path).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
}

TEST_CASE("a file that would become too large is moved on, and only so many are kept") {
    const TemporaryFolder folder;
    const config::FlowLog settings{.path = folder / "flows.jsonl", .file_bytes = 10, .files = 3};
    FlowLogFile file = std::move(*FlowLogFile::open(settings));
    for (const char* text : {"aaaa\n", "bbbb\n", "cccc\n", "dddd\ndddd\n", "eeee\n", "ffff\n", "gggg\n"})
        must_write(file, text);
    CHECK(read(settings.path) == "gggg\n");
    CHECK(read(settings.path + ".1") == "eeee\nffff\n");
    CHECK(read(settings.path + ".2") == "dddd\ndddd\n");
    CHECK_FALSE(std::filesystem::exists(settings.path + ".3"));
}

TEST_CASE("with a single file its beginning is given up") {
    const TemporaryFolder folder;
    const config::FlowLog settings{.path = folder / "flows.jsonl", .file_bytes = 10, .files = 1};
    FlowLogFile file = std::move(*FlowLogFile::open(settings));
    for (const char* text : {"aaaa\n", "bbbb\n", "cccc\n"})
        must_write(file, text);
    CHECK(read(settings.path) == "cccc\n");
    CHECK_FALSE(std::filesystem::exists(settings.path + ".1"));
}

TEST_CASE("a file that was moved away, deleted or cut is not written any more behind its reader's back") {
    const TemporaryFolder folder;
    const config::FlowLog settings{.path = folder / "flows.jsonl", .file_bytes = 20};
    FlowLogFile file = std::move(*FlowLogFile::open(settings));
    must_write(file, "one\n");
    std::filesystem::rename(settings.path, folder / "kept");
    must_write(file, "two\n");
    CHECK(read(folder / "kept") == "one\n");
    CHECK(read(settings.path) == "two\n");
    std::filesystem::remove(settings.path);
    must_write(file, "three\n");
    CHECK(read(settings.path) == "three\n");
    must_write(file, "0123456789\n");
    std::filesystem::resize_file(settings.path, 0); // logrotate's copytruncate
    must_write(file, "0123456789\n");
    CHECK(read(settings.path) == "0123456789\n");
    CHECK_FALSE(std::filesystem::exists(settings.path + ".1"));
}

TEST_CASE("a full device takes nothing and says so") {
    FlowLogFile file = std::move(*FlowLogFile::open({.path = "/dev/full"}));
    const FlowLogFile::Written done = file.write("one\n");
    CHECK(done.error == ENOSPC);
    CHECK(done.bytes == 0);
    CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("of what a full disk cuts off whole lines stay, and none is half") {
    const TemporaryFolder folder;
    ::signal(SIGXFSZ, SIG_IGN);
    FlowLogFile file = std::move(*FlowLogFile::open({.path = folder / "flows.jsonl"}));
    must_write(file, "0000\n");
    {
        const LargestFile limit(13);
        const FlowLogFile::Written done = file.write("1111\n2222\n3333\n");
        CHECK(done.bytes == 5);
        CHECK(done.error == EFBIG);
        CHECK(read(folder / "flows.jsonl") == "0000\n1111\n");
    }
    must_write(file, "4444\n");
    CHECK(read(folder / "flows.jsonl") == "0000\n1111\n4444\n");
}

TEST_CASE("a folder that is not there is told at the start, and found again when it is made anew") {
    const TemporaryFolder folder;
    const config::FlowLog settings{.path = folder / "log/flows.jsonl"};
    const auto missing = FlowLogFile::open(settings);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message.find("log/flows.jsonl: No such file or directory; set another flow_log.path") !=
          std::string::npos);
    std::filesystem::create_directory(folder / "log");
    FlowLogFile file = std::move(*FlowLogFile::open(settings));
    std::filesystem::remove_all(folder / "log");
    CHECK(file.write("one\n").error == ENOENT);
    std::filesystem::create_directory(folder / "log");
    must_write(file, "two\n");
    CHECK(read(settings.path) == "two\n");
}

TEST_CASE("flows of all workers are written in the names of the roster that their worker went by") {
    const TemporaryFolder folder;
    const config::FlowLog settings{.path = folder / "flows.jsonl"};
    const auto first = std::make_unique<journey::EndedFlows>();
    const auto second = std::make_unique<journey::EndedFlows>();
    auto log = std::move(*FlowLog::start(settings, {first.get(), second.get()}, roster_called("before", 7)));
    log->follow(roster_called("after", 8));
    first->push(flow_of(7));
    second->push(flow_of(8));
    REQUIRE(comes_true([&] { return log->lines_written() == 2; }));
    first->push(flow_of(3)); // long gone
    log->stop();
    std::vector<std::string> names = endpoints_in(settings.path);
    std::sort(names.begin(), names.begin() + 2);
    CHECK(names == std::vector<std::string>{"after", "before", "after"});
    CHECK(log->lines_written() == 3);
    CHECK(log->lines_lost() == 0);
}

TEST_CASE("what waits when the gateway ends is written, all of it") {
    const TemporaryFolder folder;
    const config::FlowLog settings{.path = folder / "flows.jsonl"};
    const auto queue = std::make_unique<journey::EndedFlows>();
    auto log = std::move(*FlowLog::start(settings, {queue.get()}, roster_called("office", 7)));
    constexpr std::size_t flows = 5000;
    for (std::size_t i = 0; i < flows; ++i)
        REQUIRE(queue->push(flow_of(7)));
    log->stop();
    CHECK(log->lines_written() == flows);
    CHECK(endpoints_in(settings.path).size() == flows);
}

TEST_CASE("lines that can not be written are counted, and it is told when they can be again") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "log");
    const config::FlowLog settings{.path = folder / "log/flows.jsonl"};
    const auto queue = std::make_unique<journey::EndedFlows>();
    auto log = std::move(*FlowLog::start(settings, {queue.get()}, roster_called("office", 7)));
    std::filesystem::remove_all(folder / "log");
    for (int i = 0; i < 3; ++i)
        queue->push(flow_of(7));
    REQUIRE(comes_true([&] { return log->lines_lost() == 3; }));
    CHECK(log->is_failing());
    std::filesystem::create_directory(folder / "log");
    queue->push(flow_of(7));
    REQUIRE(comes_true([&] { return log->lines_written() == 1; }));
    CHECK(comes_true([&] { return !log->is_failing(); }));
    CHECK(endpoints_in(settings.path) == std::vector<std::string>{"office"});
}
