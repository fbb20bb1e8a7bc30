// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace sallyport;

TEST_CASE("an appliance that a flow goes past is told with what it has said") {
    const auto table = [](const char* flow) {
        const auto answer = boost::json::parse(std::string(R"({"flows": [)") + flow + R"(], "truncated": false})");
        return cli::flows_table(answer.as_object());
    };
    CHECK_THAT(table(R"({"appliances": ["fw-1", "ids-1", null], "verdicts": [null, "pass_rest", "drop_rest"]})"),
               Catch::Contains(" fw-1,ids-1 (pass_rest),- "));
    // An older gateway's answer has no verdicts.
    CHECK_THAT(table(R"({"appliances": ["fw-1", "ids-1"]})"), Catch::Contains(" fw-1,ids-1 "));
}
