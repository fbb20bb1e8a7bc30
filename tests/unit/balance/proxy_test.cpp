// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/kernel_limits.hpp"
#include "running_proxy.hpp"

#include <sys/resource.h>

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;

namespace {

StreamListener listener_on(const SocketAddress& address, const char* name = "web") {
    StreamListener listener;
    listener.name = name;
    listener.address = address;
    return listener;
}

/// An address where nobody listens; free again, so that the proxy can take it.
SocketAddress free_address() {
    return ClosedPort().address();
}

std::vector<ListenerFailure> update(RunningProxy& proxy, const std::vector<StreamListener>& listeners,
                                    Leftovers leftovers = Leftovers::live_on) {
    return proxy.ask([&](Proxy& all) { return all.update(listeners, leftovers); });
}

bool refuses(const SocketAddress& address) {
    const Descriptor descriptor(::socket(AF_INET, SOCK_STREAM, 0));
    const KernelAddress to(address);
    return ::connect(descriptor.number(), to.get(), to.size) != 0 && errno == ECONNREFUSED;
}

void check_echo(const Pair& ends) {
    ends.client.send("ping");
    CHECK(ends.target.receive(4) == "ping");
    ends.target.send("pong");
    CHECK(ends.client.receive(4) == "pong");
}

#ifndef __SANITIZE_ADDRESS__
/// No more descriptors than are open now, for as long as it lives.
class NoMoreDescriptors {
public:
    NoMoreDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const Descriptor lowest(::open("/dev/null", O_RDONLY));
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(lowest.number());
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_ = {};
};
#endif

} // namespace

TEST_CASE("an update leaves what stays, ends what goes and begins what is new") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress stays = free_address();
    const SocketAddress goes = free_address();
    const SocketAddress comes = free_address();
    CHECK(update(proxy, {listener_on(stays), listener_on(goes)}).empty());
    const Pair through_stays = Pair::through(stays, server);
    const Pair through_goes = Pair::through(goes, server);
    CHECK(update(proxy, {listener_on(stays), listener_on(comes)}).empty());
    check_echo(through_stays);
    check_echo(through_goes);
    CHECK(refuses(goes));
    check_echo(Pair::through(stays, server));
    check_echo(Pair::through(comes, server));
    CHECK(update(proxy, {listener_on(goes)}).empty()); // again
    check_echo(Pair::through(goes, server));
    check_echo(through_goes);
}

TEST_CASE("connections of a listener that goes can be reset") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress goes = free_address();
    CHECK(update(proxy, {listener_on(goes)}).empty());
    const Pair ends = Pair::through(goes, server);
    CHECK(update(proxy, {}, Leftovers::are_reset).empty());
    CHECK(ends.client.sees_reset());
    CHECK(ends.target.sees_reset());
    CHECK(word(proxy.targets.wait_for_end().end.value()) == "listener_gone");
    CHECK(proxy.ask([](Proxy& all) { return all.listeners().size(); }) == 0);
}

TEST_CASE("a listener that stays takes its new settings for connections to come") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    StreamListener listener = listener_on(free_address());
    CHECK(update(proxy, {listener}).empty());
    const Pair before = Pair::through(listener.address, server);
    listener.deny = {IpPrefix::parse("127.0.0.0/8").value()};
    CHECK(update(proxy, {listener}).empty());
    CHECK(Wire::to(listener.address).sees_reset());
    check_echo(before);
}

TEST_CASE("an address that is taken is a sentence, and the others listen") {
    const Server server;
    const Server other;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress good = free_address();
    const auto failures = update(proxy, {listener_on(other.address(), "taken"), listener_on(good)});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].sentence ==
          "Listener taken cannot listen on " + other.address().to_string() + ": Address already in use");
    check_echo(Pair::through(good, server));
}

TEST_CASE("an address that is not there yet can be listened on") {
    RunningProxy proxy;
    const SocketAddress later{IpAddress::parse("192.0.2.77").value(), 8443};
    const SocketAddress later_six{IpAddress::parse("2001:db8::77").value(), 8443};
    CHECK(update(proxy, {listener_on(later), listener_on(later_six)}).empty());
    for (const ListenerReport& report : proxy.ask([](Proxy& all) { return all.listeners(); }))
        CHECK(report.is_listening);
}

TEST_CASE("a listener on every address knows which one the client came to") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress any = proxy.listen(listener_on({IpAddress::v4(0), 0}));
    const SocketAddress here{IpAddress::parse("127.0.0.5").value(), any.port};
    const Pair ends = Pair::through(here, server);
    CHECK(proxy.targets.asked().at(0).route.destination == here);
}

TEST_CASE("more connections than a listener may have are reset") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    StreamListener listener;
    listener.max_connections = 2;
    const SocketAddress address = proxy.listen(listener);
    Pair first = Pair::through(address, server);
    const Pair second = Pair::through(address, server);
    CHECK(Wire::to(address).sees_reset());
    CHECK(proxy.counters().ended[static_cast<std::size_t>(StreamEnd::over_limit)] == 1);
    first.client.reset();
    proxy.targets.wait_for_end();
    check_echo(Pair::through(address, server));
}

TEST_CASE("connections of one target are counted, and all reset at once") {
    const Server server;
    const Server other;
    RunningProxy proxy;
    const SocketAddress address = proxy.listen({});
    proxy.ask([&](Proxy&) { proxy.targets.choices = {choice(1, server)}; });
    const Pair first = Pair::through(address, server);
    const Pair second = Pair::through(address, server);
    proxy.ask([&](Proxy&) { proxy.targets.choices = {choice(2, other)}; });
    const Pair third = Pair::through(address, other);
    CHECK(proxy.ask([](Proxy& all) { return all.connections(1); }) == 2);
    CHECK(proxy.ask([](Proxy& all) { return all.terminate(1); }) == 2);
    for (const Pair* ends : {&first, &second}) {
        CHECK(ends->client.sees_reset());
        CHECK(ends->target.sees_reset());
    }
    CHECK(word(proxy.targets.wait_for_end().end.value()) == "terminated");
    check_echo(third);
    CHECK(proxy.ask([](Proxy& all) { return all.connections(); }) == 1);
    CHECK(proxy.ask([](Proxy& all) { return all.terminate(3); }) == 0);
}

TEST_CASE("a stop waits for the last connection, and accepts no more") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress address = proxy.listen({});
    Pair ends = Pair::through(address, server);
    std::promise<void> stopped;
    proxy.ask([&](Proxy& all) { all.stop(1h, [&stopped] { stopped.set_value(); }); });
    CHECK(refuses(address));
    check_echo(ends);
    CHECK(update(proxy, {listener_on(address)}).empty());
    CHECK(refuses(address));
    ends.client.close();
    ends.target.close();
    CHECK(stopped.get_future().wait_for(std::chrono::seconds(patience_s)) == std::future_status::ready);
    CHECK(is_orderly(proxy.targets.wait_for_end().end.value()));
}

TEST_CASE("a stop resets what is left when its time is over") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const Pair ends = Pair::through(proxy.listen({}), server);
    std::promise<void> stopped;
    proxy.ask([&](Proxy& all) { all.stop(100ms, [&stopped] { stopped.set_value(); }); });
    CHECK(stopped.get_future().wait_for(std::chrono::seconds(patience_s)) == std::future_status::ready);
    CHECK(ends.client.sees_reset());
    CHECK(ends.target.sees_reset());
    CHECK(word(proxy.targets.wait_for_end().end.value()) == "stopped");
}

TEST_CASE("a proxy that ends resets what lives") {
    const Server server;
    Pair ends;
    {
        RunningProxy proxy;
        proxy.targets.choices = {choice(1, server)};
        ends = Pair::through(proxy.listen({}), server);
    }
    CHECK(ends.client.sees_reset());
    CHECK(ends.target.sees_reset());
}

#ifndef __SANITIZE_ADDRESS__ // the undefined-behaviour sanitizer looks at virtual tables through pipes, and needs
                             // descriptors
TEST_CASE("without descriptors accepting pauses, and goes on when there are some") {
    const Server server;
    ProxySettings settings;
    settings.accept_pause = 10ms;
    RunningProxy proxy(settings);
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress address = proxy.listen({});
    Descriptor early(::socket(AF_INET, SOCK_STREAM, 0));
    {
        const NoMoreDescriptors none;
        const KernelAddress to(address);
        REQUIRE(::connect(early.number(), to.get(), to.size) == 0); // into the backlog
        proxy.wait_until([](Proxy& all) { return all.listeners().front().counters.pauses > 1; });
    }
    const Wire client(std::move(early));
    const Wire target = server.accept();
    client.send("x");
    CHECK(target.receive(1) == "x");
}

TEST_CASE("without a descriptor for its target a client is reset") {
    const Server server;
    RunningProxy proxy;
    proxy.targets.choices = {choice(1, server)};
    const SocketAddress address = proxy.listen({});
    Descriptor early(::socket(AF_INET, SOCK_STREAM, 0));
    Descriptor last(::open("/dev/null", O_RDONLY)); // which accept() will take
    const NoMoreDescriptors none;
    last = Descriptor();
    const KernelAddress to(address);
    REQUIRE(::connect(early.number(), to.get(), to.size) == 0);
    CHECK(Wire(std::move(early)).sees_reset());
    CHECK(word(proxy.targets.wait_for_end().end.value()) == "no_resources");
}

#endif

TEST_CASE("the limit of descriptors is raised to what may be") {
    rlimit before = {};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit low = before;
    low.rlim_cur = 100;
    ::setrlimit(RLIMIT_NOFILE, &low);
    CHECK(raise_descriptor_limit().value() == before.rlim_max);
    rlimit after = {};
    ::getrlimit(RLIMIT_NOFILE, &after);
    CHECK(after.rlim_cur == before.rlim_max);
}

TEST_CASE("whether SYN cookies are on is read from the kernel") {
    CHECK(syn_cookies());
    CHECK(syn_cookies("/nowhere").error().message == "/nowhere does not say whether SYN cookies are on");
    CHECK_FALSE(syn_cookies("/proc/self/cmdline"));
}
