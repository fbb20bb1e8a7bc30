// SPDX-License-Identifier: Apache-2.0
// SipHash-1-3 beside OpenSSL's: `openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:8
// -macopt c-rounds:1 -macopt d-rounds:3 -in FILE SipHash`, where FILE holds the bytes 0, 1, 2, ... (Rust's standard
// library tests its SipHash-1-3 against the same 64 numbers).
#include "support/siphash.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace sallyport;

namespace {

/// By the number of bytes hashed.
constexpr std::array<std::uint64_t, 64> vectors = {
    0xabac0158050fc4dcU, 0xc9f49bf37d57ca93U, 0x82cb9b024dc7d44dU, 0x8bf80ab8e7ddf7fbU, 0xcf75576088d38328U,
    0xdef9d52f49533b67U, 0xc50d2b50c59f22a7U, 0xd3927d989bb11140U, 0x369095118d299a8eU, 0x25a48eb36c063de4U,
    0x79de85ee92ff097fU, 0x70c118c1f94dc352U, 0x78a384b157b4d9a2U, 0x306f760c1229ffa7U, 0x605aa111c0f95d34U,
    0xd320d86d2a519956U, 0xcc4fdd1a7d908b66U, 0x9cf2689063dbd80cU, 0x8ffc389cb473e63eU, 0xf21f9de58d297d1cU,
    0xc0dc2f46a6cce040U, 0xb992abfe2b45f844U, 0x7ffe7b9ba320872eU, 0x525a0e7fdae6c123U, 0xf464aeb267349c8cU,
    0x45cd5928705b0979U, 0x3a3e35e3ca9913a5U, 0xa91dc74e4ade3b35U, 0xfb0bed02ef6cd00dU, 0x88d93cb44ab1e1f4U,
    0x540f11d643c5e663U, 0x2370dd1f8c21d1bcU, 0x81157b6c16a7b60dU, 0x4d54b9e57a8ff9bfU, 0x759f12781f2a753eU,
    0xcea1a3bebf186b91U, 0x2cf508d3ada26206U, 0xb6101c2da3c33057U, 0xb3f47496ae3a36a1U, 0x626b57547b108392U,
    0xc1d2363299e41531U, 0x667cc1923f1ad944U, 0x65704ffec8138825U, 0x24f280d1c28949a6U, 0xc2ca1cedfaf8876bU,
    0xc2164bfc9f042196U, 0xa16e9c9368b1d623U, 0x49fb169c8b5114fdU, 0x9f3143f8df074c46U, 0xc6fdaf2412cc86b3U,
    0x7eaf49d10a52098fU, 0x1cf313559d292f9aU, 0xc44a30dda2f41f12U, 0x36fae98943a71ed0U, 0x318fb34c73f0bce6U,
    0xa27abf3670a7e980U, 0xb4bcc0db243c6d75U, 0x23f8d852fdb71513U, 0x8f035f4da67d8a08U, 0xd89cd0e5b7e8f148U,
    0xf6f4e6bcf7a644eeU, 0xaec59ad80f1837f2U, 0xc3b2f6154b6694e0U, 0x9d199062b7bbb3a8U,
};

SipKey reference_key() {
    std::array<std::uint8_t, 16> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i);
    return SipKey::from_bytes(bytes);
}

std::string counting_text(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
        text += static_cast<char>(i);
    return text;
}

/// Words whose bytes in memory order are 0, 1, 2, ...
template <std::size_t Count>
std::array<std::uint64_t, Count> counting_words() {
    std::array<std::uint64_t, Count> words{};
    for (std::size_t i = 0; i < Count * 8; ++i)
        words[i / 8] |= std::uint64_t{i} << (8 * (i % 8));
    return words;
}

template <std::size_t Count>
void compare_words() {
    INFO(Count << " words");
    CHECK(siphash13<Count>(reference_key(), counting_words<Count>()) == vectors[Count * 8]);
}

} // namespace

TEST_CASE("SipHash-1-3 of a text is what OpenSSL computes") {
    for (std::size_t size = 0; size < vectors.size(); ++size) {
        INFO(size << " bytes");
        CHECK(siphash13(reference_key(), std::string_view(counting_text(size))) == vectors[size]);
    }
}

TEST_CASE("SipHash-1-3 of words is that of their bytes") {
    compare_words<0>();
    compare_words<1>();
    compare_words<2>();
    compare_words<3>();
    compare_words<4>();
    compare_words<5>();
    compare_words<6>();
    compare_words<7>();
}

TEST_CASE("the length counts in the hash of a long text only by its lowest byte, as the paper says") {
    // 256 and 512 zero bytes differ by what they absorb, not by their length byte.
    const std::string short_text(256, '\0');
    const std::string long_text(512, '\0');
    CHECK(siphash13(reference_key(), std::string_view(short_text)) !=
          siphash13(reference_key(), std::string_view(long_text)));
}
