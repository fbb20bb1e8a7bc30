// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/sealed_cookie.hpp"

#include "../../control/temporary_folder.hpp"
#include "balance/l7/base64url.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>

using namespace sallyport;
using namespace std::chrono_literals;

namespace {

const std::string first_key(64, '1');
const std::string second_key(64, '2');

std::shared_ptr<const l7::CookieKeys> keys_of(const std::string& text) {
    return std::make_shared<const l7::CookieKeys>(*l7::CookieKeys::parse(text));
}

l7::CookieSealer sealer_of(const std::string& keys) {
    static std::uint64_t seed = 0;
    return {keys_of(keys), {++seed, seed}};
}

const l7::StickyContent content{l7::SealedKind::load_balancer, 0x1122334455667788, 0x99aabbccddeeff00,
                                std::chrono::sys_seconds(1'800'000'000s)};

std::string sealed_by(l7::CookieSealer& sealer, const l7::StickyContent& what = content) {
    l7::SealedText text;
    REQUIRE(sealer.seal(what, text));
    return {text.data(), text.size()};
}

std::string message_of(const std::string& keys) {
    const auto read = l7::CookieKeys::parse(keys);
    return read ? "" : read.error().message;
}

} // namespace

TEST_CASE("what is sealed is opened by whoever has the key, and by nobody else") {
    auto sealer = sealer_of(first_key);
    auto peer = sealer_of(first_key);
    auto stranger = sealer_of(second_key);
    for (const auto kind : {l7::SealedKind::load_balancer, l7::SealedKind::group, l7::SealedKind::application}) {
        l7::StickyContent each = content;
        each.kind = kind;
        const std::string text = sealed_by(sealer, each);
        CHECK(sealer.open(text) == each);
        CHECK(peer.open(text) == each);
        CHECK_FALSE(stranger.open(text));
    }
}

TEST_CASE("a sealed text is never the same twice and has nothing in it that a cookie may not have") {
    auto sealer = sealer_of(first_key);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string text = sealed_by(sealer);
        CHECK(text.size() == l7::sealed_text_bytes);
        CHECK(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
        CHECK(seen.insert(text).second);
    }
}

TEST_CASE("a sealed text of which any bit was changed is not opened") {
    auto sealer = sealer_of(first_key);
    const std::string text = sealed_by(sealer);
    std::array<std::uint8_t, l7::sealed_bytes> bytes;
    REQUIRE(l7::read_base64url(text, bytes));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
        std::string changed(text.size(), ' ');
        l7::write_base64url(bytes, changed.data());
        CHECK_FALSE(sealer.open(changed));
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    }
    CHECK(sealer.open(text));
}

TEST_CASE("texts of other lengths and with other letters are not opened") {
    auto sealer = sealer_of(first_key);
    const std::string text = sealed_by(sealer);
    for (const std::string& bad : {std::string(), text.substr(1), text + "A", text + "=", "+" + text.substr(1)})
        CHECK_FALSE(sealer.open(bad));
    // The last letter has bits that mean nothing: only one of its spellings is ours.
    unsigned opened = 0;
    for (const char letter : std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
        if (sealer.open(text.substr(0, text.size() - 1) + letter)) ++opened;
    }
    CHECK(opened == 1);
}

TEST_CASE("keys rotate: the first one seals, and all of them open") {
    auto sealer = sealer_of(first_key);
    const std::string old_text = sealed_by(sealer);
    sealer.use(keys_of(second_key + "\n" + first_key));
    CHECK(sealer.open(old_text) == content);
    const std::string new_text = sealed_by(sealer);
    auto second_alone = sealer_of(second_key);
    CHECK(second_alone.open(new_text) == content);
    sealer.use(keys_of(second_key));
    CHECK_FALSE(sealer.open(old_text));
    CHECK(sealer.open(new_text) == content);
}

TEST_CASE("a file of keys is read, with remarks in it, and its faults are told with their line") {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "keys") << "# new\r\n" << first_key << "\r\n\n " << second_key << "\n";
    const auto read = l7::CookieKeys::load(folder / "keys");
    REQUIRE(read);
    REQUIRE(read->keys().size() == 2);
    CHECK(read->keys()[0][31] == 0x11);
    CHECK(read->keys()[1][0] == 0x22);
    CHECK_FALSE(l7::CookieKeys::load(folder / "none"));
    CHECK(message_of("").find("there is no key") != std::string::npos);
    CHECK(message_of("# x\n" + first_key + "0\n").find("line 2") != std::string::npos);
    CHECK(message_of(first_key.substr(1) + "g").find("line 1") != std::string::npos);
    std::string nine;
    for (int i = 0; i < 9; ++i)
        nine += first_key + "\n";
    CHECK(message_of(nine).find("more than 8") != std::string::npos);
}

TEST_CASE("keys that are made at start differ") {
    const auto one = l7::CookieKeys::random();
    const auto other = l7::CookieKeys::random();
    REQUIRE(one);
    REQUIRE(other);
    CHECK(one->keys()[0] != other->keys()[0]);
}

TEST_CASE("who a target is depends on its address, family and port alone") {
    const auto id = [](const char* address, std::uint16_t port) {
        return l7::target_identity(*IpAddress::parse(address), port);
    };
    CHECK(id("192.0.2.1", 80) == id("192.0.2.1", 80));
    CHECK(std::set<std::uint64_t>{id("192.0.2.1", 80), id("192.0.2.1", 81), id("192.0.2.2", 80),
                                  id("::ffff:192.0.2.1", 80), id("2001:db8::1", 80)}
              .size() == 5);
    CHECK(l7::group_identity("a") != l7::group_identity("b"));
}
