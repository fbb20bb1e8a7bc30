// SPDX-License-Identifier: Apache-2.0
#include "hello.hpp"
#include "running_proxy.hpp"

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;

namespace {

IpPrefix prefix(const char* text) {
    return IpPrefix::parse(text).value();
}

std::string text_of(const Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

const ClientRoute far_client{{IpAddress::v4(0xC000020A), 40000}, {IpAddress::v4(0xC6336401), 443}};
const std::string far_line = "PROXY TCP4 192.0.2.10 198.51.100.1 40000 443\r\n";

StreamListener trusting(const char* trusted) {
    StreamListener listener;
    listener.trusted = {prefix(trusted)};
    return listener;
}

StreamListener needing_sni() {
    StreamListener listener;
    listener.needs_sni = true;
    return listener;
}

/// A listening socket whose queue is full: what connects to it hears nothing.
class DeafServer {
public:
    DeafServer() : server_(local_v4, 0), first_(Wire::to(server_.address())) {
        // Linux takes one more than the backlog says.
        second_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        const KernelAddress address(server_.address());
        ::connect(second_.number(), address.get(), address.size);
    }
    [[nodiscard]] const Server& server() const { return server_; }

private:
    Server server_;
    Wire first_;
    Descriptor second_;
};

/// The header that a target got, up to its end.
ProxyReading read_header(const Wire& target, Bytes& bytes) {
    ProxyReading reading;
    while (reading.state == Reading::needs_more) {
        bytes.push_back(static_cast<std::uint8_t>(target.receive(1)[0]));
        reading = read_proxy_header(bytes);
    }
    REQUIRE(reading.state == Reading::done);
    return reading;
}

std::string field(const ProxyReading& reading, TlvType type) {
    TlvReader reader(reading.header.tlvs);
    for (Tlv tlv; reader.next(tlv);)
        if (tlv.type == type) return {tlv.value.begin(), tlv.value.end()};
    return "none";
}

} // namespace

TEST_CASE("a target that refuses is left out, and the next one taken") {
    const ClosedPort closed;
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(7, closed), choice(8, server)};
    const Pair ends = Pair::through(proxy.listen({}), server);
    ends.client.send("x");
    CHECK(ends.target.receive(1) == "x");
    CHECK(proxy.targets.failures() == std::vector<std::pair<TargetId, ConnectFailure>>{{7, ConnectFailure::refused}});
    REQUIRE(proxy.targets.asked().size() == 2);
    CHECK(proxy.targets.asked()[1].failed == std::vector<TargetId>{7});
    CHECK(proxy.ask([](Proxy& all) { return all.connections(7); }) == 0);
    CHECK(proxy.ask([](Proxy& all) { return all.connections(8); }) == 1);
}

TEST_CASE("whoever joins a target leaves it, and bytes are told while they go") {
    const ClosedPort closed;
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(7, closed), choice(8, server)};
    Pair ends = Pair::through(proxy.listen({}), server);
    ends.client.send("12345");
    CHECK(ends.target.receive(5) == "12345");
    ends.target.send("123");
    CHECK(ends.client.receive(3) == "123");
    proxy.wait_until([&](Proxy&) { return proxy.targets.carried_from() == 3; });
    CHECK(proxy.targets.carried_to() == 5);
    CHECK(proxy.targets.at(7) == 0);
    CHECK(proxy.targets.at(8) == 1);
    ends.client.reset();
    static_cast<void>(proxy.targets.wait_for_end());
    CHECK(proxy.targets.at(8) == 0);
}

TEST_CASE("a target that does not answer is left out after the timeout") {
    const DeafServer deaf;
    const Server server;
    ProxySettings settings;
    settings.connect_timeout = 200ms;
    RunningProxy proxy(settings);
    proxy.targets.choices = {choice(7, deaf.server()), choice(8, server)};
    const Pair ends = Pair::through(proxy.listen({}), server);
    ends.client.send("x");
    CHECK(ends.target.receive(1) == "x");
    CHECK(proxy.targets.failures() == std::vector<std::pair<TargetId, ConnectFailure>>{{7, ConnectFailure::timed_out}});
}

TEST_CASE("after three targets in vain the client is reset") {
    const ClosedPort closed;
    RunningProxy proxy;
    for (const TargetId target : {1U, 2U, 3U, 4U})
        proxy.targets.choices.push_back(choice(target, closed));
    const Wire client = Wire::to(proxy.listen({}));
    CHECK(client.sees_reset());
    const StreamReport report = proxy.targets.wait_for_end();
    CHECK(word(report.end.value()) == "connect_failed");
    CHECK(report.attempts == 3);
    CHECK(report.target == 3U);
    CHECK(proxy.targets.failures().size() == 3);
}

TEST_CASE("a client without a target is reset") {
    RunningProxy proxy;
    const Wire client = Wire::to(proxy.listen({}));
    CHECK(client.sees_reset());
    const StreamReport report = proxy.targets.wait_for_end();
    CHECK(word(report.end.value()) == "no_target");
    CHECK_FALSE(report.target);
}

TEST_CASE("a trusted upstream's header tells who the client is, and is not passed on") {
    ProxyHeaderWriter writer(far_client);
    for (const std::string& header : {far_line, text_of(writer.finish())}) {
        const Server server;
        RunningProxy proxy;
        proxy.targets.choices = {choice(1, server)};
        const Wire client = Wire::to(proxy.listen(trusting("127.0.0.0/8")));
        client.send(header + "data");
        const Wire target = server.accept();
        CHECK(target.receive(4) == "data");
        REQUIRE(proxy.targets.asked().size() == 1);
        CHECK(proxy.targets.asked()[0].route == far_client);
        CHECK(proxy.targets.asked()[0].peer == client.address());
    }
}

TEST_CASE("from anybody else a header is bytes like others, and not believed") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const Pair ends = Pair::through(proxy.listen(trusting("192.0.2.0/24")), server);
    ends.client.send(far_line);
    CHECK(ends.target.receive(far_line.size()) == far_line);
    CHECK(proxy.targets.asked().at(0).route.source == ends.client.address());
}

TEST_CASE("a trusted upstream's own check is from the upstream") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress address = proxy.listen(trusting("127.0.0.1/32"));
    const Wire client = Wire::to(address);
    ProxyHeaderWriter writer(std::nullopt);
    client.send(text_of(writer.finish()));
    const Wire target = server.accept();
    CHECK(proxy.targets.asked().at(0).route == ClientRoute{client.address(), address});
}

TEST_CASE("a trusted upstream without a sound header is reset, and the report says why") {
    RunningProxy proxy;
    const Wire client = Wire::to(proxy.listen(trusting("127.0.0.1/32")));
    client.send("GET / HTTP/1.1\r\n");
    CHECK(client.sees_reset());
    const StreamReport report = proxy.targets.wait_for_end();
    CHECK(word(report.end.value()) == "bad_proxy_header");
    CHECK(report.sentence == "The connection does not begin with a PROXY header");
}

TEST_CASE("who says nothing where something has to come is reset after a while") {
    ProxySettings settings;
    settings.intake_timeout = 100ms;
    RunningProxy proxy(settings);
    const SocketAddress address = proxy.listen(needing_sni());
    const Wire silent = Wire::to(address);
    const Wire slow = Wire::to(address);
    slow.send("\x16\x03");
    CHECK(silent.sees_reset());
    CHECK(slow.sees_reset());
    for (const StreamReport& report : proxy.targets.wait_for_ends(2))
        CHECK(word(report.end.value()) == "intake_timeout");
}

TEST_CASE("who leaves before a target was chosen has left") {
    RunningProxy proxy;
    const SocketAddress address = proxy.listen(needing_sni());
    Wire client = Wire::to(address);
    client.send("\x16");
    client.close();
    CHECK(word(proxy.targets.wait_for_end().end.value()) == "client_left");
    Wire rude = Wire::to(address);
    rude.send("\x16");
    rude.reset();
    CHECK(proxy.targets.wait_for_ends(2)[1].end != StreamEnd::intake_timeout);
}

TEST_CASE("the server name is read from a hello in pieces, and the target gets every byte of it") {
    const std::string hello = text_of(in_records_of(hello_message({server_name("a.example"), alpn({"h2"})}), 30));
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const Wire client = Wire::to(proxy.listen(needing_sni()));
    const int at_once = 1; // each byte a segment of its own
    ::setsockopt(client.number(), IPPROTO_TCP, 1, &at_once, sizeof at_once);
    for (const char byte : hello)
        client.send(std::string(1, byte));
    client.send("more");
    const Wire target = server.accept();
    CHECK(target.receive(hello.size() + 4) == hello + "more");
    CHECK(proxy.targets.asked().at(0).server_name == "a.example");
    CHECK(proxy.ask([](Proxy& all) { return all.streams(1); }).at(0).server_name == "a.example");
}

TEST_CASE("what is no TLS goes where the chooser says; a broken hello goes nowhere") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress address = proxy.listen(needing_sni());
    const Wire plain = Wire::to(address);
    plain.send("GET /");
    const Wire target = server.accept();
    CHECK(target.receive(5) == "GET /");
    CHECK_FALSE(proxy.targets.asked().at(0).server_name);
    const Wire broken = Wire::to(address);
    broken.send(std::string("\x16\x03\x01\x00\x00", 5));
    CHECK(broken.sees_reset());
    CHECK(word(proxy.targets.wait_for_end().end.value()) == "bad_client_hello");
    CHECK(proxy.targets.asked().size() == 1);
}

TEST_CASE("a target that wants it gets a PROXY header before the first byte") {
    const Server server;
    RunningProxy proxy;
    TargetChoice with_header = choice(1, server);
    with_header.header.emplace();
    with_header.header->tlvs = {{TlvType::aws, aws_endpoint_value(0x2b8ee1d4db0c51c4)},
                                {TlvType::chain_name, {'p', 'e', 'r'}}};
    proxy.targets.choices = {with_header};
    const SocketAddress address = proxy.listen(needing_sni());
    const std::string hello = text_of(in_records_of(hello_message({server_name("a.example")}), 16384));
    const Wire client = Wire::to(address);
    client.send(hello);
    const Wire target = server.accept();
    Bytes bytes;
    const ProxyReading reading = read_header(target, bytes);
    CHECK(reading.header.route == ClientRoute{client.address(), address});
    CHECK(field(reading, TlvType::authority) == "a.example");
    CHECK(field(reading, TlvType::aws) == "\x01"
                                          "0x2b8ee1d4db0c51c4");
    CHECK(field(reading, TlvType::chain_name) == "per");
    CHECK(target.receive(hello.size()) == hello);
    client.finish();
    CHECK(target.sees_end());
    CHECK(proxy.ask([](Proxy& all) { return all.streams(1); }).at(0).bytes_from_client == hello.size());
}

TEST_CASE("a header goes out though the client has said nothing yet") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    proxy.targets.choices[0].header.emplace();
    const Pair ends = Pair::through(proxy.listen({}), server);
    Bytes bytes;
    CHECK(read_header(ends.target, bytes).header.route->source == ends.client.address());
    ends.target.send("220 ready");
    CHECK(ends.client.receive(9) == "220 ready");
}

TEST_CASE("fields of a trusted upstream's header are passed on, but not what we know better") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    HeaderChoice& header = proxy.targets.choices[0].header.emplace();
    header.tlvs = {{TlvType::endpoint_name, {'o', 'u', 'r', 's'}}};
    ProxyHeaderWriter writer(far_client);
    writer.add(TlvType::unique_id, "1234");
    writer.add(TlvType::endpoint_name, "theirs");
    writer.add(TlvType::authority, "told.example");
    const Wire client = Wire::to(proxy.listen(trusting("127.0.0.1/32")));
    client.send(text_of(writer.finish()));
    const Wire target = server.accept();
    Bytes bytes;
    const ProxyReading reading = read_header(target, bytes);
    CHECK(reading.header.route == far_client);
    CHECK(field(reading, TlvType::unique_id) == "1234");
    CHECK(field(reading, TlvType::endpoint_name) == "ours");
    CHECK(field(reading, TlvType::authority) == "told.example");
}

TEST_CASE("an IPv6 client of an IPv4 target keeps its family in the header") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    proxy.targets.choices[0].header.emplace();
    StreamListener listener;
    listener.address = {local_v6, 0};
    const SocketAddress address = proxy.listen(listener);
    const Pair ends = Pair::through(address, server);
    Bytes bytes;
    const ProxyReading reading = read_header(ends.target, bytes);
    CHECK(reading.header.route == ClientRoute{ends.client.address(), address});
    CHECK_FALSE(reading.header.route->source.address.is_v4());
}

TEST_CASE("a target can be connected from an address of the gateway's choice") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    proxy.targets.choices[0].source = IpAddress::parse("127.0.0.9");
    const Pair ends = Pair::through(proxy.listen({}), server);
    KernelAddress peer;
    REQUIRE(::getpeername(ends.target.number(), peer.get(), &peer.size) == 0);
    CHECK(peer.read()->address.to_string() == "127.0.0.9");
}

TEST_CASE("denied clients are reset, those that a header names as well") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    StreamListener listener = trusting("127.0.0.3/32");
    listener.allow = {prefix("127.0.0.0/8"), prefix("192.0.2.0/25")};
    listener.deny = {prefix("127.0.0.2/32"), prefix("192.0.2.10/32")};
    const SocketAddress address = proxy.listen(listener);
    CHECK(Wire::to(address, IpAddress::parse("127.0.0.2")).sees_reset());
    const Wire named = Wire::to(address, IpAddress::parse("127.0.0.3"));
    named.send(far_line);
    CHECK(named.sees_reset());
    const Wire outside = Wire::to(address, IpAddress::parse("127.0.0.3"));
    outside.send("PROXY TCP4 203.0.113.1 198.51.100.1 1 443\r\n");
    CHECK(outside.sees_reset());
    const Wire good = Wire::to(address, IpAddress::parse("127.0.0.3"));
    good.send("PROXY TCP4 192.0.2.11 198.51.100.1 1 443\r\n");
    const Wire first = server.accept();
    const Wire plain = Wire::to(address);
    const Wire second = server.accept();
    CHECK(proxy.counters().ended[static_cast<std::size_t>(StreamEnd::denied)] == 3);
}
