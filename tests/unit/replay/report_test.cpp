// SPDX-License-Identifier: Apache-2.0
#include "replay/pretty_json.hpp"
#include "replay/report.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <sstream>

using namespace sallyport;
using namespace sallyport::replay;

namespace {

std::string pretty(const boost::json::value& value) {
    std::ostringstream out;
    write_pretty(out, value);
    return out.str();
}

} // namespace

TEST_CASE("the report adds up: in is forwarded and dropped, out is forwarded and generated") {
    Report report;
    report.in = {10, 1000};
    report.out = {8, 800};
    report.generated = 1;
    report.drops[static_cast<std::size_t>(DropReason::NoRoute)] = 2;
    report.drops[static_cast<std::size_t>(DropReason::TtlExpired)] = 1;
    const auto json = to_json(report);
    const auto& packets = json.at("packets").as_object();
    CHECK(packets.at("in").to_number<int>() == 10);
    CHECK(packets.at("forwarded").to_number<int>() == 7);
    CHECK(packets.at("dropped").to_number<int>() == 3);
    CHECK(json.at("drops").as_object().size() == 2);
    CHECK(json.at("drops").at("NoRoute").to_number<int>() == 2);
    CHECK(!json.contains("trace"));
    CHECK(!json.contains("unwatched_packets"));
    CHECK(!json.contains("trace_error"));
}

TEST_CASE("keys stand in the config's order") {
    Report report;
    report.flows_by_appliance = {{"z", 1}, {"a", 2}, {"z", 3}};
    report.trace = TraceSpan{5, 12};
    report.trace_error = "cut";
    report.unwatched_packets = 3;
    const auto json = to_json(report);
    CHECK(json.at("flows_by_appliance").as_object().begin()->key() == "z");
    CHECK(json.at("flows_by_appliance").at("z").to_number<int>() == 4);
    CHECK(json.at("trace").at("duration_ns").to_number<int>() == 7);
    CHECK(json.at("trace_error").as_string() == "cut");
    CHECK(json.at("unwatched_packets").to_number<int>() == 3);
}

TEST_CASE("listeners and targets of one name are added up, and without listeners there is neither") {
    Report report;
    CHECK(!to_json(report).contains("listeners"));
    CHECK(!to_json(report).contains("targets"));
    report.listeners = {{.name = "z", .flows = 1, .no_target = 2}, {.name = "a"}, {.name = "z", .flows = 3}};
    report.targets = {{.name = "web/one", .flows = 1, .to = {2, 80}}, {.name = "web/one", .to = {1, 40}, .refused = 1}};
    const auto json = to_json(report);
    CHECK(json.at("listeners").as_object().begin()->key() == "z");
    CHECK(json.at("listeners").at("z").at("flows").to_number<int>() == 4);
    CHECK(json.at("listeners").at("z").at("no_target").to_number<int>() == 2);
    CHECK(json.at("targets").at("web/one").at("to").at("bytes").to_number<int>() == 120);
    CHECK(json.at("targets").at("web/one").at("flows").to_number<int>() == 1);
    CHECK(json.at("targets").at("web/one").at("refused").to_number<int>() == 1);
}

TEST_CASE("pretty JSON is JSON with one member a line") {
    const auto value = boost::json::parse(R"({"a":{"b":[1,"x\"y"],"c":{}},"d":null,"e":[]})");
    CHECK(pretty(value) == "{\n  \"a\": {\n    \"b\": [\n      1,\n      \"x\\\"y\"\n    ],\n    \"c\": {}\n  },\n"
                           "  \"d\": null,\n  \"e\": []\n}");
    CHECK(boost::json::parse(pretty(value)) == value);
}
