// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_key.hpp"

#include "tuples.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace sallyport;
using namespace sallyport::flow;
using namespace sallyport::flow::test;

TEST_CASE("both directions of any flow have one key, one hash and one owner, and opposite sides") {
    Tuples tuples(1);
    for (int round = 0; round < 20'000; ++round) {
        const Tuple tuple = tuples.any();
        const OrientedKey one = orient(tuple);
        const OrientedKey other = orient(answered(tuple));
        REQUIRE(one.key == other.key);
        REQUIRE(table_hash(table_key, one.key) == table_hash(table_key, other.key));
        // A packet from a socket to itself is the one case without sides.
        const bool to_itself = tuple.source == tuple.destination && tuple.source_port == tuple.destination_port;
        REQUIRE((one.from_high != other.from_high || to_itself));
    }
}

TEST_CASE("a key gives back what it was made of") {
    Tuples tuples(2);
    for (int round = 0; round < 20'000; ++round) {
        const Tuple tuple = tuples.any();
        const OrientedKey oriented = orient(tuple);
        const FlowKey& key = oriented.key;
        REQUIRE((oriented.from_high ? key.high : key.low) == tuple.source);
        REQUIRE((oriented.from_high ? key.low : key.high) == tuple.destination);
        REQUIRE((oriented.from_high ? key.high_port() : key.low_port()) == tuple.source_port);
        REQUIRE((oriented.from_high ? key.low_port() : key.high_port()) == tuple.destination_port);
        REQUIRE(key.endpoint() == tuple.endpoint);
        REQUIRE(key.protocol() == tuple.protocol);
        REQUIRE(key.family() == tuple.family);
        REQUIRE(key.low <= key.high);
    }
}

TEST_CASE("flows that differ in one field have different keys") {
    Tuples tuples(3);
    for (int round = 0; round < 2000; ++round) {
        const Tuple tuple = tuples.any();
        const FlowKey key = orient(tuple).key;
        std::vector<Tuple> others(6, tuple);
        others[0].source[1] ^= 1;
        others[1].destination[1] ^= 2;
        others[2].source_port ^= 4;
        others[3].endpoint ^= 8;
        others[4].protocol ^= 16;
        others[5].family = tuple.family == Family::ipv4 ? Family::ipv6 : Family::ipv4;
        for (const Tuple& other : others)
            REQUIRE_FALSE(orient(other).key == key);
    }
}

TEST_CASE("the hash of an IPv4 flow depends on every field") {
    const FlowKey key = numbered_key(7);
    const std::uint64_t hash = table_hash(table_key, key);
    for (unsigned bit = 0; bit < 32; ++bit) {
        FlowKey other = key;
        other.low[1] ^= std::uint64_t{1} << bit;
        CHECK(table_hash(table_key, other) != hash);
        other = key;
        other.high[1] ^= std::uint64_t{1} << bit;
        CHECK(table_hash(table_key, other) != hash);
    }
    for (unsigned bit = 8; bit < 64; ++bit) {
        FlowKey other = key;
        other.rest ^= std::uint64_t{1} << bit;
        CHECK(table_hash(table_key, other) != hash);
    }
    CHECK(table_hash(SipKey{1, 2}, key) != hash);
}

TEST_CASE("flows are owned evenly by any number of workers") {
    for (const unsigned workers : {1U, 2U, 3U, 4U, 7U, 16U}) {
        std::vector<unsigned> owned(workers);
        constexpr unsigned flows = 64'000;
        for (std::uint64_t number = 0; number < flows; ++number)
            ++owned.at(owner(table_hash(table_key, numbered_key(number)), workers));
        for (const unsigned count : owned) {
            INFO(workers << " workers, one has " << count);
            CHECK(count > flows / workers * 95 / 100);
            CHECK(count < flows / workers * 105 / 100 + 1);
        }
    }
    CHECK(owner(0, 16) == 0);
    CHECK(owner(~std::uint64_t{0}, 16) == 15);
    CHECK(owner(~std::uint64_t{0}, 3) == 2);
}
