// SPDX-License-Identifier: Apache-2.0
// The judge of the other tests beside the printed table of critical values (NIST/SEMATECH e-Handbook, 1.3.6.7.4).
#include "chi_square.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace sallyport::select::test;

TEST_CASE("the tail at the printed critical values is a thousandth") {
    struct Row {
        unsigned degrees;
        double critical;
    };
    for (const Row& row : {Row{1, 10.828}, Row{2, 13.816}, Row{3, 16.266}, Row{9, 27.877}, Row{10, 29.588},
                           Row{49, 85.351}, Row{50, 86.661}, Row{99, 148.230}, Row{100, 149.449}}) {
        INFO(row.degrees << " degrees of freedom");
        CHECK(chi_square_tail(row.critical, row.degrees) == Approx(0.001).epsilon(0.002));
    }
}

TEST_CASE("uneven counts are told from even ones") {
    const std::array<std::uint16_t, 3> weights = {1, 0, 3};
    CHECK(chance_of(std::array<std::uint64_t, 3>{2'500, 0, 7'500}, weights) > 0.99);
    CHECK(chance_of(std::array<std::uint64_t, 3>{2'700, 0, 7'300}, weights) < too_rare);
    CHECK(chance_of(std::array<std::uint64_t, 3>{2'500, 1, 7'499}, weights) < too_rare);
}
