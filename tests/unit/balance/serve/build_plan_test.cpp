// SPDX-License-Identifier: Apache-2.0
// What L7 threads go by: found in the directory, made anew where something changed, and the very same where nothing
// did.
#include "balance/serve/build_plan.hpp"

#include "../../control/web_farm.hpp"
#include "../tls/handshake.hpp"
#include "balance/l4/build_directory.hpp"
#include "balance/l7/sealed_cookie.hpp"

#include <filesystem>

using namespace sallyport;
using namespace sallyport::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr Instant start{1'000'000'000};

config::HttpRule rule(std::uint32_t priority, const char* path, const char* group) {
    config::HttpRule made;
    made.priority = priority;
    made.conditions = {config::PathPattern{{{path, false}}}};
    made.action = config::ForwardAction{{{group, 1}}};
    return made;
}

/// `www` with a rule for the group `dns`, and beside it one of packets that stays what it was.
config::Config site() {
    config::Config config = web_farm();
    config.listeners.push_back(config.listeners[0]);
    config.listeners[1].name = "packets";
    config.listeners[1].port = 81;
    std::swap(config.listeners[0], config.listeners[1]);
    config::Listener& www = config.listeners[1];
    www.mode = config::ListenerMode::proxy;
    www.forward.clear();
    www.http.emplace().default_action = config::ForwardAction{{{"web", 1}}};
    www.http->rules = {rule(7, "/dns/*", "dns")};
    for (config::TargetGroup& group : config.target_groups)
        group.http.emplace();
    config.http_logs = {{.name = "back", .requests = "/b"}, {.name = "front", .requests = "/f"}};
    return config;
}

std::vector<std::string> logs_of(const config::Config& config) {
    std::vector<std::string> names;
    for (const config::HttpLog& log : config.http_logs)
        names.push_back(log.name);
    return names;
}

/// A planner, and the rosters of what it took.
struct Gateway {
    explicit Gateway(const config::Config& config)
        : slots(balance::first_target_slots(config)), planner(logs_of(config)) {
        take(config);
    }
    Result<void> try_to_take(const config::Config& config) {
        auto draft = planner.draft(config, start);
        if (!draft) return tl::unexpected(draft.error());
        slots = balance::next_target_slots(slots, config, {});
        planner.take(std::move(*draft));
        roster = balance::build_roster(config, chain::first_slots(config), slots);
        return {};
    }
    void take(const config::Config& config) { REQUIRE(try_to_take(config)); }
    std::shared_ptr<const serve::World> world() { return planner.world(roster); }
    std::shared_ptr<const serve::ListenerPlan> listener() { return world()->listeners.at(0); }

    balance::TargetSlots slots;
    chain::Roster roster;
    serve::Planner planner;
};

} // namespace

TEST_CASE("a world has the listeners and groups of HTTP, by their numbers in the directory") {
    config::Config config = site();
    config.listeners[1].http->access_log = "front";
    Gateway gateway(config);
    const auto world = gateway.world();
    CHECK(world->version == gateway.roster.version);
    CHECK(world->directory == gateway.roster.directory);
    REQUIRE(world->listeners.size() == 1);
    const serve::ListenerPlan& plan = *world->listeners[0];
    CHECK(plan.name == "www");
    CHECK(plan.number == 1);
    CHECK(plan.port == 80);
    CHECK(plan.address == config.listeners[1].address);
    CHECK(plan.log == 1);
    CHECK(plan.tls == nullptr);
    REQUIRE(plan.groups.size() == 2);
    for (std::size_t i = 0; i < 2; ++i)
        CHECK(world->directory->groups[plan.groups[i]].name == plan.rules.group_names()[i]);
    REQUIRE(world->groups.size() == 2);
    CHECK(world->groups[0]->name == "web");
    CHECK(world->groups[1]->identity == l7::group_identity("dns"));
    CHECK(serve::has_http(config));
    CHECK_FALSE(serve::has_http(web_farm()));
}

TEST_CASE("without a log there is none, and groups of packets are not spoken HTTP to") {
    config::Config config = site();
    config.target_groups[0].http.reset();
    config.listeners[1].http->default_action = config::FixedResponse{};
    Gateway gateway(config);
    CHECK(gateway.listener()->log == serve::no_log);
    CHECK(gateway.world()->groups[0] == nullptr);
    CHECK(gateway.world()->groups[1] != nullptr);
}

TEST_CASE("what a reload does not change stays the same object, wherever it stands in the file") {
    config::Config config = site();
    Gateway gateway(config);
    const auto before = gateway.world();
    CHECK(gateway.world()->listeners[0] == before->listeners[0]); // another roster
    config.listeners[1].http->rules[0].line += 10;
    config.listeners[1].line += 10;
    config.target_groups[0].targets.pop_back();
    std::swap(config.listeners[0], config.listeners[1]);
    std::swap(config.http_logs[0], config.http_logs[1]);
    gateway.take(config);
    CHECK(gateway.world()->listeners[0] == before->listeners[0]);
    CHECK(gateway.world()->groups == before->groups);
}

TEST_CASE("what a reload changes is another object, and nothing else is") {
    const config::Config config = site();
    const auto change_is_seen = [&](auto change, bool of_listener, bool of_group) {
        Gateway gateway(config);
        const auto before = gateway.world();
        config::Config changed = config;
        change(changed);
        gateway.take(changed);
        const auto after = gateway.world();
        REQUIRE(after->listeners.size() == 1);
        CHECK((after->listeners[0] != before->listeners[0]) == of_listener);
        CHECK((after->groups[0] != before->groups[0]) == of_group);
        CHECK(after->groups[1] == before->groups[1]);
        return after;
    };
    change_is_seen([](config::Config& to) { to.listeners[1].http->rules[0] = rule(7, "/other/*", "dns"); }, true,
                   false);
    change_is_seen([](config::Config& to) { to.listeners[1].http->timeouts.idle *= 2; }, true, false);
    change_is_seen([](config::Config& to) { to.listeners[1].http->access_log = "back"; }, true, false);
    change_is_seen([](config::Config& to) { to.target_groups[0].http->idle_connections = 1; }, false, true);
    const auto moved = change_is_seen([](config::Config& to) { to.listeners[1].port = 8080; }, true, false);
    CHECK(moved->listeners[0]->number == 2); // a place of its own
    CHECK(moved->listeners[0]->port == 8080);
}

TEST_CASE("a listener that goes is in no world any more, nor is its group") {
    config::Config config = site();
    Gateway gateway(config);
    CHECK(gateway.world()->listeners.size() == 1);
    config.listeners.pop_back();
    config.target_groups.pop_back();
    gateway.take(config);
    CHECK(gateway.world()->listeners.empty());
    REQUIRE(gateway.world()->groups.size() == 2);
    CHECK(gateway.world()->groups[1] == nullptr);
    gateway.take(site());
    CHECK(gateway.listener()->number == 1);
}

TEST_CASE("a rule that can not be is refused by the listener's name, and all stays") {
    config::Config config = site();
    Gateway gateway(config);
    const auto before = gateway.listener();
    config.listeners[1].http->rules[0].conditions = {config::PathPattern{{{"(", true}}}};
    const auto done = gateway.try_to_take(config);
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().message, Contains("Listener www: the rule with priority 7"));
    CHECK(gateway.listener() == before);
}

namespace {

/// The same site with a certificate that can be changed.
struct SecureSite {
    TemporaryFolder folder;
    config::Config config = site();

    SecureSite() {
        put("www-ec");
        config::TlsServer& tls = config.listeners[1].tls.emplace();
        tls.certificates.push_back({folder / "live.pem", folder / "live.key", {}, 0});
        config.target_groups[0].tls.emplace().verifies = false;
    }
    void put(const std::string& name) const {
        for (const std::string kind : {"pem", "key"}) {
            const std::string path = folder / ("live." + kind);
            fs::copy_file(file(name + "." + kind), path + ".new", fs::copy_options::overwrite_existing);
            fs::rename(path + ".new", path);
        }
    }
};

std::string shown_by(const serve::ListenerPlan& plan) {
    return Handshake(any_client(), plan.tls->accept()).shown();
}

} // namespace

TEST_CASE("a certificate that changes is a new plan of the same listener; one that is none is said once") {
    const SecureSite secure;
    Gateway gateway(secure.config);
    const auto before = gateway.listener();
    CHECK(shown_by(*before) == "www-ec");
    CHECK(gateway.world()->groups[0]->tls != nullptr);
    CHECK(gateway.world()->groups[1]->tls == nullptr);
    CHECK_FALSE(gateway.planner.poll(start).is_changed);
    CHECK(gateway.listener() == before);

    secure.put("www-rsa");
    auto news = gateway.planner.poll(start);
    CHECK(news.is_changed);
    CHECK(news.changes == std::vector<std::string>{"Listener www: changed certificates are in use"});
    CHECK(gateway.listener() != before);
    CHECK(gateway.listener()->number == before->number);
    CHECK(gateway.listener()->groups == before->groups);
    CHECK(shown_by(*gateway.listener()) == "www-rsa");

    fs::remove(secure.folder / "live.pem");
    news = gateway.planner.poll(start);
    CHECK_FALSE(news.is_changed);
    REQUIRE(news.troubles.size() == 1);
    CHECK_THAT(news.troubles[0], Contains("Listener www: ") && Contains("live.pem"));
    CHECK(gateway.planner.poll(start).troubles.empty());
    CHECK(shown_by(*gateway.listener()) == "www-rsa");
}

TEST_CASE("health checks are given the very context of a group's requests") {
    SecureSite secure;
    Gateway gateway(secure.config);
    const auto before = gateway.planner.client_context("web");
    REQUIRE(before != nullptr);
    CHECK(before == gateway.world()->groups[0]->tls);
    CHECK(gateway.planner.client_context("dns") == nullptr);
    CHECK(gateway.planner.client_context("nobody") == nullptr);
    secure.config.target_groups[0].tls->server_name = "inner.example";
    gateway.take(secure.config);
    CHECK(gateway.planner.client_context("web") != before);
    CHECK(gateway.planner.client_context("web") == gateway.world()->groups[0]->tls);
}

TEST_CASE("tickets of before a reload are good after it, unless they are to be good for another time") {
    SecureSite secure;
    Gateway gateway(secure.config);
    const auto resumes = [&](const serve::ListenerPlan& before) {
        const Handshake first(any_client({}, "www.example"), before.tls->accept());
        const tls::Resumable session = tls::resumable(first.client.get());
        REQUIRE(session);
        tls::Session again = any_client({}, "www.example");
        REQUIRE(SSL_set_session(again.get(), session.get()) == 1);
        const Handshake second(std::move(again), gateway.listener()->tls->accept());
        return tls::resumed(second.server.get());
    };
    const auto before = gateway.listener();
    secure.config.listeners[1].tls->policy = config::TlsPolicy::compat;
    gateway.take(secure.config);
    CHECK(gateway.listener()->tls != before->tls);
    CHECK(resumes(*before));
    secure.config.listeners[1].http->timeouts.idle *= 2;
    const auto context = gateway.listener()->tls;
    gateway.take(secure.config);
    CHECK(gateway.listener()->tls == context); // nothing of it was changed
    secure.config.listeners[1].tls->ticket_key_rotation *= 2;
    gateway.take(secure.config);
    CHECK_FALSE(resumes(*before));
}

TEST_CASE("a configuration whose certificate can not be read is refused by the listener's name") {
    SecureSite secure;
    Gateway gateway(secure.config);
    const auto before = gateway.listener();
    secure.config.listeners[1].tls->certificates[0].key = "/nowhere.key";
    const auto done = gateway.try_to_take(secure.config);
    REQUIRE_FALSE(done);
    CHECK_THAT(done.error().message, Contains("Listener www: ") && Contains("/nowhere.key"));
    secure.config.listeners[1].tls->certificates[0].key = secure.folder / "live.key";
    secure.config.target_groups[0].tls->ca = "/nowhere.pem";
    secure.config.target_groups[0].tls->verifies = true;
    const auto other = gateway.try_to_take(secure.config);
    REQUIRE_FALSE(other);
    CHECK_THAT(other.error().message, Contains("Target group web: ") && Contains("/nowhere.pem"));
    CHECK(gateway.listener() == before);
}
