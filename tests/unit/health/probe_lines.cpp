// SPDX-License-Identifier: Apache-2.0
// For the oracle script beside it: probe packets on lines of text. Reads from standard input
//   PROTOCOL SOURCE DESTINATION PORT NUMBER
// and answers each with the packet's hexadecimal bytes, or `nothing`.
#include "health/probe_packet.hpp"

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

using namespace sallyport;

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        unsigned protocol = 0;
        std::string source;
        std::string destination;
        config::GeneveProbe probe;
        std::uint32_t number = 0;
        words >> protocol >> source >> destination >> probe.port >> number;
        const auto from = IpAddress::parse(source);
        const auto to = IpAddress::parse(destination);
        if (!words || !from || !to) {
            std::cerr << "write PROTOCOL SOURCE DESTINATION PORT NUMBER, not: " << line << '\n';
            return 2;
        }
        probe.protocol = static_cast<std::uint8_t>(protocol);
        probe.source = *from;
        probe.destination = *to;
        const auto packet = health::probe_packet(probe, number);
        for (const std::uint8_t byte : packet)
            std::printf("%02x", unsigned{byte});
        std::puts(packet.empty() ? "nothing" : "");
    }
}
