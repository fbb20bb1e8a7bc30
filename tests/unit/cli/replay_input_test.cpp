// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_input.hpp"

#include <catch2/catch.hpp>

using sallyport::cli::parse_input;

TEST_CASE("an input names a trace, and perhaps the port where it arrives") {
    CHECK(parse_input("a.pcap").path == "a.pcap");
    CHECK(parse_input("a.pcap").port.empty());
    CHECK(parse_input("north=a.pcap").path == "a.pcap");
    CHECK(parse_input("north=a.pcap").port == "north");
    CHECK(parse_input("north=dir/a=b.pcap").path == "dir/a=b.pcap");
}

TEST_CASE("a path with an equals sign behind a slash is a path") {
    CHECK(parse_input("./a=b.pcap").path == "./a=b.pcap");
    CHECK(parse_input("./a=b.pcap").port.empty());
    CHECK(parse_input("=a.pcap").path == "=a.pcap");
    CHECK(parse_input("north=").path.empty());
}
