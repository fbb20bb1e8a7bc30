// SPDX-License-Identifier: Apache-2.0
// What can be said and is not served yet is told so, and nothing else is.
#include "config/load.hpp"

#include "http_config.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::config;

namespace {

using Texts = std::vector<std::string>;

Texts findings_in(const std::string& text) {
    Texts found;
    for (const Finding& finding : load_text(text, "/etc/sallyport").findings)
        found.push_back(finding.path + ": " + finding.problem);
    return found;
}

std::string put(std::string text, const std::string& before, const std::string& added) {
    const std::size_t place = text.find(before);
    REQUIRE(place != std::string::npos);
    return text.insert(place, added);
}

} // namespace

TEST_CASE("what is not served yet is a finding at its place") {
    std::string text = put(http_config(), "     algorithm: round_robin}", "     anomaly_mitigation: on, ");
    const std::string algorithm = "algorithm: round_robin";
    text.replace(text.find(algorithm), algorithm.size(), "algorithm: weighted_random");
    CHECK(findings_in(text) == Texts{"target_groups.web.anomaly_mitigation: anomaly mitigation is not served yet"});
}

TEST_CASE("HTTP, HTTPS and TLS are served") {
    CHECK(findings_in(http_config()).empty());
}
