// SPDX-License-Identifier: Apache-2.0
// Counts what operator new is asked for: nothing, once a table exists.
#include "flow/flow_table.hpp"

#include "tuples.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

using namespace sallyport::flow;
using namespace sallyport::flow::test;

namespace {
std::uint64_t allocations = 0;
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
// The pair of the one above: AddressSanitizer wants both to come from one hand.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

TEST_CASE("a table allocates nothing once it is made") {
    FlowTable table = std::move(*FlowTable::create(10'000));
    const std::uint64_t before = allocations;
    unsigned refused = 0;
    for (std::uint64_t number = 0; number < 30'000; ++number) {
        const FlowKey key = numbered_key(number);
        const std::uint64_t hash = table_hash(table_key, key);
        if (table.insert(hash, key) == no_flow) ++refused;
        if (number % 3 == 0) table.erase(table.find(hash, key).flow(), hash);
    }
    const std::uint64_t during = allocations - before;
    CHECK(during == 0);
    CHECK(refused > 0);
}
