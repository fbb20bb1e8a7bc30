// SPDX-License-Identifier: Apache-2.0
// For maglev_oracle.py: each line of input is "SLOTS NAME=WEIGHT NAME=WEIGHT ...", each line of output the table.
#include "select/maglev.hpp"

#include <cstdlib>
#include <iostream>
#include <sstream>

using namespace sallyport::select;

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::uint32_t slots = 0;
        words >> slots;
        std::vector<MaglevMember> members;
        for (std::string word; words >> word;) {
            const std::size_t equals = word.rfind('=');
            const unsigned long weight = std::strtoul(word.c_str() + equals + 1, nullptr, 10);
            members.push_back({word.substr(0, equals), static_cast<std::uint16_t>(weight)});
        }
        for (const std::uint16_t member : build_maglev(members, slots))
            std::cout << member << ' ';
        std::cout << '\n';
    }
}
