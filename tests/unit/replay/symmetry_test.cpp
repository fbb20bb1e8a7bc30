// SPDX-License-Identifier: Apache-2.0
#include "replay/symmetry.hpp"

#include <catch2/catch.hpp>
#include <initializer_list>

using namespace sallyport;
using namespace sallyport::replay;

namespace {

constexpr std::uint32_t first_life = 0x1000;
constexpr std::uint32_t second_life = 0x2000;

/// Appliances 10 and 11 are in group 1, 20 and 21 in group 2, and so on.
struct Story {
    Symmetry symmetry;
    bool group_1_may_offload = false;

    Story& passes(bool from_high, std::initializer_list<ApplianceIndex> appliances, std::uint32_t cookie = first_life,
                  bool is_whole = true) {
        Passage passage;
        passage.flow.key.low = {0, 1};
        passage.flow.key.high = {0, 2};
        passage.flow.from_high = from_high;
        passage.cookie = cookie;
        passage.is_whole = is_whole;
        for (const ApplianceIndex appliance : appliances) {
            const auto group = static_cast<GroupIndex>(appliance / 10);
            passage.visits.push_back({appliance, group, group_1_may_offload && group == 1});
        }
        symmetry.observe(passage);
        return *this;
    }
    Story& there(std::initializer_list<ApplianceIndex> appliances, std::uint32_t cookie = first_life) {
        return passes(false, appliances, cookie);
    }
    Story& back(std::initializer_list<ApplianceIndex> appliances, std::uint32_t cookie = first_life) {
        return passes(true, appliances, cookie);
    }
    Story& something_happens() {
        symmetry.begin_anew();
        return *this;
    }
    Story& ends(bool from_high, std::initializer_list<ApplianceIndex> appliances) {
        return passes(from_high, appliances, first_life, false);
    }
    [[nodiscard]] bool asymmetric() const { return symmetry.asymmetric_flows() == 1; }
};

} // namespace

TEST_CASE("the same appliances in opposite orders are symmetric") {
    CHECK(!Story().there({10, 20, 30}).back({30, 20, 10}).there({10, 20, 30}).asymmetric());
    CHECK(!Story().there({10, 20}).asymmetric());
    CHECK(!Story().asymmetric());
}

TEST_CASE("another appliance, another order or a missing one is asymmetric") {
    CHECK(Story().there({10, 20}).back({20, 11}).asymmetric());
    CHECK(Story().there({10, 20}).back({10, 20}).asymmetric());
    CHECK(Story().there({10, 20}).back({20}).asymmetric());
    CHECK(Story().there({10, 20}).there({11, 20}).asymmetric());
    CHECK(Story().there({10, 20}).there({10}).asymmetric());
    CHECK(Story().there({10}).there({10, 20}).asymmetric());
}

TEST_CASE("who may have the rest of a flow go past him may be missing, but not be another one or stand elsewhere") {
    const auto story = [] {
        Story made;
        made.group_1_may_offload = true;
        return made;
    };
    CHECK(!story().there({10, 20}).back({20, 10}).there({20}).back({20}).there({10, 20}).asymmetric());
    CHECK(!story().there({10, 20}).back({20}).asymmetric());
    CHECK(!story().there({20, 10, 30}).back({30, 20}).there({20, 30}).asymmetric());
    CHECK(!story().there({10, 20}).back({20}).ends(true, {20}).asymmetric());
    CHECK(story().there({10, 20}).back({20}).there({11, 20}).asymmetric());
    CHECK(story().there({10, 20}).back({10, 20}).asymmetric());
    CHECK(story().there({10, 20}).there({10}).asymmetric());
}

TEST_CASE("a flow is counted once however often it errs") {
    Story story;
    story.there({10, 20}).back({10, 20}).there({11, 20}).back({20, 11});
    CHECK(story.symmetry.asymmetric_flows() == 1);
}

TEST_CASE("a packet that ended on the way need only have begun right") {
    CHECK(!Story().ends(false, {10}).asymmetric());
    CHECK(!Story().there({10, 20}).back({20, 10}).ends(false, {10}).asymmetric());
    CHECK(!Story().ends(false, {10}).back({20, 10}).asymmetric());
    CHECK(!Story().there({10, 20}).ends(true, {20}).asymmetric());
    CHECK(Story().there({10, 20}).ends(false, {11}).asymmetric());
    CHECK(Story().ends(false, {11}).back({20, 10}).asymmetric());
    CHECK(Story().there({10, 20}).ends(true, {10}).asymmetric());
    CHECK(Story().ends(false, {10}).ends(true, {20, 11}).asymmetric());
}

TEST_CASE("a flow that began anew from its other side may turn its order round, and nothing else") {
    CHECK(
        !Story().there({10, 20}).back({20, 10}).back({10, 20}, second_life).there({20, 10}, second_life).asymmetric());
    CHECK(Story().there({10, 20}).back({20, 10}).back({11, 20}, second_life).asymmetric());
}

TEST_CASE("when something happened, a flow may go another way, but both directions the same") {
    CHECK(!Story().there({10, 20}).back({20, 10}).something_happens().there({11, 20}).back({20, 11}).asymmetric());
    CHECK(Story().there({10, 20}).back({20, 10}).something_happens().there({11, 20}).back({20, 10}).asymmetric());
    CHECK(Story().there({10, 20}).something_happens().there({11, 20}).there({10, 20}).asymmetric());
}

TEST_CASE("lives that began before and after something happened have nothing to agree on") {
    CHECK(!Story()
               .there({10})
               .something_happens()
               .there({10})
               .there({11}, second_life)
               .back({11}, second_life)
               .asymmetric());
    CHECK(!Story().there({10}).something_happens().there({10}).back({11}, second_life).asymmetric());
    CHECK(Story().something_happens().there({10}).back({11}, second_life).asymmetric());
}

TEST_CASE("the hop in a cookie is no other life") {
    CHECK(Story().there({10, 20}, first_life | 1).back({10, 20}, first_life | 2).asymmetric());
}

TEST_CASE("flows beyond the capacity are counted as unwatched") {
    Symmetry symmetry(1);
    Passage passage;
    passage.visits = {{10, 1}};
    passage.flow.key.low = {0, 1};
    symmetry.observe(passage);
    passage.flow.key.low = {0, 2};
    symmetry.observe(passage);
    CHECK(symmetry.unwatched_packets() == 1);
}
