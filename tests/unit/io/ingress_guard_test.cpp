// SPDX-License-Identifier: Apache-2.0
#include "io/ingress_guard.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;

TEST_CASE("a guard is named after its interface, in letters that nftables takes") {
    CHECK(io::guard_table("gw-north") == "sallyport_gw_north");
    CHECK(io::guard_table("eth0.5@x") == "sallyport_eth0.5/64/x");
}

TEST_CASE("interfaces with similar names have guards of their own") {
    CHECK(io::guard_table("gw-a") != io::guard_table("gw_a"));
    CHECK(io::guard_table("gw.1") != io::guard_table("gw-1"));
    CHECK(io::guard_table("a@") != io::guard_table("a_"));
}

TEST_CASE("a guard hooks the interface by its own name and lets nothing pass") {
    const std::string commands = io::guard_commands("gw-north");
    CHECK(commands.find("device \"gw-north\"") != std::string::npos);
    CHECK(commands.find("policy drop") != std::string::npos);
}

TEST_CASE("a guard that a killed run has left is replaced") {
    const std::string commands = io::guard_commands("a");
    const auto created = commands.find("add table netdev sallyport_a");
    const auto removed = commands.find("delete table netdev sallyport_a");
    CHECK(created < removed);
    CHECK(commands.find("add table netdev sallyport_a", removed) != std::string::npos);
}
