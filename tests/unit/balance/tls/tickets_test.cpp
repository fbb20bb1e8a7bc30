// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/client_context.hpp" // resumable()
#include "handshake.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace sallyport;
using namespace sallyport::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds rotation = 1h;

Instant hours(std::uint64_t count) {
    return {count * 3'600'000'000'000U};
}

using Keys = std::shared_ptr<tls::TicketKeys>;

Keys new_keys() {
    return std::make_shared<tls::TicketKeys>(hours(0), rotation);
}

/// A connection, resumed if the other end will, and what it leaves to resume.
struct Visit {
    bool established = false;
    bool resumed = false;
    tls::Resumable next;
};

Visit visit(const tls::ServerContext& context, int version, SSL_SESSION* previous = nullptr,
            const std::string& name = "www.example") {
    tls::Session client = any_client(
        [version](SSL_CTX* c) {
            SSL_CTX_set_min_proto_version(c, version);
            SSL_CTX_set_max_proto_version(c, version);
        },
        name);
    // A copy, for a client of OpenSSL's uses a session once, and a test sees what would become of it twice.
    const tls::Resumable copy(previous != nullptr ? SSL_SESSION_dup(previous) : nullptr);
    if (copy) SSL_set_session(client.get(), copy.get());
    const Handshake handshake(std::move(client), context.accept());
    CHECK(tls::resumed(handshake.client.get()) == tls::resumed(handshake.server.get()));
    return {handshake.established, tls::resumed(handshake.server.get()), tls::resumable(handshake.client.get())};
}

/// Without Catch2's macros, which are for one thread only.
bool bare_handshake(const tls::ServerContext& context) {
    const tls::ContextHandle client_context(SSL_CTX_new(TLS_client_method()));
    const tls::Session client(SSL_new(client_context.get()));
    const tls::Session server = context.accept();
    BIO* client_end = nullptr;
    BIO* server_end = nullptr;
    BIO_new_bio_pair(&client_end, 1U << 17U, &server_end, 1U << 17U);
    SSL_set_bio(client.get(), client_end, client_end);
    SSL_set_bio(server.get(), server_end, server_end);
    std::string name = "www.example";
    SSL_ctrl(client.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    SSL_set_connect_state(client.get());
    bool done = false;
    for (int turns = 0; turns < 20 && !done; ++turns) {
        const bool there = SSL_do_handshake(client.get()) == 1;
        done = SSL_do_handshake(server.get()) == 1 && there;
    }
    return done;
}

constexpr std::initializer_list<int> versions = {TLS1_2_VERSION, TLS1_3_VERSION};

} // namespace

TEST_CASE("a session is resumed by its ticket, in any context with the keys") {
    for (const int version : versions) {
        const Keys keys = new_keys();
        auto context = load(server({"wild", "www-ec"}), keys);
        const Visit first = visit(*context, version);
        CHECK_FALSE(first.resumed);
        REQUIRE(first.next);
        context = load(server({"wild", "www-ec"}), keys); // as after a reload
        CHECK(visit(*context, version, first.next.get()).resumed);
        context = load(server({"www-ec", "wild"}), keys);
        const Visit third = visit(*context, version, first.next.get());
        CHECK(third.resumed);
        REQUIRE(third.next);
        CHECK(visit(*context, version, third.next.get()).resumed);
    }
}

TEST_CASE("a ticket is not resumed with other keys") {
    for (const int version : versions) {
        const Visit first = visit(*load(server({"www-ec"}), new_keys()), version);
        const Visit second = visit(*load(server({"www-ec"}), new_keys()), version, first.next.get());
        CHECK(second.established);
        CHECK_FALSE(second.resumed);
    }
}

TEST_CASE("a ticket opens for one rotation after the one that it was sealed in") {
    for (const int version : versions) {
        const Keys keys = new_keys();
        const auto context = load(server({"www-ec"}), keys);
        const Visit first = visit(*context, version);
        keys->rotate_when_due(hours(1));
        const Visit second = visit(*context, version, first.next.get());
        CHECK(second.resumed);
        keys->rotate_when_due(hours(2));
        CHECK_FALSE(visit(*context, version, first.next.get()).resumed);
        CHECK(visit(*context, version, second.next.get()).resumed); // it was renewed with the key of hour 1
        keys->rotate_when_due(hours(3));
        CHECK_FALSE(visit(*context, version, second.next.get()).resumed);
    }
}

TEST_CASE("there are no tickets without keys, when they are switched off, and with mutual authentication") {
    for (const int version : versions) {
        CHECK_FALSE(visit(*load(server({"www-ec"})), version).next);
        config::TlsServer config = server({"www-ec"});
        config.session_tickets = false;
        CHECK_FALSE(visit(*load(config, new_keys()), version).next);
        config.session_tickets = true;
        const Keys keys = new_keys();
        const Visit before = visit(*load(config, keys), version);
        REQUIRE(before.next);
        config.mutual.mode = config::MutualTls::passthrough;
        const Visit after = visit(*load(config, keys), version, before.next.get());
        CHECK(after.established);
        CHECK_FALSE(after.resumed);
        CHECK_FALSE(after.next);
    }
}

TEST_CASE("a ticket is good for a rotation") {
    const Visit first = visit(*load(server({"www-ec"}), new_keys()), TLS1_3_VERSION);
    CHECK(SSL_SESSION_get_ticket_lifetime_hint(first.next.get()) == 3600);
}

TEST_CASE("keys rotate when it is time, and only the last two are known") {
    tls::TicketKeys keys(hours(0), rotation);
    const tls::TicketKey first = keys.current();
    const auto opens = [&keys](const tls::TicketKey& key) {
        const auto found = keys.find(key.name);
        if (found) {
            CHECK(found->key.cipher == key.cipher);
            CHECK(found->key.mac == key.mac);
        }
        return !found ? 0 : found->is_current ? 2 : 1;
    };
    CHECK(opens(first) == 2);
    CHECK(opens(tls::TicketKey{}) == 0);
    keys.rotate_when_due({hours(1).nanoseconds - 1});
    CHECK(keys.current().name == first.name);
    keys.rotate_when_due(hours(1));
    const tls::TicketKey second = keys.current();
    CHECK(second.name != first.name);
    CHECK(second.cipher != first.cipher);
    CHECK(second.mac != first.mac);
    CHECK(opens(first) == 1);
    CHECK(opens(second) == 2);
    keys.rotate_when_due(hours(2));
    CHECK(opens(first) == 0);
    CHECK(opens(second) == 1);
    const tls::TicketKey third = keys.current();
    keys.rotate_when_due(hours(100)); // the machine slept
    CHECK(opens(third) == 0);
    const tls::TicketKey later = keys.current();
    keys.rotate_when_due({hours(101).nanoseconds - 1});
    CHECK(opens(later) == 2);
    keys.rotate_when_due(hours(101));
    CHECK(opens(later) == 1);
}

TEST_CASE("a key that opens nothing any more is not in memory") {
    tls::TicketKeys keys(hours(0), rotation);
    const tls::TicketKey first = keys.current();
    const auto has_first = [&] {
        const std::string_view memory(reinterpret_cast<const char*>(&keys), sizeof(keys));
        return memory.find(std::string_view(reinterpret_cast<const char*>(first.cipher.data()), 32)) !=
               std::string_view::npos;
    };
    CHECK(has_first());
    keys.rotate_when_due(hours(1));
    CHECK(has_first());
    keys.rotate_when_due(hours(2));
    CHECK_FALSE(has_first());
}

TEST_CASE("threads that read keys while they rotate see whole ones") {
    tls::TicketKeys keys(hours(0), rotation);
    std::atomic<bool> ends = false;
    std::atomic<unsigned> torn = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            while (!ends) {
                const tls::TicketKey key = keys.current();
                const auto found = keys.find(key.name); // or, by now, not any more
                if (found && (found->key.cipher != key.cipher || found->key.mac != key.mac)) ++torn;
            }
        });
    for (std::uint64_t hour = 1; hour < 20'000; ++hour)
        keys.rotate_when_due(hours(hour));
    ends = true;
    for (std::thread& reader : readers)
        reader.join();
    CHECK(torn == 0);
}

TEST_CASE("threads share a context while its keys rotate") {
    const Keys keys = new_keys();
    const auto context = load(server({"wild", "www-ec", "www-rsa"}), keys);
    std::atomic<unsigned> failed = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&context, &failed] {
            for (int round = 0; round < 30; ++round)
                if (!bare_handshake(*context)) ++failed;
        });
    for (std::uint64_t hour = 1; hour < 2'000; ++hour)
        keys->rotate_when_due(hours(hour));
    for (std::thread& thread : threads)
        thread.join();
    CHECK(failed == 0);
}

TEST_CASE("a ticket with a spoilt bit is passed over") {
    const auto context = load(server({"www-ec"}), new_keys());
    const Visit first = visit(*context, TLS1_2_VERSION);
    // The session in DER has the ticket's bytes as they are.
    const unsigned char* ticket = nullptr;
    std::size_t size = 0;
    SSL_SESSION_get0_ticket(first.next.get(), &ticket, &size);
    REQUIRE(size > 64);
    const std::string bytes(reinterpret_cast<const char*>(ticket), size);
    std::string der(static_cast<std::size_t>(i2d_SSL_SESSION(first.next.get(), nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_SSL_SESSION(first.next.get(), &out);
    const std::size_t at = der.find(bytes);
    REQUIRE(at != std::string::npos);
    for (const std::size_t spoilt : {std::size_t{0}, std::size_t{20}, std::size_t{40}, size - 1}) {
        std::string copy = der;
        copy[at + spoilt] = static_cast<char>(copy[at + spoilt] ^ 1);
        const auto* in = reinterpret_cast<const unsigned char*>(copy.data());
        const tls::Resumable session(d2i_SSL_SESSION(nullptr, &in, static_cast<long>(copy.size())));
        REQUIRE(session);
        const Visit second = visit(*context, TLS1_2_VERSION, session.get());
        CHECK(second.established);
        CHECK_FALSE(second.resumed);
    }
}
