// SPDX-License-Identifier: Apache-2.0
// The table beside std::map as its model, at its capacity, and after long use.
#include "flow/flow_table.hpp"

#include "tuples.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace sallyport;
using namespace sallyport::flow;
using namespace sallyport::flow::test;

namespace {

std::uint64_t hash_of(std::uint64_t number) {
    return table_hash(table_key, numbered_key(number));
}

FlowIndex insert(FlowTable& table, std::uint64_t number) {
    const FlowIndex flow = table.insert(hash_of(number), numbered_key(number));
    if (flow != no_flow) table.entry(flow).state = FlowState::udp;
    return flow;
}

FlowIndex find(const FlowTable& table, std::uint64_t number) {
    return table.find(hash_of(number), numbered_key(number)).place();
}

FlowTable filled(std::uint32_t capacity) {
    FlowTable table = std::move(*FlowTable::create(capacity));
    for (std::uint32_t number = 0; number < capacity; ++number)
        REQUIRE(insert(table, number) != no_flow);
    return table;
}

} // namespace

TEST_CASE("under random use the table holds what a map holds") {
    // Twice the capacity in numbers, so that the table is often full.
    constexpr std::uint32_t capacity = 300;
    FlowTable table = std::move(*FlowTable::create(capacity));
    std::map<std::uint64_t, FlowIndex> model;
    Tuples random(4);
    for (int round = 0; round < 200'000; ++round) {
        const std::uint64_t number = random.below(capacity * 2);
        const auto known = model.find(number);
        REQUIRE(find(table, number) == (known == model.end() ? no_flow : known->second));
        if (known != model.end()) {
            REQUIRE(table.entry(known->second).key == numbered_key(number));
            if (random.below(2) == 0) {
                table.erase(known->second, hash_of(number));
                model.erase(known);
            }
        } else {
            const FlowIndex flow = insert(table, number);
            REQUIRE((flow == no_flow) == (model.size() == capacity));
            if (flow != no_flow) model[number] = flow;
        }
        REQUIRE(table.size() == model.size());
    }
}

TEST_CASE("a table takes exactly as many flows as its capacity says") {
    for (const std::uint32_t capacity : {1U, 2U, 6U, 7U, 13U, 1000U, 100'000U, 1'000'000U}) {
        INFO("capacity " << capacity);
        FlowTable table = filled(capacity);
        CHECK(table.size() == capacity);
        CHECK(insert(table, capacity) == no_flow);
        std::uint32_t found = 0;
        for (std::uint32_t number = 0; number < capacity; ++number)
            found += find(table, number) != no_flow ? 1U : 0U;
        CHECK(found == capacity);
    }
}

TEST_CASE("every flow of a full table can be replaced, again and again") {
    constexpr std::uint32_t capacity = 20'000;
    FlowTable table = filled(capacity);
    for (std::uint32_t number = 0; number < capacity * 10; ++number) {
        const FlowIndex old = find(table, number);
        REQUIRE(old != no_flow);
        table.erase(old, hash_of(number));
        REQUIRE(find(table, number) == no_flow);
        REQUIRE(insert(table, number + capacity) != no_flow);
    }
    CHECK(table.size() == capacity);
}

TEST_CASE("no two flows share an entry, and every entry is below the capacity") {
    const FlowTable table = filled(5000);
    std::set<FlowIndex> entries;
    for (std::uint32_t number = 0; number < 5000; ++number)
        entries.insert(find(table, number));
    CHECK(entries.size() == 5000);
    CHECK(*entries.rbegin() < table.capacity());
}

TEST_CASE("an entry that is used again remembers nothing of the flow before") {
    FlowTable table = std::move(*FlowTable::create(1));
    const FlowIndex first = insert(table, 1);
    table.entry(first).cookie = 99;
    table.entry(first).hop_count = 8;
    table.counters(first).packets[0] = 5;
    for (unsigned hop = 0; hop < max_hops; ++hop)
        table.set_hop(first, hop, static_cast<ApplianceIndex>(hop));
    table.birth(first).rule = 3;
    table.erase(first, hash_of(1));
    CHECK(table.entry(first).state == FlowState::free);

    const FlowIndex second = table.insert(hash_of(2), numbered_key(2));
    REQUIRE(second == first);
    CHECK(table.entry(second).cookie == 0);
    CHECK(table.entry(second).hop_count == 0);
    CHECK(table.counters(second).packets[0] == 0);
    CHECK(table.birth(second).rule == no_index);
    for (unsigned hop = 0; hop < max_hops; ++hop)
        CHECK(table.hop(second, hop) == no_index);
}

TEST_CASE("eight hops of a flow are kept apart") {
    FlowTable table = std::move(*FlowTable::create(2));
    const FlowIndex one = insert(table, 1);
    const FlowIndex two = insert(table, 2);
    for (unsigned hop = 0; hop < max_hops; ++hop) {
        table.set_hop(one, hop, static_cast<ApplianceIndex>(10 + hop));
        table.set_hop(two, hop, static_cast<ApplianceIndex>(20 + hop));
    }
    for (unsigned hop = 0; hop < max_hops; ++hop) {
        CHECK(table.hop(one, hop) == 10 + hop);
        CHECK(table.hop(two, hop) == 20 + hop);
    }
}

TEST_CASE("flows whose hashes are all the same find their entries, until both buckets are full") {
    FlowTable table = std::move(*FlowTable::create(1000));
    constexpr std::uint64_t same_hash = 0x0123'4567'89ab'cdef;
    unsigned taken = 0;
    while (table.insert(same_hash, numbered_key(taken)) != no_flow)
        ++taken;
    CHECK(taken >= 10);
    CHECK(taken <= 20);
    CHECK(table.size() == taken);
    for (unsigned number = 0; number < taken; ++number)
        CHECK(table.find(same_hash, numbered_key(number)).place() != no_flow);
    CHECK(table.find(same_hash, numbered_key(taken)).place() == no_flow);
}

TEST_CASE("a flow takes at most two cache lines of memory, index and keys included") {
    const FlowTable table = std::move(*FlowTable::create(1'000'000));
    CHECK(table.memory_bytes() <= 128ULL * table.capacity());
}

TEST_CASE("a table that no memory can hold is refused with a sentence") {
    // 2^31 flows are 262 GiB; mmap only refuses where overcommitment is limited, so both ends are right.
    const auto table = FlowTable::create(0x8000'0000U);
    if (!table) CHECK(table.error().message.find("flows_per_worker") != std::string::npos);
}
