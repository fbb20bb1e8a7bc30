// SPDX-License-Identifier: Apache-2.0
#include "control/request.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::control;

TEST_CASE("each command is read with its arguments") {
    CHECK(std::holds_alternative<StatusRequest>(parse_request(R"({"command":"status"})").value()));
    CHECK(std::holds_alternative<AppliancesRequest>(parse_request(R"({"command":"appliances"})").value()));
    CHECK_FALSE(std::get<DropsRequest>(parse_request(R"({"command":"drops"})").value()).all);
    CHECK(std::get<DropsRequest>(parse_request(R"({"command":"drops","all":true})").value()).all);
    const auto bare = std::get<FlowsRequest>(parse_request(R"({"command":"flows"})").value());
    CHECK(bare.limit == 1000);
    CHECK_FALSE(bare.endpoint);
    CHECK_FALSE(bare.log);
    CHECK(std::get<FlowsRequest>(parse_request(R"({"command":"flows","log":true})").value()).log);
    const auto full = std::get<FlowsRequest>(
        parse_request(
            R"( {"limit":7, "command":"flows", "endpoint":"office", "appliance":"fw-1", "address":"2001:db8::/32"} )")
            .value());
    CHECK(full.limit == 7);
    CHECK(full.endpoint == "office");
    CHECK(full.appliance == "fw-1");
    CHECK(full.address == IpPrefix::parse("2001:db8::/32"));
}

TEST_CASE("drain and undrain are about a group, an appliance or a zone") {
    const auto drain = std::get<DrainRequest>(
        parse_request(R"({"command":"drain","group":"firewalls","appliance":"fw-1","delay_ms":3600000})").value());
    CHECK(drain.choice.group == "firewalls");
    CHECK(drain.choice.name == "fw-1");
    CHECK(drain.delay == std::chrono::hours(1));
    const auto bare = std::get<DrainRequest>(parse_request(R"({"command":"drain","group":"firewalls"})").value());
    CHECK_FALSE(bare.choice.name);
    CHECK_FALSE(bare.delay);
    CHECK(std::get<UndrainRequest>(parse_request(R"({"command":"undrain","zone":"a"})").value()).zone == "a");
    CHECK(std::holds_alternative<ReloadRequest>(parse_request(R"({"command":"reload"})").value()));
}

TEST_CASE("drain and undrain are about targets as well, by words of their own") {
    const auto drain = std::get<DrainRequest>(
        parse_request(R"({"command":"drain","target_group":"web","target":"web-1","delay_ms":0})").value());
    CHECK(drain.kind == ChoiceKind::targets);
    CHECK(drain.choice.group == "web");
    CHECK(drain.choice.name == "web-1");
    CHECK(drain.delay == std::chrono::milliseconds(0));
    const auto undrain =
        std::get<UndrainRequest>(parse_request(R"({"command":"undrain","target_group":"web"})").value());
    CHECK(undrain.kind == ChoiceKind::targets);
    CHECK_FALSE(undrain.choice.name);
    CHECK(std::holds_alternative<TargetsRequest>(parse_request(R"({"command":"targets"})").value()));
    const auto wrong = [](const char* line) { return parse_request(line).error().message; };
    CHECK(wrong(R"({"command":"drain","target_group":"web","appliance":"fw-1"})") ==
          "the command has no argument `appliance` beside `target_group`");
    CHECK(wrong(R"({"command":"drain","group":"firewalls","target":"web-1"})") ==
          "the command has no argument `target` beside `group`");
    CHECK(wrong(R"({"command":"drain","group":"firewalls","target_group":"web"})") ==
          "the command wants one of `group`, `target_group` and `zone`");
    CHECK(wrong(R"({"command":"drain","zone":"a","target":"web-1"})") ==
          "the command has no argument `target` beside `zone`");
}

TEST_CASE("what is no request is answered with what is wrong with it") {
    const auto [line, sentence] = GENERATE(table<std::string, std::string>({
        {"", "the request is not one JSON object on one line"},
        {"status", "the request is not one JSON object on one line"},
        {"[1,2]", "the request is not one JSON object on one line"},
        {R"({"command":"status"} x)", "the request is not one JSON object on one line"},
        {std::string(1000, '['), "the request is not one JSON object on one line"},
        {"{\"command\":\"\xff\"}", "the request is not one JSON object on one line"},
        {"{}", "the request has no `command`"},
        {R"({"command":5})", "the request has no `command`"},
        {R"({"command":"stop"})",
         "no such command: `stop`; there are status, flows, drops, appliances, targets, drain, undrain and reload"},
        {R"({"command":"status","limit":1})", "the command has no argument `limit`"},
        {R"({"command":"drops","all":1})", "the argument `all` is neither true nor false"},
        {R"({"command":"flows","log":"yes"})", "the argument `log` is neither true nor false"},
        {R"({"command":"drain"})", "the command wants one of `group`, `target_group` and `zone`"},
        {R"({"command":"undrain","zone":"a","group":"b"})",
         "the command wants one of `group`, `target_group` and `zone`"},
        {R"({"command":"drain","zone":"a","appliance":"b"})", "the command has no argument `appliance` beside `zone`"},
        {R"({"command":"drain","zone":"a","delay_ms":1})", "the command has no argument `delay_ms` beside `zone`"},
        {R"({"command":"drain","group":"a","delay_ms":-1})",
         "the argument `delay_ms` is not a number from 0 to 3600000"},
        {R"({"command":"drain","group":"a","delay_ms":3600001})",
         "the argument `delay_ms` is not a number from 0 to 3600000"},
        {R"({"command":"undrain","group":"a","delay_ms":1})", "the command has no argument `delay_ms`"},
        {R"({"command":"reload","file":"x"})", "the command has no argument `file`"},
        {R"({"command":"flows","limits":1})", "the command has no argument `limits`"},
        {R"({"command":"flows","limit":0})", "the argument `limit` is not a number from 1 to 100000"},
        {R"({"command":"flows","limit":-1})", "the argument `limit` is not a number from 1 to 100000"},
        {R"({"command":"flows","limit":1.5})", "the argument `limit` is not a number from 1 to 100000"},
        {R"({"command":"flows","limit":1e99})", "the argument `limit` is not a number from 1 to 100000"},
        {R"({"command":"flows","limit":"5"})", "the argument `limit` is not a number from 1 to 100000"},
        {R"({"command":"flows","limit":100001})", "the argument `limit` is not a number from 1 to 100000"},
        {R"({"command":"flows","endpoint":null})", "the argument `endpoint` is not a text"},
        {R"({"command":"flows","address":"here"})", "not an IP address or prefix: `here`"},
    }));
    INFO(line);
    const auto request = parse_request(line);
    REQUIRE_FALSE(request);
    CHECK(request.error().message == sentence);
}
