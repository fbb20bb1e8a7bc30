// SPDX-License-Identifier: Apache-2.0
#include "io/eal_arguments.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace sallyport;

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

io::EalFacts facts(std::uint64_t free_mebibytes) {
    return {.free_hugepage_bytes = free_mebibytes * mebibyte,
            .needed_bytes = 100 * mebibyte,
            .cpus = {0, 1, 2, 5},
            .file_prefix = "sallyport-7"};
}

bool has(const io::EalPlan& plan, const std::string& word) {
    return std::ranges::find(plan.arguments, word) != plan.arguments.end();
}

std::string after(const io::EalPlan& plan, const std::string& word) {
    const auto found = std::ranges::find(plan.arguments, word);
    return found == plan.arguments.end() || found + 1 == plan.arguments.end() ? "" : *(found + 1);
}

} // namespace

TEST_CASE("free hugepages are used, and no file is left behind") {
    const auto plan = io::plan_eal(facts(100));
    REQUIRE(plan);
    CHECK(plan->hugepages);
    CHECK(has(*plan, "--in-memory"));
    CHECK_FALSE(has(*plan, "--no-huge"));
}

TEST_CASE("too few hugepages are done without, never with --in-memory, which EAL refuses then") {
    const auto plan = io::plan_eal(facts(99));
    REQUIRE(plan);
    CHECK_FALSE(plan->hugepages);
    CHECK(has(*plan, "--no-huge"));
    CHECK(has(*plan, "--no-shconf"));
    CHECK_FALSE(has(*plan, "--in-memory"));
    CHECK(after(*plan, "-m") == "100");
}

TEST_CASE("hugepages are left alone when the config says never") {
    auto wanted = facts(1000);
    wanted.wanted = config::Hugepages::never;
    REQUIRE(io::plan_eal(wanted));
    CHECK_FALSE(io::plan_eal(wanted)->hugepages);
}

TEST_CASE("hugepages that are required and missing are an error that says how many to reserve") {
    auto wanted = facts(99);
    wanted.wanted = config::Hugepages::require;
    const auto plan = io::plan_eal(wanted);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().message.find("vm.nr_hugepages=50,") != std::string::npos);
}

TEST_CASE("only the PCI devices of the config are touched") {
    auto wanted = facts(100);
    CHECK(has(*io::plan_eal(wanted), "--no-pci"));
    wanted.pci_addresses = {"0000:03:00.0"};
    CHECK_FALSE(has(*io::plan_eal(wanted), "--no-pci"));
    CHECK(after(*io::plan_eal(wanted), "-a") == "0000:03:00.0");
}

TEST_CASE("EAL has one thread and pins it to no CPU") {
    CHECK(after(*io::plan_eal(facts(100)), "--lcores") == "0@(0-2,5)");
    CHECK(io::cpu_list({3}) == "3");
    CHECK(io::cpu_list({0, 2, 4}) == "0,2,4");
}
