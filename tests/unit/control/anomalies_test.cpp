// SPDX-License-Identifier: Apache-2.0
// What targets of HTTP fail reaches the weights that the threads choose by, and the log.
#include "balance/l4/directory.hpp"
#include "moved_clock.hpp"
#include "web_farm.hpp"

using namespace sallyport;
using namespace sallyport::test;

namespace {

config::Config web_of_three() {
    config::Config config = web_farm();
    config::TargetGroup& web = config.target_groups[0];
    web.targets.push_back(target("web-3", "203.0.113.13"));
    web.algorithm = config::Algorithm::weighted_random;
    web.http.emplace();
    web.http->anomaly_mitigation = true;
    return config;
}

struct Farm : MovedClock {
    explicit Farm(config::Config config = web_of_three()) : MovedClock(std::move(config)) { pass_requests(0s, {}); }

    /// So many seconds in which each target succeeds or fails at ten requests.
    void pass_requests(std::chrono::seconds seconds, const std::set<TargetIndex>& failing) {
        for (std::int64_t second = 0; second <= seconds.count(); ++second) {
            registry.tick(now, {.flows = [](ApplianceIndex) { return 0; },
                                .target_flows = [](TargetIndex) { return 0; },
                                .outcomes = [this](TargetIndex index) { return outcomes[index]; }});
            publish();
            if (second == seconds.count()) return;
            for (TargetIndex index = 0; index < 3; ++index)
                (failing.contains(index) ? outcomes[index].failed : outcomes[index].succeeded) += 10;
            now.nanoseconds += 1'000'000'000;
        }
    }
    std::vector<std::uint16_t> weights() { return roster().directory->groups[0].weights; }
    [[nodiscard]] control::MemberState target_state(TargetIndex index) const {
        return registry.target_state(index, now);
    }

    std::map<TargetIndex, health::Outcomes> outcomes;
};

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("an anomalous target gets a tenth of its weight with the next roster, and all of it back in the end") {
    Farm farm;
    CHECK(farm.weights() == std::vector<std::uint16_t>{1, 1, 1});
    farm.pass_requests(3s, {2});
    CHECK(farm.weights() == std::vector<std::uint16_t>{50, 50, 5});
    CHECK(farm.target_state(2).is_anomalous);
    CHECK(farm.target_state(2).mitigated_percent == 10);
    CHECK(farm.target_state(2).state == control::State::healthy);
    CHECK(farm.registry.take_news() == Texts{"target web/web-3 is anomalous: 20 of 20 requests failed within 10 s, of "
                                             "the others' 0 %; it is left with 10 % of its weight"});
    farm.pass_requests(60s, {});
    CHECK(farm.weights() == std::vector<std::uint16_t>{1, 1, 1});
    CHECK(farm.registry.take_news() == Texts{"target web/web-3 has all of its weight again"});
    // One roster for each step: down, and four times up.
    const unsigned published = farm.published;
    farm.pass_requests(3s, {0});
    farm.pass_requests(60s, {});
    CHECK(farm.published == published + 5);
}

TEST_CASE("without mitigation an anomalous target is shown, and no roster is made") {
    config::Config config = web_of_three();
    config.target_groups[0].http->anomaly_mitigation = false;
    Farm farm(config);
    const unsigned published = farm.published;
    farm.pass_requests(3s, {2});
    CHECK(farm.target_state(2).is_anomalous);
    CHECK(farm.target_state(2).mitigated_percent == 100);
    CHECK(farm.published == published);
    farm.pass_requests(60s, {});
    CHECK(farm.registry.take_news() ==
          Texts{"target web/web-3 is anomalous: 20 of 20 requests failed within 10 s, of the others' 0 %",
                "target web/web-3 is anomalous no more"});
}

TEST_CASE("a group of TCP has no anomalies, nor has one whose healthy targets are two") {
    config::Config config = web_of_three();
    config.target_groups[0].http.reset();
    Farm plain(config);
    plain.pass_requests(20s, {2});
    CHECK_FALSE(plain.target_state(2).is_anomalous);

    Farm farm;
    farm.registry.note_target_health(0, {chain::Health::unhealthy, "Target.Timeout", "x"}, farm.now);
    farm.pass_requests(20s, {2});
    CHECK_FALSE(farm.target_state(2).is_anomalous);
}

TEST_CASE("a reload that switches mitigation off gives all of the weight back") {
    Farm farm;
    farm.pass_requests(3s, {2});
    CHECK(farm.target_state(2).mitigated_percent == 10);
    config::Config config = web_of_three();
    config.target_groups[0].http->anomaly_mitigation = false;
    REQUIRE(farm.registry.reload(config, farm.now));
    farm.now.nanoseconds += 1'000'000'000;
    farm.pass_requests(0s, {});
    CHECK(farm.weights() == std::vector<std::uint16_t>{1, 1, 1});
}
