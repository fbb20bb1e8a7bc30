// SPDX-License-Identifier: Apache-2.0
#include "geneve/gwlb.hpp"
#include "geneve/verdict.hpp"
#include "packets.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace sallyport::geneve;
using test::Bytes;
using test::from_hex;

namespace {

const std::string gwlb =
    "01 08 01 02 2b 8e e1 d4 db 0c 51 c4 01 08 02 02 00 00 00 00 00 00 00 00 01 08 03 01 ca fe 00 01 ";
const std::string verdict = "ff 53 01 03 01 00 00 1e 00 00 00 00 00 10 00 00 ";

struct Malformed {
    std::string sentence;
    std::string options;
};

} // namespace

TEST_CASE("a verdict is found behind, before and between other options") {
    const std::string options =
        GENERATE(gwlb + verdict, verdict + gwlb, gwlb + "ff 53 02 00 " + verdict + "ab cd 01 01 00 00 00 00");
    const ReadVerdict read = read_verdict(from_hex(options));
    CHECK(read.found == VerdictFound::verdict);
    CHECK(read.option == VerdictOption{FlowVerdict::pass_rest, 30, 1U << 20});
}

TEST_CASE("without a verdict there is none, whatever else there is") {
    const std::string options = GENERATE(std::string(), gwlb, gwlb + "ff 53 02 03 01 00 00 1e 00 00 00 00 00 10 00 00",
                                         gwlb + "ff 54 01 03 01 00 00 1e 00 00 00 00 00 10 00 00",
                                         gwlb + "ff 53 81 03 01 00 00 1e 00 00 00 00 00 10 00 00");
    CHECK(read_verdict(from_hex(options)).found == VerdictFound::none);
}

TEST_CASE("what is no verdict that we know is malformed, not guessed at") {
    const auto malformed = GENERATE(values<Malformed>({
        {"no verdict", "ff 53 01 03 00 00 00 00 00 00 00 00 00 00 00 00"},
        {"a verdict of later", "ff 53 01 03 04 00 00 00 00 00 00 00 00 00 00 00"},
        {"a bit that is zero today", "ff 53 01 03 01 80 00 00 00 00 00 00 00 00 00 00"},
        {"a reserved bit of the option's header", "ff 53 01 23 01 00 00 00 00 00 00 00 00 00 00 00"},
        {"eight bytes", "ff 53 01 02 01 00 00 00 00 00 00 00"},
        {"no data", "ff 53 01 00"},
        {"cut off", "ff 53 01 03 01 00 00 00"},
        {"twice the same", verdict + verdict},
        {"sound, but options behind it overrun", verdict + "ab cd 01 02 00 00 00 00"},
    }));
    INFO(malformed.sentence);
    CHECK(read_verdict(from_hex(malformed.options)).found == VerdictFound::malformed);
}

TEST_CASE("what is written is read") {
    const VerdictOption option = GENERATE(VerdictOption{FlowVerdict::pass_rest, 0, 0},
                                          VerdictOption{FlowVerdict::drop_rest, 65535, ~std::uint64_t{0}},
                                          VerdictOption{FlowVerdict::mirror_only, 0x0102, 0x0304050607080900});
    Bytes bytes(verdict_option_size, 0xEE);
    write_verdict(std::span(bytes).first<verdict_option_size>(), option);
    const ReadVerdict read = read_verdict(bytes);
    CHECK(read.found == VerdictFound::verdict);
    CHECK(read.option == option);
    CHECK(check_options(bytes) == Fault::none);
}

TEST_CASE("a gateway that knows no verdicts reads its own options past one") {
    GwlbOptions options;
    REQUIRE(read_gwlb_options(from_hex(gwlb + verdict), options) == Fault::none);
    CHECK(options.complete());
    CHECK(options.flow_cookie == 0xcafe0001);
}
