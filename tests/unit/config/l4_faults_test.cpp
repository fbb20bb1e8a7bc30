// SPDX-License-Identifier: Apache-2.0
// Faults of target groups, listeners and the flow log that one entry alone shows.
#include "base_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

TEST_CASE("a target group or endpoint that a listener names and there is not is found") {
    const FaultCase cases[] = {
        {"a group by its name alone", "default_action: {forward: dns}", "default_action: {forward: nds}", 43,
         "listeners[1].default_action.forward", "names the target group `nds`, which there is not",
         "did you mean `dns`?"},
        {"a group in a list", "target_group: web,", "target_group: wbe,", 49,
         "listeners[2].default_action.forward[0].target_group", "`wbe`, which there is not", "did you mean `web`?"},
        {"a group in a rule", "actions: [{forward: web}]", "actions: [{forward: api-gateway}]", 50,
         "listeners[2].rules[0].actions[0].forward", "`api-gateway`, which there is not", "under `target_groups`"},
        {"an endpoint", "endpoint: office", "endpoint: offices", 39, "listeners[1].endpoint", "the endpoint `offices`",
         "did you mean `office`?"},
    };
    check_fault_cases(cases, l4_config);
}
