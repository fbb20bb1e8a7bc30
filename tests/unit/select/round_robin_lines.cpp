// SPDX-License-Identifier: Apache-2.0
// For round_robin_oracle.py and round_robin_nginx.py: each line of input is weights, each line of output the cycle.
#include "select/round_robin.hpp"

#include <iostream>
#include <sstream>

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::vector<std::uint16_t> weights;
        for (std::uint16_t weight = 0; words >> weight;)
            weights.push_back(weight);
        for (const std::uint16_t member : sallyport::select::build_round_robin(weights))
            std::cout << member << ' ';
        std::cout << '\n';
    }
}
