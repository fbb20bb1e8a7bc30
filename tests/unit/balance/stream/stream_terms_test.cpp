// SPDX-License-Identifier: Apache-2.0
// With which certificates the stream proxy speaks TLS: by the directory's numbers, through reloads and changes of
// files, and never in the clear instead.
#include "balance/stream/stream_terms.hpp"

#include "../../control/web_farm.hpp"
#include "../tls/handshake.hpp"
#include "balance/l4/build_directory.hpp"
#include "balance/stream/roster_chooser.hpp"
#include "balance/stream/stream_listeners.hpp"

#include <filesystem>

using namespace sallyport;
using namespace sallyport::balance;
using namespace sallyport::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr Instant start{1'000'000'000};

/// `www` ends TLS and speaks it to `web`; beside it a plain listener and group of the proxy.
struct Site {
    TemporaryFolder folder;
    config::Config config = web_farm();
    StreamPlanner planner;

    Site() {
        put("www-ec");
        config::Listener& www = config.listeners[0];
        www.mode = config::ListenerMode::proxy;
        config.listeners.insert(config.listeners.begin(), www);
        config.listeners[0].name = "plain";
        config.listeners[0].port = 81;
        config.listeners[0].forward = {{"plain", 1}};
        config::TargetGroup plain = config.target_groups[0];
        plain.name = "plain";
        config.target_groups.push_back(plain);
        tls().certificates.push_back({folder / "live.pem", folder / "live.key", {}, 0});
        tls().handshake_timeout = std::chrono::seconds(7);
        config.target_groups[0].tls.emplace().verifies = false;
    }
    config::TlsServer& tls() {
        auto& tls = config.listeners[1].tls;
        return tls ? *tls : tls.emplace();
    }
    void put(const std::string& name) const {
        for (const std::string kind : {"pem", "key"}) {
            const std::string path = folder / ("live." + kind);
            fs::copy_file(file(name + "." + kind), path + ".new", fs::copy_options::overwrite_existing);
            fs::rename(path + ".new", path);
        }
    }
    Result<std::vector<std::string>> try_to_take() {
        auto draft = planner.draft(config, start);
        if (!draft) return tl::unexpected(draft.error());
        std::vector<std::string> warnings = draft->warnings();
        planner.take(std::move(*draft));
        return warnings;
    }
    std::shared_ptr<const StreamTerms> take() {
        REQUIRE(try_to_take());
        return terms();
    }
    std::shared_ptr<const StreamTerms> terms() const { return planner.terms(*build_roster(config).directory); }
};

std::string shown_by(const StreamTerms& terms) {
    return Handshake(any_client(), terms.listeners.at(1).tls->accept()).shown();
}

} // namespace

TEST_CASE("listeners and groups of TLS have terms, by their numbers, and others have none") {
    Site site;
    const auto terms = site.take();
    REQUIRE(terms->listeners.size() == 2);
    CHECK(terms->listeners[0].tls == nullptr);
    CHECK(shown_by(*terms) == "www-ec");
    CHECK(terms->listeners[1].handshake_timeout == std::chrono::seconds(7));
    REQUIRE(terms->groups.size() == 3);
    CHECK(terms->groups[0] != nullptr);
    CHECK(terms->groups[1] == nullptr);
    CHECK(terms->groups[2] == nullptr);
    const auto listeners = stream_listeners(*build_roster(site.config).directory, *terms);
    REQUIRE(listeners.size() == 2);
    CHECK(listeners[0].tls == nullptr);
    CHECK(listeners[1].tls == terms->listeners[1].tls);
    CHECK(listeners[1].handshake_timeout == std::chrono::seconds(7));
}

TEST_CASE("what is to speak TLS and has no terms for it does not speak at all") {
    Site site;
    const chain::Roster roster = build_roster(site.config);
    const auto none = StreamPlanner().terms(*roster.directory);
    const auto listeners = stream_listeners(*roster.directory, *none);
    REQUIRE(listeners.size() == 1);
    CHECK(listeners[0].name == "plain");

    const StreamCounters counters({.listeners = 8, .targets = 16});
    RosterChooser chooser(ChooserState(8, 64, SipKey{1, 2}, 3), counters, [] { return start; });
    const auto shared = std::make_shared<const chain::Roster>(roster);
    const ClientFacts client{
        1, {{chain::test::address("192.0.2.10"), 4000}, {roster.directory->listeners[1].address, 80}}, {}, nullptr};
    chooser.follow(shared, none);
    CHECK_FALSE(chooser.choose(client, {}));
    chooser.follow(shared, site.take());
    REQUIRE(chooser.choose(client, {}));
    CHECK(chooser.choose(client, {})->tls == site.terms()->groups[0]);
    ClientFacts other = client;
    other.listener = 0;
    REQUIRE(chooser.choose(other, {}));
    CHECK(chooser.choose(other, {})->tls == nullptr);
}

TEST_CASE("a reload keeps what it does not change, and warns once") {
    Site site;
    fs::permissions(site.folder / "live.key", fs::perms::others_read, fs::perm_options::add);
    const auto first = site.try_to_take();
    REQUIRE(first);
    REQUIRE(first->size() == 1);
    CHECK_THAT(first->front(), Contains("Listener www: ") && Contains("live.key"));
    const auto before = site.terms();
    site.config.listeners[1].line += 10;
    site.tls().line += 10;
    site.tls().certificates[0].line += 10;
    site.config.target_groups[0].tls->line += 10;
    site.config.listeners[1].tcp_idle *= 2;
    std::swap(site.config.listeners[0], site.config.listeners[1]);
    const auto second = site.try_to_take();
    REQUIRE(second);
    CHECK(second->empty());
    CHECK(site.terms()->listeners[0].tls == before->listeners[1].tls);
    CHECK(site.terms()->groups == before->groups);
}

TEST_CASE("files that change are looked at, and those that do not fit leave what there was") {
    Site site;
    const auto before = site.take();
    CHECK_FALSE(site.planner.poll(start).is_changed);
    site.put("www-rsa");
    tls::News news = site.planner.poll(start);
    CHECK(news.is_changed);
    CHECK(news.changes == std::vector<std::string>{"Listener www: changed certificates are in use"});
    CHECK(shown_by(*site.terms()) == "www-rsa");
    CHECK(shown_by(*before) == "www-ec"); // connections that stand have it still
    fs::remove(site.folder / "live.pem");
    news = site.planner.poll(start);
    CHECK_FALSE(news.is_changed);
    REQUIRE(news.troubles.size() == 1);
    CHECK_THAT(news.troubles[0], Contains("Listener www: ") && Contains("live.pem"));
    CHECK(shown_by(*site.terms()) == "www-rsa");
}

TEST_CASE("a configuration whose files can not be read is refused by name, and all stays") {
    Site site;
    const auto before = site.take();
    site.tls().certificates[0].key = "/nowhere.key";
    const auto one = site.try_to_take();
    REQUIRE_FALSE(one);
    CHECK_THAT(one.error().message, Contains("Listener www: ") && Contains("/nowhere.key"));
    site.tls().certificates[0].key = site.folder / "live.key";
    site.config.target_groups[0].tls->verifies = true;
    site.config.target_groups[0].tls->ca = "/nowhere.pem";
    const auto other = site.try_to_take();
    REQUIRE_FALSE(other);
    CHECK_THAT(other.error().message, Contains("Target group web: ") && Contains("/nowhere.pem"));
    CHECK(site.terms()->listeners[1].tls == before->listeners[1].tls);
}

TEST_CASE("health checks are given the very context of a group's streams") {
    Site site;
    const auto terms = site.take();
    const auto before = site.planner.client_context("web");
    REQUIRE(before != nullptr);
    CHECK(before == terms->groups[0]);
    CHECK(site.planner.client_context("dns") == nullptr);
    CHECK(site.planner.client_context("nobody") == nullptr);
    site.config.target_groups[0].tls->server_name = "inner.example";
    const auto after = site.take();
    CHECK(site.planner.client_context("web") == after->groups[0]);
    CHECK(site.planner.client_context("web") != before);
}
