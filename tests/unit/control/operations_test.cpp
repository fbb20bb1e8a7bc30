// SPDX-License-Identifier: Apache-2.0
// What changes a gateway, from the client's line to the interface that does it, and back.
#include "admin_fixture.hpp"
#include "cli/admin_client.hpp"

#include <boost/json.hpp>

using namespace sallyport;
using namespace sallyport::test;
using cli::ask_gateway;

TEST_CASE("drain, undrain and reload reach the one who does them, with what they were given") {
    RunningServer server;
    Client client(server.path());
    CHECK(is_ok(client.ask(R"({"command":"drain","group":"firewalls","appliance":"fw-1","delay_ms":30000})")));
    CHECK(is_ok(client.ask(R"({"command":"drain","group":"firewalls"})")));
    CHECK(is_ok(client.ask(R"({"command":"drain","zone":"a"})")));
    CHECK(is_ok(client.ask(R"({"command":"undrain","group":"firewalls","appliance":"fw-2"})")));
    CHECK(is_ok(client.ask(R"({"command":"undrain","zone":"a"})")));
    CHECK(is_ok(client.ask(R"({"command":"reload"})")));
    CHECK(server.operations().done == std::vector<std::string>{"drain firewalls/fw-1 30000", "drain firewalls/* -",
                                                               "away a", "undrain firewalls/fw-2", "back a", "reload"});
}

TEST_CASE("the answer shows how those stand that it concerns") {
    RunningServer server;
    const auto drained = ask_gateway(server.path(), {{"command", "drain"}, {"group", "firewalls"}});
    REQUIRE(drained);
    REQUIRE(drained->at("appliances").as_array().size() == 1);
    CHECK(drained->at("appliances").at(0).at("name") == "fw-1");
    CHECK(drained->at("appliances").at(0).at("state") == "healthy");
    CHECK(drained->at("zones_shifted").as_array().empty());
    const auto reloaded = ask_gateway(server.path(), {{"command", "reload"}});
    REQUIRE(reloaded);
    CHECK(boost::json::serialize(*reloaded) ==
          R"({"roster_version":0,"appliances_added":["firewalls/fw-3"],"appliances_removed":[],"groups_added":[],)"
          R"("groups_removed":[],"chains_added":[],"chains_removed":[],"listeners_added":[],)"
          R"("listeners_removed":[],"target_groups_added":[],"target_groups_removed":[],"targets_added":[],)"
          R"("targets_removed":[],"warnings":["x.yaml:1: warning: hm"]})");
}

TEST_CASE("what can not be had is a refusal, apart from what goes wrong") {
    RunningServer server;
    const auto drained = ask_gateway(server.path(), {{"command", "drain"}, {"group", "routers"}});
    REQUIRE_FALSE(drained);
    CHECK(drained.error().message == "the gateway says: no such group");
    CHECK(drained.error().is_refusal);
    server.operations().is_file_bad = true;
    const auto reloaded = ask_gateway(server.path(), {{"command", "reload"}});
    REQUIRE_FALSE(reloaded);
    CHECK(reloaded.error().message == "the gateway says: it does not work\nx.yaml:3: ports: is wrong");
    CHECK(reloaded.error().is_refusal);
    const auto wrong = ask_gateway(server.path(), {{"command", "fly"}});
    REQUIRE_FALSE(wrong);
    CHECK_FALSE(wrong.error().is_refusal);
}
