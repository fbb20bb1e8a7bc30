// SPDX-License-Identifier: Apache-2.0
// What Maglev promises: shares by weight, and few changes when members come and go.
#include "select/maglev.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace sallyport::select;

namespace {

std::vector<MaglevMember> equal_members(unsigned count) {
    std::vector<MaglevMember> members;
    for (unsigned i = 0; i < count; ++i)
        members.push_back({"group/member-" + std::to_string(i), 1});
    return members;
}

std::vector<std::uint32_t> slots_of_each(const std::vector<std::uint16_t>& table, std::size_t members) {
    std::vector<std::uint32_t> counts(members);
    for (const std::uint16_t member : table)
        ++counts.at(member);
    return counts;
}

/// Slots that go to another member, by name, in `after` than in `before`.
std::size_t moved_slots(const std::vector<MaglevMember>& before, const std::vector<MaglevMember>& after,
                        const std::string& gone) {
    const auto table_before = build_maglev(before);
    const auto table_after = build_maglev(after);
    std::size_t moved = 0;
    for (std::size_t slot = 0; slot < table_before.size(); ++slot) {
        const std::string& was = before[table_before[slot]].identity;
        if (was != gone && was != after[table_after[slot]].identity) ++moved;
    }
    return moved;
}

} // namespace

TEST_CASE("equal members have equal shares to one slot") {
    // All members claim in every turn, so shares can only differ by the last turn.
    for (const unsigned count : {1U, 2U, 3U, 7U, 50U, 600U}) {
        INFO(count << " members");
        for (const std::uint32_t share : slots_of_each(build_maglev(equal_members(count)), count)) {
            CHECK(share >= maglev_slots / count);
            CHECK(share <= maglev_slots / count + 1);
        }
    }
}

TEST_CASE("shares are in proportion to weights within one percent") {
    const std::vector<MaglevMember> members = {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 10}, {"e", 999}, {"f", 100}};
    const auto shares = slots_of_each(build_maglev(members), members.size());
    double total = 0;
    for (const MaglevMember& member : members)
        total += member.weight;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const double wanted = maglev_slots * members[i].weight / total;
        INFO(members[i].identity << " wants " << wanted << " slots, has " << shares[i]);
        CHECK(std::abs(shares[i] - wanted) <= std::max(1.0, wanted * 0.01));
    }
}

TEST_CASE("flows that are spread at random by a hash meet each member as often as its share says") {
    const auto table = build_maglev(equal_members(10));
    std::vector<double> counts(10);
    constexpr unsigned flows = 100'000;
    for (std::uint64_t flow = 0; flow < flows; ++flow)
        counts[table[sallyport::siphash13<1>({1, 2}, {flow}) % table.size()]] += 1;
    double chi_square = 0;
    for (const double count : counts)
        chi_square += (count - flows / 10.0) * (count - flows / 10.0) / (flows / 10.0);
    // Nine degrees of freedom: 27.9 is exceeded once in a thousand times.
    CHECK(chi_square < 27.9);
}

TEST_CASE("a member of weight 0 has no slot, and one alone has none to give") {
    const std::vector<MaglevMember> members = {{"a", 1}, {"asleep", 0}, {"b", 1}};
    CHECK(slots_of_each(build_maglev(members), 3)[1] == 0);
    const std::vector<MaglevMember> asleep = {{"asleep", 0}};
    CHECK(build_maglev(asleep).empty());
    CHECK(build_maglev({}).empty());
}

TEST_CASE("when a member goes, few slots but its own change hands") {
    for (const unsigned count : {3U, 10U, 50U}) {
        const auto before = equal_members(count);
        auto after = before;
        after.erase(after.begin() + 1);
        const std::size_t moved = moved_slots(before, after, before[1].identity);
        INFO(moved << " of " << maglev_slots << " slots moved between members that stayed, of " << count);
        // The paper's figure 12: with over a hundred slots a member, some two percent.
        CHECK(moved < maglev_slots * 3 / 100);
    }
}

TEST_CASE("a member of weight 0 disturbs nobody, so putting one to sleep is like taking it away") {
    const auto members = equal_members(5);
    auto asleep = members;
    asleep[2].weight = 0;
    auto gone = members;
    gone.erase(gone.begin() + 2);
    CHECK(moved_slots(asleep, gone, "") == 0);
}

TEST_CASE("the same members give the same table, and identities alone place them") {
    CHECK(build_maglev(equal_members(4)) == build_maglev(equal_members(4)));
    auto renamed = equal_members(4);
    renamed[0].identity = "group/another";
    CHECK(build_maglev(equal_members(4)) != build_maglev(renamed));
}
