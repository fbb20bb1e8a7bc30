// SPDX-License-Identifier: Apache-2.0
// Flow hash and IP hash over Maglev: even, by weight, and a change of members moves few.
#include "select/flow_hash.hpp"
#include "select/ip_hash.hpp"

#include "chi_square.hpp"
#include "spread.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::select;
using namespace sallyport::select::test;

namespace {

constexpr std::uint64_t endpoint_id = 0x2b8ee1d4db0c51c4;

/// The flows of a few clients to one listener: little differs but the ports.
HashedFlow numbered_flow(std::uint64_t number) {
    return {.low = {0, 0xffff'c000'020aU},
            .high = {0, 0xffff'c633'6401U + number / 28'000},
            .low_port = 443,
            .high_port = static_cast<std::uint16_t>(32'768 + number % 28'000),
            .protocol = 6,
            .endpoint_id = endpoint_id};
}
std::uint64_t hash_of_flow(std::uint64_t number) {
    return flow_hash(fixed_key, numbered_flow(number));
}
/// Neighbours in one network.
std::uint64_t hash_of_client(std::uint64_t number) {
    return ip_hash(fixed_key, {0, 0xffff'0a00'0000U + number}, endpoint_id);
}

struct Named {
    const char* name;
    std::uint64_t (*hash)(std::uint64_t);
};
constexpr Named hashes[] = {{"flow hash", hash_of_flow}, {"IP hash", hash_of_client}};

} // namespace

TEST_CASE("flows and clients are spread over members as chance would do it") {
    const std::vector<std::vector<std::uint16_t>> groups = {
        {1, 1},
        {1, 1, 1},
        std::vector<std::uint16_t>(50, 1),
        std::vector<std::uint16_t>(500, 1),
        {999, 1, 0, 500},
        {10, 20, 30, 0, 40},
        {999, 998, 997},
    };
    for (const Named& named : hashes) {
        for (const auto& weights : groups) {
            const auto table = build_maglev(members(weights));
            const auto counts = count_picks(weights.size(), 100'000,
                                            [&](std::uint64_t number) { return member_at(table, named.hash(number)); });
            INFO(named.name << " over " << weights.size() << " members, the first of weight " << weights[0]);
            CHECK(chance_of(counts, weights) > too_rare);
        }
    }
}

TEST_CASE("a member that leaves or joins moves its own share, and few between others") {
    for (const Named& named : hashes) {
        for (const unsigned count : {3U, 10U, 100U}) {
            const auto all = members(std::vector<std::uint16_t>(count, 1));
            auto fewer = all;
            fewer.erase(fewer.begin() + 1);
            INFO(named.name << ", " << count << " members");
            // Maglev's own churn (the paper's figure 12) is some two percent. A member's share:
            const double of_it = moved_percent(all, fewer, "", named.hash);
            CHECK(of_it > 100.0 / count * 0.9);
            CHECK(of_it < 100.0 / count * 1.1 + 3);
            CHECK(moved_percent(all, fewer, all[1].identity, named.hash) < 3);
            CHECK(moved_percent(fewer, all, all[1].identity, named.hash) < 3);
        }
    }
}

TEST_CASE("a member whose weight sinks to a half gives away what it loses, and little else moves") {
    const auto before = members(std::vector<std::uint16_t>(10, 100));
    auto after = before;
    after[4].weight = 50;
    for (const Named& named : hashes) {
        INFO(named.name);
        CHECK(moved_percent(before, after, "", named.hash) > 4);
        CHECK(moved_percent(before, after, before[4].identity, named.hash) < 3);
    }
}

TEST_CASE("each part of a flow is in its hash") {
    const HashedFlow flow = numbered_flow(1);
    const auto change = [&](auto&& what) {
        HashedFlow other = flow;
        what(other);
        return flow_hash(fixed_key, other) != flow_hash(fixed_key, flow);
    };
    CHECK(change([](HashedFlow& other) { other.low[0] = 1; }));
    CHECK(change([](HashedFlow& other) { ++other.low[1]; }));
    CHECK(change([](HashedFlow& other) { other.high[0] = 1; }));
    CHECK(change([](HashedFlow& other) { ++other.high[1]; }));
    CHECK(change([](HashedFlow& other) { ++other.low_port; }));
    CHECK(change([](HashedFlow& other) { ++other.high_port; }));
    CHECK(change([](HashedFlow& other) { other.protocol = 17; }));
    CHECK(change([](HashedFlow& other) { other.family = Family::ipv6; }));
    CHECK(change([](HashedFlow& other) { ++other.endpoint_id; }));
    CHECK(flow_hash(SipKey{}, flow) != flow_hash(fixed_key, flow));
}

TEST_CASE("the hash of a client depends on its address, its endpoint and the key") {
    const std::uint64_t hash = ip_hash(fixed_key, {1, 2}, 3);
    CHECK(hash == ip_hash(fixed_key, {1, 2}, 3));
    CHECK(hash != ip_hash(fixed_key, {9, 2}, 3));
    CHECK(hash != ip_hash(fixed_key, {1, 9}, 3));
    CHECK(hash != ip_hash(fixed_key, {1, 2}, 9));
    CHECK(hash != ip_hash(SipKey{}, {1, 2}, 3));
}

TEST_CASE("an empty table has nobody") {
    CHECK(member_at({}, 5) == no_index);
}
