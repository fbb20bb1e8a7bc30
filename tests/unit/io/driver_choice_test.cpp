// SPDX-License-Identifier: Apache-2.0
#include "io/driver_choice.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using config::Driver;

namespace {

io::DriverFacts able() {
    return {.interface = "gw-north",
            .hugepages = true,
            .kernel_has_af_xdp = true,
            .buffer_fits_page = true,
            .channels = 2,
            .workers = 3};
}

} // namespace

TEST_CASE("auto takes AF_XDP where it can be had, on every queue of the interface") {
    const auto choice = io::choose_driver(able());
    REQUIRE(choice);
    CHECK(choice->driver == Driver::af_xdp);
    CHECK(choice->queues == 2);
}

TEST_CASE("auto takes AF_PACKET, one socket a worker, and says why, for each thing that AF_XDP lacks") {
    auto facts = able();
    std::string word;
    SECTION("hugepages") {
        facts.hugepages = false;
        word = "hugepages";
    }
    SECTION("the kernel") {
        facts.kernel_has_af_xdp = false;
        word = "kernel has no AF_XDP";
    }
    SECTION("small buffers") {
        facts.buffer_fits_page = false;
        word = "page";
    }
    SECTION("few queues") {
        facts.channels = 17;
        word = "queues";
    }
    SECTION("untagged frames") {
        facts.has_vlans = true;
        word = "VLAN";
    }
    const auto choice = io::choose_driver(facts);
    REQUIRE(choice);
    CHECK(choice->driver == Driver::af_packet);
    CHECK(choice->queues == 3);
    CHECK(choice->reason.find(word) != std::string::npos);
}

TEST_CASE("AF_XDP that is demanded and can not be had is an error with advice") {
    auto facts = able();
    facts.wanted = Driver::af_xdp;
    facts.hugepages = false;
    const auto choice = io::choose_driver(facts);
    REQUIRE_FALSE(choice);
    CHECK(choice.error().message.find("gw-north") != std::string::npos);
    CHECK(choice.error().message.find("sysctl vm.nr_hugepages") != std::string::npos);
}

TEST_CASE("AF_XDP that is demanded for VLANs is taken at its word") {
    auto facts = able();
    facts.wanted = Driver::af_xdp;
    facts.has_vlans = true;
    REQUIRE(io::choose_driver(facts));
    CHECK(io::choose_driver(facts)->driver == Driver::af_xdp);
}

TEST_CASE("AF_PACKET that is demanded is taken although AF_XDP could be had") {
    auto facts = able();
    facts.wanted = Driver::af_packet;
    REQUIRE(io::choose_driver(facts));
    CHECK(io::choose_driver(facts)->driver == Driver::af_packet);
}
