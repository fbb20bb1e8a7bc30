// SPDX-License-Identifier: Apache-2.0
// Longest-prefix match beside a model that looks at every prefix.
#include "forward/range_table.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace sallyport::forward;

namespace {

template <typename Address>
Address mask(unsigned length) {
    constexpr unsigned bits = sizeof(Address) * 8;
    return length == 0 ? Address{0} : static_cast<Address>(~Address{0} << (bits - length));
}

template <typename Address>
bool holds(const PrefixValue<Address>& prefix, Address address) {
    return ((address ^ prefix.first) & mask<Address>(prefix.length)) == 0;
}

template <typename Address>
std::uint32_t model_find(const std::vector<PrefixValue<Address>>& prefixes, Address address) {
    std::uint32_t value = 0;
    int longest = -1;
    for (const auto& prefix : prefixes) {
        if (holds(prefix, address) && prefix.length > longest) {
            longest = prefix.length;
            value = prefix.value;
        }
    }
    return value;
}

template <typename Address>
class Prefixes {
public:
    explicit Prefixes(std::uint64_t seed) : engine_(seed) {}

    Address address() {
        Address address = 0;
        for (unsigned i = 0; i < sizeof(Address) / 4; ++i)
            address = static_cast<Address>((address << 16) << 16 | (engine_() & 0xffff'ffffU));
        return address;
    }

    /// Nested, equal, neighbouring and unrelated prefixes, the extremes of the address space among them.
    std::vector<PrefixValue<Address>> some(unsigned count) {
        constexpr unsigned bits = sizeof(Address) * 8;
        std::vector<PrefixValue<Address>> prefixes;
        for (std::uint32_t value = 1; value <= count; ++value) {
            Address base = address();
            if (!prefixes.empty() && engine_() % 4 != 0) base = near(prefixes[engine_() % prefixes.size()]);
            if (engine_() % 16 == 0) base = engine_() % 2 == 0 ? Address{0} : static_cast<Address>(~Address{0});
            const auto length = static_cast<std::uint8_t>(engine_() % (bits + 1));
            prefixes.push_back({static_cast<Address>(base & mask<Address>(length)), length, value});
        }
        return prefixes;
    }

    /// At the edges of a prefix, one beyond them, or within it.
    Address near(const PrefixValue<Address>& prefix) {
        const auto last = static_cast<Address>(prefix.first | static_cast<Address>(~mask<Address>(prefix.length)));
        switch (engine_() % 5) {
        case 0:
            return prefix.first;
        case 1:
            return last;
        case 2:
            return static_cast<Address>(prefix.first - 1);
        case 3:
            return static_cast<Address>(last + 1);
        default:
            return static_cast<Address>(prefix.first |
                                        (address() & static_cast<Address>(~mask<Address>(prefix.length))));
        }
    }

private:
    std::mt19937_64 engine_;
};

template <typename Address>
void compare_with_the_model(unsigned count, std::uint64_t seed) {
    Prefixes<Address> random(seed);
    const auto prefixes = random.some(count);
    const RangeTable<Address> table(prefixes);
    REQUIRE(table.ranges() <= 2 * prefixes.size() + 1);
    for (int round = 0; round < 500; ++round) {
        const Address address = prefixes.empty() || round % 8 == 0
                                    ? random.address()
                                    : random.near(prefixes[static_cast<unsigned>(round) % prefixes.size()]);
        REQUIRE(table.find(address) == model_find(prefixes, address));
    }
}

} // namespace

TEST_CASE("IPv4 routes are found as by looking at every prefix") {
    for (unsigned seed = 0; seed < 300; ++seed)
        compare_with_the_model<std::uint32_t>(seed % 60, seed);
    compare_with_the_model<std::uint32_t>(5000, 1);
}

TEST_CASE("IPv6 routes are found as by looking at every prefix") {
    for (unsigned seed = 0; seed < 300; ++seed)
        compare_with_the_model<Address128>(seed % 60, seed);
    compare_with_the_model<Address128>(5000, 2);
}

TEST_CASE("a default route holds every address, the first and the last too") {
    const RangeTable<std::uint32_t> table({{0, 0, 7}});
    CHECK(table.find(0) == 7);
    CHECK(table.find(0x8000'0000U) == 7);
    CHECK(table.find(0xffff'ffffU) == 7);
}

TEST_CASE("host routes at both ends of the address space leave the rest without a route") {
    const RangeTable<std::uint32_t> table({{0xffff'ffffU, 32, 1}, {0, 32, 2}});
    CHECK(table.find(0) == 2);
    CHECK(table.find(1) == 0);
    CHECK(table.find(0xffff'fffeU) == 0);
    CHECK(table.find(0xffff'ffffU) == 1);
}

TEST_CASE("of two equal prefixes the first wins") {
    const RangeTable<std::uint32_t> table({{0x0a00'0000U, 8, 1}, {0x0a00'0000U, 8, 2}, {0x0a00'0000U, 9, 3}});
    CHECK(table.find(0x0aff'0000U) == 1);
    CHECK(table.find(0x0a01'0000U) == 3);
}

TEST_CASE("a table of nothing finds nothing") {
    CHECK(RangeTable<std::uint32_t>().find(1) == 0);
    CHECK(RangeTable<std::uint32_t>(std::vector<PrefixValue<std::uint32_t>>{}).find(1) == 0);
}
