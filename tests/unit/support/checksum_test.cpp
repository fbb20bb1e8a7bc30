// SPDX-License-Identifier: Apache-2.0
// The Internet checksum beside scapy's (checksum_table.hpp, made when the tests are built) and the RFCs' own examples.
#include "support/checksum.hpp"

#include "checksum_table.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace sallyport;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A checksum as it stands in memory, as the number that people write.
std::uint16_t as_written(std::uint16_t in_memory_order) {
    return static_cast<std::uint16_t>(in_memory_order << 8 | in_memory_order >> 8);
}

std::uint16_t word_at(const Bytes& bytes, std::size_t at) {
    std::uint16_t word;
    std::memcpy(&word, bytes.data() + at, 2);
    return word;
}

Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

} // namespace

TEST_CASE("checksums are what scapy computes") {
    for (const ChecksumRow& row : checksum_rows) {
        INFO(row.size << " bytes");
        CHECK(as_written(checksum_finish(checksum_add(0, checksum_bytes + row.begin, row.size))) == row.checksum);
    }
}

TEST_CASE("the example of RFC 1071 section 3 has the sum ddf2") {
    const Bytes bytes = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CHECK(as_written(checksum_fold(checksum_add(0, bytes.data(), bytes.size()))) == 0xddf2);
}

TEST_CASE("the example of RFC 1624 section 4 becomes 0000, not ffff") {
    CHECK(checksum_update(as_written(0xdd2f), as_written(0x5555), as_written(0x3285)) == 0x0000);
}

TEST_CASE("a sum may be taken in pieces when all but the last are even") {
    std::mt19937_64 random(1);
    for (int round = 0; round < 500; ++round) {
        const Bytes bytes = random_bytes(random, random() % 200);
        const std::size_t cut = bytes.empty() ? 0 : (random() % bytes.size()) & ~std::size_t{1};
        const std::uint64_t pieces =
            checksum_add(checksum_add(0, bytes.data(), cut), bytes.data() + cut, bytes.size() - cut);
        CHECK(checksum_fold(pieces) == checksum_fold(checksum_add(0, bytes.data(), bytes.size())));
    }
}

TEST_CASE("folding keeps every carry, also of the largest sums") {
    const Bytes ones(65536, 0xff);
    CHECK(checksum_fold(checksum_add(0, ones.data(), ones.size())) == 0xffff);
    CHECK(checksum_fold(0xffff'ffff'ffff'ffffU) == 0xffff);
    CHECK(checksum_fold(0xffff'ffff'0000'0001U) == 1);
}

TEST_CASE("a checksum updated for one word equals the one computed again") {
    std::mt19937_64 random(2);
    for (int round = 0; round < 2000; ++round) {
        // As in a header: some word is never zero (RFC 1624 section 3 is about the sum of nothing).
        Bytes bytes = random_bytes(random, 2 + 2 * (random() % 40));
        bytes[0] = 0x45;
        const std::uint16_t before = checksum_finish(checksum_add(0, bytes.data(), bytes.size()));
        const std::size_t at = bytes.size() > 2 ? 2 + 2 * (random() % (bytes.size() / 2 - 1)) : 0;
        const std::uint16_t old_word = word_at(bytes, at);
        bytes[at + 1] = static_cast<std::uint8_t>(round % 7 == 0 ? 0 : random());
        CHECK(checksum_update(before, old_word, word_at(bytes, at)) ==
              checksum_finish(checksum_add(0, bytes.data(), bytes.size())));
    }
}
