// SPDX-License-Identifier: Apache-2.0
// The flow log: names, what can not be written, and the end.
#include "io/flow_log.hpp"

#include "../control/temporary_folder.hpp"
#include "log_files.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>

using namespace sallyport;
using io::FlowLog;
using test::comes_true;
using test::read;
using test::TemporaryFolder;

namespace {

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

TEST_CASE("a folder that is not there is told with what to do about it") {
    const TemporaryFolder folder;
    const auto missing = FlowLog::start({.path = folder / "log/flows.jsonl"}, {}, roster_called("office", 7));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message.find("log/flows.jsonl: No such file or directory; set another flow_log.path") !=
          std::string::npos);
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
