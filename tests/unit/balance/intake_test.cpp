// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/intake.hpp"
#include "hello.hpp"

using namespace sallyport;
using namespace sallyport::balance;
using namespace sallyport::test;

namespace {

const ClientRoute route{{IpAddress::v4(0xC0000201), 1}, {IpAddress::v4(0xC0000202), 2}};

IntakeWish wish(bool header, bool hello) {
    IntakeWish made;
    made.expects_header = header;
    made.wants_hello = hello;
    return made;
}

Bytes header_with_field() {
    ProxyHeaderWriter writer(route);
    writer.add(TlvType::unique_id, "me");
    return writer.finish();
}

} // namespace

TEST_CASE("without a wish the intake is done before the first byte") {
    CHECK(Intake(wish(false, false)).state() == Intake::State::done);
}

TEST_CASE("header and hello in one stream, byte by byte, and not a byte of the payload lost") {
    const Bytes hello = in_records_of(hello_message({server_name("a.example")}), 10);
    Bytes all = header_with_field();
    append(all, hello);
    Intake intake(wish(true, true));
    for (std::size_t i = 0; i < all.size(); ++i) {
        REQUIRE(intake.state() == Intake::State::needs_more);
        REQUIRE(intake.room() > 0);
        CHECK(intake.hello() == nullptr);
        intake.add(std::span(all).subspan(i, 1));
    }
    REQUIRE(intake.state() == Intake::State::done);
    CHECK(intake.route() == route);
    REQUIRE(intake.hello() != nullptr);
    CHECK(intake.hello()->server_name == "a.example");
    TlvReader reader(intake.tlvs());
    Tlv tlv;
    REQUIRE(reader.next(tlv));
    CHECK(std::string(tlv.value.begin(), tlv.value.end()) == "me");
    CHECK(intake.take_payload() == hello);
}

TEST_CASE("what comes with the header is payload") {
    Bytes all = header_with_field();
    append(all, {'G', 'E', 'T'});
    Intake intake(wish(true, false));
    CHECK(intake.add(all) == Intake::State::done);
    CHECK(intake.take_payload() == Bytes{'G', 'E', 'T'});
}

TEST_CASE("what is not TLS is for the rules, what is broken TLS is for nobody") {
    Intake plain(wish(false, true));
    CHECK(plain.add(Bytes{'G', 'E', 'T'}) == Intake::State::done);
    CHECK(plain.hello() == nullptr);
    Intake broken(wish(false, true));
    CHECK(broken.add(Bytes{22, 3, 1, 0, 0}) == Intake::State::bad_hello);
    CHECK(broken.sentence() == describe(HelloFault::empty_record));
}

TEST_CASE("from a trusted upstream a header has to come") {
    Intake intake(wish(true, true));
    CHECK(intake.add(Bytes{'G', 'E', 'T'}) == Intake::State::bad_header);
    CHECK(intake.sentence() == describe(ProxyFault::no_signature));
}

TEST_CASE("header and hello at their longest still end within the room") {
    ProxyHeaderWriter writer(route);
    writer.add(TlvType::noop, Bytes(max_proxy_header_size - 28 - 7 - 3));
    Bytes all = writer.finish();
    Bytes message = {1, 0, 0x3F, 0xF0};
    message.resize(20'000);
    append(all, in_records_of(message, 7));
    Intake intake(wish(true, true));
    std::size_t at = 0;
    while (intake.state() == Intake::State::needs_more) {
        const std::size_t size = std::min<std::size_t>(1000, intake.room());
        REQUIRE(size > 0);
        intake.add(std::span(all).subspan(at, size));
        at += size;
    }
    CHECK(intake.state() == Intake::State::bad_hello);
    CHECK(intake.sentence() == describe(HelloFault::hello_too_long));
}
