// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/trace.hpp"

#include "fields.hpp"

#include <catch2/catch.hpp>
#include <regex>

using namespace sallyport;
using namespace std::chrono_literals;
using config::TraceHeader;
using test::values;
using test::Values;

namespace {

constexpr l7::UnixTime now{0x67891233s};
const std::string id = "1-67891233-[0-9a-f]{24}";

bool matches(const std::string& text, const std::string& form) {
    return std::regex_match(text, std::regex(form));
}

http::Fields traced(TraceHeader which, http::Fields fields) {
    static http::TextArena arena;
    static SplitMix64 random(1);
    l7::add_trace(which, now, random, arena, fields);
    return fields;
}

std::string amazon(const std::string& came) {
    http::Fields fields;
    if (!came.empty()) fields.push_back({"x-amzn-trace-id", came});
    const Values found = values(traced(TraceHeader::amazon, fields), "X-Amzn-Trace-Id");
    REQUIRE(found.size() == 1);
    return found.front();
}

std::string w3c(const std::string& came) {
    const Values found = values(traced(TraceHeader::w3c, {{"Traceparent", came}}), "traceparent");
    REQUIRE(found.size() == 1);
    return found.front();
}

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string span = "00f067aa0ba902b7";

} // namespace

TEST_CASE("a request without a trace gets a root, with the time and 96 random bits") {
    const std::string one = amazon("");
    CHECK(matches(one, "Root=" + id));
    CHECK(one != amazon(""));
}

TEST_CASE("a root that came is kept behind our own id, and fields of others too") {
    CHECK(matches(amazon("Root=1-a-b"), "Self=" + id + ";Root=1-a-b"));
    CHECK(matches(amazon("Root=1-a-b;CalledFrom=app"), "Self=" + id + ";Root=1-a-b;CalledFrom=app"));
    CHECK(matches(amazon("Self=1-c-d;Root=1-a-b; x=1"), "Self=" + id + ";Root=1-a-b;x=1"));
    CHECK(matches(amazon("root=1-a-b;self=1"), "Self=" + id + ";root=1-a-b"));
}

TEST_CASE("a trace without a root gets one") {
    CHECK(matches(amazon("CalledFrom=app"), "Root=" + id + ";CalledFrom=app"));
    CHECK(matches(amazon("Self=1-c-d"), "Root=" + id));
    CHECK(matches(amazon("Root="), "Root=" + id + ";Root="));
}

TEST_CASE("a trace of more than 7 KB is written anew") {
    const std::string long_one = "Root=1-a-b;x=" + std::string(l7::max_trace_id_bytes - 13, 'y');
    REQUIRE(long_one.size() == 7168);
    CHECK(amazon(long_one).ends_with(long_one));
    CHECK(matches(amazon(long_one + "y"), "Root=" + id));
}

TEST_CASE("a traceparent that came keeps its trace and its flag, and gets a new span") {
    const std::string done = w3c("00-" + trace + "-" + span + "-01");
    CHECK(matches(done, "00-" + trace + "-[0-9a-f]{16}-01"));
    CHECK(done.find(span) == std::string::npos);
    CHECK(matches(w3c("00-" + trace + "-" + span + "-00"), "00-" + trace + "-[0-9a-f]{16}-00"));
    CHECK(matches(w3c("cc-" + trace + "-" + span + "-09-more"), "00-" + trace + "-[0-9a-f]{16}-01"));
}

TEST_CASE("a traceparent that is none is made anew, and its state goes") {
    for (const std::string& bad :
         {std::string(), "ff-" + trace + "-" + span + "-01", "00-" + trace + "-" + span + "-01-more",
          "00-" + std::string(32, '0') + "-" + span + "-01", "00-" + trace + "-" + std::string(16, '0') + "-01",
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + span + "-01", "00_" + trace + "-" + span + "-01",
          "00-" + trace + "-" + span + "-0g", "cc-" + trace + "-" + span + "-01.x",
          "00-" + trace + "-" + span + "-1"}) {
        INFO(bad);
        const http::Fields done = traced(TraceHeader::w3c, {{"traceparent", bad}, {"tracestate", "a=1"}});
        const Values found = values(done, "traceparent");
        REQUIRE(found.size() == 1);
        CHECK(matches(found.front(), "00-[0-9a-f]{32}-[0-9a-f]{16}-00"));
        CHECK(found.front().find(trace) == std::string::npos);
        CHECK(values(done, "tracestate").empty());
    }
}

TEST_CASE("the state of a sound traceparent is kept, and of two of them none is sound") {
    const std::string good = "00-" + trace + "-" + span + "-01";
    CHECK(values(traced(TraceHeader::both, {{"traceparent", good}, {"tracestate", "a=1"}}), "tracestate") ==
          Values{"a=1"});
    const http::Fields twice =
        traced(TraceHeader::w3c, {{"traceparent", good}, {"tracestate", "a=1"}, {"traceparent", good}});
    CHECK(values(twice, "tracestate").empty());
    REQUIRE(values(twice, "traceparent").size() == 1);
    CHECK(values(twice, "traceparent").front().find(trace) == std::string::npos);
}

TEST_CASE("only what the listener wants is added, and the log gets the name that targets see") {
    http::TextArena arena;
    SplitMix64 random(1);
    http::Fields fields;
    CHECK(l7::add_trace(TraceHeader::none, now, random, arena, fields).empty());
    CHECK(fields.empty());
    const auto w3c_name = l7::add_trace(TraceHeader::w3c, now, random, arena, fields);
    CHECK(values(fields, "traceparent") == Values{std::string(w3c_name)});
    const auto name = l7::add_trace(TraceHeader::both, now, random, arena, fields);
    CHECK(values(fields, "X-Amzn-Trace-Id") == Values{std::string(name)});
}

TEST_CASE("a connection has a name, and none before it is given one") {
    SplitMix64 random(1);
    CHECK(l7::ConnectionTraceId().text().empty());
    const l7::ConnectionTraceId one(random);
    CHECK(matches(std::string(one.text()), "TID_[0-9a-f]{32}"));
    CHECK(one.text() != l7::ConnectionTraceId(random).text());
}
