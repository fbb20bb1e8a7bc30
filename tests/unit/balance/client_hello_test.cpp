// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/client_hello.hpp"
#include "hello.hpp"

#include <algorithm>

using namespace sallyport;
using namespace sallyport::balance;
using namespace sallyport::test;

namespace {

using State = ClientHelloReader::State;

struct Read {
    State state = State::needs_more;
    HelloFault fault = HelloFault::none;
    ClientHello hello;
    friend bool operator==(const Read& a, const Read& b) {
        return a.state == b.state && a.fault == b.fault && a.hello.server_name == b.hello.server_name &&
               a.hello.alpn == b.hello.alpn;
    }
};

/// In the pieces that end at `ends`; each piece in memory of its own, so that a sanitizer sees what is read past it.
Read read_in_pieces(const Bytes& bytes, const std::vector<std::size_t>& ends) {
    ClientHelloReader reader;
    Read read;
    for (const std::size_t end : ends) {
        const Bytes exact(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(end));
        read.state = reader.read(exact);
    }
    read.fault = reader.fault();
    if (read.state == State::done) read.hello = reader.hello();
    return read;
}

Read read_whole(const Bytes& bytes) {
    return read_in_pieces(bytes, {bytes.size()});
}

/// Whatever the cut, and byte by byte, it is read as it is whole; and never before its last byte.
void check_all_cuts(const Bytes& bytes) {
    const Read whole = read_whole(bytes);
    REQUIRE(whole.state == State::done);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        INFO("cut at " << cut);
        REQUIRE(read_in_pieces(bytes, {cut}).state == State::needs_more);
        REQUIRE(read_in_pieces(bytes, {cut, bytes.size()}) == whole);
    }
    std::vector<std::size_t> each(bytes.size());
    for (std::size_t i = 0; i < each.size(); ++i)
        each[i] = i + 1;
    CHECK(read_in_pieces(bytes, each) == whole);
}

} // namespace

TEST_CASE("what openssl asks for is read, in whatever pieces it comes") {
    const std::string wish = "-servername www.Example.com -alpn h2,http/1.1";
    for (const std::string version : {"-tls1_2", "-tls1_3", ""}) {
        const Bytes hello = openssl_hello(version + " " + wish);
        const Read read = read_whole(hello);
        REQUIRE(read.state == State::done);
        CHECK(read.hello.server_name == "www.Example.com");
        CHECK(read.hello.alpn == std::vector<std::string>{"h2", "http/1.1"});
        check_all_cuts(hello);
    }
}

TEST_CASE("a hello cut into many records is read as the whole one") {
    const Bytes hello = openssl_hello("-servername www.example.com -alpn h2");
    const Read whole = read_whole(hello);
    for (const std::size_t size : {1U, 2U, 3U, 5U, 64U, 100U}) {
        const Bytes records = in_records_of(message_of(hello), size);
        CHECK(read_whole(records) == whole);
        check_all_cuts(records);
    }
}

TEST_CASE("openssl's own fragments of a long hello are read") {
    std::string protocols = "h2";
    for (int i = 0; i < 60; ++i)
        protocols += ",protocol-" + std::to_string(i);
    const Bytes hello = openssl_hello("-max_send_frag 512 -servername www.example.com -alpn " + protocols);
    CHECK(hello.size() > 512 + 10); // more records than one
    const Read read = read_whole(hello);
    REQUIRE(read.state == State::done);
    CHECK(read.hello.server_name == "www.example.com");
    CHECK(read.hello.alpn.size() == max_alpn_names);
    check_all_cuts(hello);
}

TEST_CASE("a hello without a name is done, and has none") {
    const Read read = read_whole(openssl_hello("-noservername"));
    CHECK(read.state == State::done);
    CHECK(read.hello.server_name.empty());
    CHECK(read.hello.alpn.empty());
    const Bytes old = in_records_of(message_with_body(front_fields()), 16384); // no extensions at all
    CHECK(read_whole(old).state == State::done);
    CHECK(read_whole(in_records_of(hello_message({}), 16384)).state == State::done);
}

TEST_CASE("grease is stepped over") {
    const Bytes message = hello_message({extension(0x0A0A, {}), server_name("a.example"), extension(0xFAFA, {0}),
                                         alpn({"\x0A\x0A", "h2", "\xFA\xFA"})});
    const Read read = read_whole(in_records_of(message, 16384));
    CHECK(read.hello.server_name == "a.example");
    CHECK(read.hello.alpn == std::vector<std::string>{"h2"});
}

TEST_CASE("names of other types are stepped over") {
    const Bytes list = server_name_list({{std::uint8_t{7}, "x"}, {std::uint8_t{0}, "a.example"}});
    CHECK(read_whole(in_records_of(hello_message({extension(0, list)}), 16384)).hello.server_name == "a.example");
}

TEST_CASE("bytes behind the hello are nobody's here") {
    Bytes bytes = in_records_of(hello_message({server_name("a.example")}), 16384);
    append(bytes, {23, 3, 3, 0, 1, 0});
    CHECK(read_whole(bytes).hello.server_name == "a.example");
}

TEST_CASE("each fault of a hello has its name") {
    const Bytes good = hello_message({server_name("a.example")});
    const auto records = [](const Bytes& message) { return in_records_of(message, 16384); };
    const auto changed = [](Bytes bytes, std::size_t at, std::uint8_t value) {
        bytes.at(at) = value;
        return bytes;
    };
    const auto with = [&](const std::vector<Bytes>& extensions) { return records(hello_message(extensions)); };
    const auto behind_front = [&](const Bytes& rest) {
        Bytes body = front_fields();
        append(body, rest);
        return records(message_with_body(body));
    };
    const Bytes pieces = in_records_of(good, 20);
    const std::string http = "GET / HTTP/1.1\r\n";
    Bytes second_of_one_byte = in_records_of(good, 3);
    const std::tuple<const char*, Bytes, HelloFault> faults[] = {
        {"HTTP", Bytes(http.begin(), http.end()), HelloFault::not_tls},
        {"one byte of something else", {'G'}, HelloFault::not_tls},
        {"an alert", {21, 3, 1, 0, 2, 1, 0}, HelloFault::not_tls},
        {"SSL 2", {0x80, 0x2E, 1, 3, 1}, HelloFault::not_tls},
        {"a record of version 2", changed(records(good), 1, 2), HelloFault::not_tls},
        {"a second record of version 2", changed(pieces, 26, 2), HelloFault::wrong_version},
        {"an empty record", {22, 3, 1, 0, 0}, HelloFault::empty_record},
        {"an empty second record", changed(second_of_one_byte, 12, 0), HelloFault::empty_record},
        {"a record of 16385 bytes", {22, 3, 1, 0x40, 0x01}, HelloFault::record_too_long},
        {"a ServerHello", records(message_with_body(front_fields(), 2)), HelloFault::not_client_hello},
        {"an alert between", changed(pieces, 25, 21), HelloFault::interrupted},
        {"a message of 16 MB", {22, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF}, HelloFault::hello_too_long},
        {"a message of 16381 bytes", {22, 3, 1, 0, 4, 1, 0, 0x3F, 0xFD}, HelloFault::hello_too_long},
        {"nothing in it", records(message_with_body({})), HelloFault::field_overruns},
        {"a session id past the end", records(changed(good, 4 + 34, 255)), HelloFault::field_overruns},
        {"an extension past the end", behind_front({0, 4, 0, 5, 0, 1}), HelloFault::field_overruns},
        {"half an extension", behind_front({0, 2, 0, 0}), HelloFault::field_overruns},
        {"extensions past the end", behind_front({0, 9, 0, 0}), HelloFault::field_overruns},
        {"half a length of extensions", behind_front({0}), HelloFault::field_overruns},
        {"bytes behind the extensions", behind_front({0, 0, 0}), HelloFault::trailing_bytes},
        {"two names", with({server_name("a.example"), server_name("b.example")}), HelloFault::extension_twice},
        {"two lists", with({alpn({"h2"}), alpn({"h2"})}), HelloFault::extension_twice},
        {"two names in one list",
         with({extension(0, server_name_list({{std::uint8_t{0}, "a.example"}, {std::uint8_t{0}, "b.example"}}))}),
         HelloFault::server_name_malformed},
        {"an empty name", with({server_name("")}), HelloFault::server_name_malformed},
        {"a name of 256 bytes", with({server_name(std::string(256, 'a'))}), HelloFault::server_name_malformed},
        {"a name with a zero", with({server_name(std::string("a\0.example", 10))}), HelloFault::server_name_malformed},
        {"a name with a space", with({server_name("a b")}), HelloFault::server_name_malformed},
        {"a name in UTF-8", with({server_name("b\xC3\xBC")}), HelloFault::server_name_malformed},
        {"no list", with({extension(0, {})}), HelloFault::server_name_malformed},
        {"an empty list", with({extension(0, {0, 0})}), HelloFault::server_name_malformed},
        {"a list past its extension", with({extension(0, {0, 9, 0, 0, 1, 'a'})}), HelloFault::server_name_malformed},
        {"a name past its list", with({extension(0, {0, 4, 0, 0, 9, 'a'})}), HelloFault::server_name_malformed},
        {"bytes behind the list", with({extension(0, {0, 4, 0, 0, 1, 'a', 0})}), HelloFault::server_name_malformed},
        {"an empty protocol", with({alpn({""})}), HelloFault::alpn_malformed},
        {"a protocol past its list", with({extension(16, {0, 2, 9, 'a'})}), HelloFault::alpn_malformed},
        {"bytes behind the protocols", with({extension(16, {0, 2, 1, 'a', 0})}), HelloFault::alpn_malformed},
    };
    std::vector<bool> seen(13);
    seen[0] = true;
    for (const auto& [sentence, bytes, fault] : faults) {
        INFO(sentence);
        const Bytes exact(bytes.begin(), bytes.end());
        const Read read = read_whole(exact);
        CHECK(read.state == State::failed);
        CHECK(describe(read.fault) == describe(fault));
        seen[static_cast<std::size_t>(fault)] = true;
    }
    CHECK(std::count(seen.begin(), seen.end(), false) == 0); // a fault without a line here
}

TEST_CASE("a hello that never ends is given up at the bound") {
    Bytes message = {1, 0, 0x30, 0};
    message.resize(20'000);
    const Bytes records = in_records_of(message, 1); // six bytes for one
    ClientHelloReader reader;
    std::size_t size = 1;
    while (reader.read(std::span(records).first(size)) == State::needs_more)
        ++size;
    CHECK(size == max_client_hello_size);
    CHECK(reader.fault() == HelloFault::hello_too_long);
}
