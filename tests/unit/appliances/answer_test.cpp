// SPDX-License-Identifier: Apache-2.0
#include "geneve/gwlb.hpp"
#include "kit/answer.hpp"
#include "kit/outer_header.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using namespace sallyport::appliances;
using namespace sallyport::appliances::test;

namespace {

struct Recorder : Appliance {
    Verdict verdict = Verdict::pass;
    int visits = 0;
    Visit last;

    Verdict inspect(const Visit& visit, Instant) override {
        ++visits;
        last = visit;
        return verdict;
    }
};

Bytes encapsulated(const Bytes& inner) {
    Bytes bytes(geneve::gwlb_header_size);
    geneve::write_gwlb_header(std::span(bytes).first<geneve::gwlb_header_size>(), 0x0800, 0,
                              {.endpoint_id = 5, .flow_cookie = 9});
    return bytes + inner;
}

Bytes bytes_of(const Answer& answer) {
    return Bytes(answer.head().begin(), answer.head().end()) + Bytes(answer.rest.begin(), answer.rest.end());
}

OuterAddresses received(std::string_view source, std::string_view destination) {
    return {*IpAddress::parse(source), *IpAddress::parse(destination), 49321, 6081, 0x28};
}

} // namespace

TEST_CASE("the answer is the very bytes that were received") {
    Recorder appliance;
    AnswerCounters counters;
    const Bytes payload = encapsulated({0x45, 1, 2, 3});
    const auto reply = answer(payload, appliance, {}, counters);
    REQUIRE(reply);
    CHECK(reply->head().empty());
    CHECK(reply->rest.data() == payload.data());
    CHECK(reply->rest.size() == payload.size());
    CHECK(appliance.last.options.endpoint_id == 5);
    CHECK(appliance.last.options.flow_cookie == 9);
    CHECK(Bytes(appliance.last.packet.begin(), appliance.last.packet.end()) == Bytes{0x45, 1, 2, 3});
    CHECK(counters.passed == 1);
    CHECK(counters.offloaded == 0);
}

TEST_CASE("a verdict about the flow is one option more, behind those that were received; all else stays") {
    struct Said {
        Verdict verdict;
        std::uint8_t on_the_wire;
        bool passes;
    };
    const auto said = GENERATE(
        values<Said>({{Verdict::pass_rest, 1, true}, {Verdict::drop_rest, 2, false}, {Verdict::mirror_only, 3, true}}));
    Recorder appliance;
    appliance.verdict = said.verdict;
    AnswerCounters counters;
    const Bytes received = encapsulated({0x45, 1, 2, 3, 4});
    const auto reply = answer(received, appliance, {}, counters);
    REQUIRE(reply);
    Bytes expected(received.begin(), received.begin() + 40);
    expected[0] = 32 / 4 + 4;
    expected = expected + Bytes{0xff, 0x53, 1, 3, said.on_the_wire, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(bytes_of(*reply) == expected + Bytes{0x45, 1, 2, 3, 4});
    CHECK(reply->size() == received.size() + 16);
    CHECK(counters.passed == (said.passes ? 1 : 0));
    CHECK(counters.dropped == (said.passes ? 0 : 1));
    CHECK(counters.offloaded == 1);
    // Too large for the way: the packet alone, and none where it was only there to carry the verdict.
    const auto shorter = without_verdict(received, *reply);
    REQUIRE(shorter.has_value() == said.passes);
    if (shorter) CHECK(bytes_of(*shorter) == received);
}

TEST_CASE("options that leave no room for a verdict go back as they came, and what is denied does not") {
    Recorder appliance;
    AnswerCounters counters;
    const int free_words = GENERATE(0, 3, 4);
    Bytes full = encapsulated({});
    while (full.size() < 8U + 252U - 4U * static_cast<unsigned>(free_words))
        full = full + Bytes{0xab, 0xcd, 1, 0};
    full[0] = static_cast<std::uint8_t>(63 - free_words);
    full.push_back(0x45);
    appliance.verdict = Verdict::pass_rest;
    const auto reply = answer(full, appliance, {}, counters);
    REQUIRE(reply);
    CHECK((bytes_of(*reply) == full) == (free_words < 4));
    CHECK(reply->size() == full.size() + (free_words < 4 ? 0 : 16));
    appliance.verdict = Verdict::drop_rest;
    CHECK(answer(full, appliance, {}, counters).has_value() == (free_words == 4));
}

TEST_CASE("what the appliance drops has no answer") {
    Recorder appliance;
    appliance.verdict = Verdict::drop;
    AnswerCounters counters;
    CHECK_FALSE(answer(encapsulated({0x45}), appliance, {}, counters));
    CHECK(counters.dropped == 1);
}

TEST_CASE("malformed packets are counted under their fault and never reach the appliance") {
    Recorder appliance;
    AnswerCounters counters;
    Bytes control = encapsulated({0x45});
    control[1] = 0x80;
    Bytes version = encapsulated({0x45});
    version[0] = 0x48;
    CHECK_FALSE(answer(Bytes{}, appliance, {}, counters));
    CHECK_FALSE(answer(control, appliance, {}, counters));
    CHECK_FALSE(answer(version, appliance, {}, counters));
    CHECK(appliance.visits == 0);
    CHECK(counters.received == 3);
    CHECK(counters.malformed[geneve::index(geneve::Fault::header_truncated)] == 1);
    CHECK(counters.malformed[geneve::index(geneve::Fault::control_packet)] == 1);
    CHECK(counters.malformed[geneve::index(geneve::Fault::version_unsupported)] == 1);
}

TEST_CASE("bits that are reserved today go back as they came") {
    Recorder appliance;
    AnswerCounters counters;
    Bytes newer = encapsulated({0x45});
    newer[1] = 0x3F;
    newer[7] = 0xFF;
    CHECK(answer(newer, appliance, {}, counters));
    CHECK(appliance.last.options.endpoint_id == 5);
}

TEST_CASE("GENEVE without GWLB options is shown to the appliance as such") {
    Recorder appliance;
    AnswerCounters counters;
    CHECK(answer(Bytes{0, 0, 0x08, 0, 0, 0, 7, 0, 0x45}, appliance, {}, counters));
    CHECK_FALSE(appliance.last.options.has_endpoint_id);
    CHECK(appliance.last.vni == 7);
}

TEST_CASE("the outer IPv4 header has the addresses swapped and the ports kept") {
    const Bytes payload(3);
    const OuterHeader header = answer_header(received("198.51.100.1", "198.51.100.11"), {}, payload);
    const Bytes expected{0x45, 0x28, 0,   31, 0,   0, 0x40, 0,    64,   17,   0, 0,  198, 51,
                         100,  11,   198, 51, 100, 1, 0xC0, 0xA9, 0x17, 0xC1, 0, 11, 0,   0};
    CHECK(Bytes(header.bytes.begin(), header.bytes.begin() + static_cast<std::ptrdiff_t>(header.size)) == expected);
}

TEST_CASE("the outer IPv6 header has a UDP checksum that adds up, and never zero") {
    for (int value = 0; value < 65536; ++value) {
        // An odd length, so that the last byte counts as the high half of a word.
        const Bytes payload{static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value), 0x5A};
        const OuterHeader header = answer_header(received("2001:db8:51::1", "2001:db8:51::11"), {}, payload);
        std::uint32_t sum = 17 + 8 + 3;
        for (std::size_t at = 8; at < header.size; at += 2) {
            sum += static_cast<std::uint32_t>(header.bytes[at] << 8 | header.bytes[at + 1]);
        }
        sum += static_cast<std::uint32_t>(value) + 0x5A00;
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        const bool is_zero = header.bytes[46] == 0 && header.bytes[47] == 0;
        if (sum != 0xFFFF || is_zero) FAIL_CHECK("payload " << value << ": the sum is " << sum);
    }
}

TEST_CASE("a payload in two pieces has the outer headers of the whole") {
    const Bytes head{1, 2, 3, 4};
    const Bytes rest{5, 6, 7};
    const auto family =
        GENERATE(std::pair("198.51.100.1", "198.51.100.11"), std::pair("2001:db8:51::1", "2001:db8::2"));
    const OuterAddresses outer = received(family.first, family.second);
    const OuterHeader pieces = answer_header(outer, head, rest);
    const OuterHeader whole = answer_header(outer, {}, head + rest);
    CHECK(pieces.size == whole.size);
    CHECK(pieces.bytes == whole.bytes);
}
