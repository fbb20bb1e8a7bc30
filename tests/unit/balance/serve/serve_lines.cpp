// SPDX-License-Identifier: Apache-2.0
// The L7 engine on loopback, for clients and servers that others wrote: no packets, no chain, no health checks.
// usage: serve-lines [OPTION]...: see options() below. Prints "ready" when it listens; ends with its standard input,
// which has commands: see main().
#include "balance/l4/build_directory.hpp"
#include "balance/l4/counted_flows.hpp"
#include "balance/l7/sealed_cookie.hpp"
#include "balance/serve/engine.hpp"
#include "control/registry.hpp"

#include <boost/program_options.hpp>

#include <cstdio>
#include <future>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

using namespace sallyport;

namespace {

namespace options = boost::program_options;

options::options_description all_options() {
    options::options_description all;
    auto add = all.add_options();
    add("http", options::value<std::uint16_t>(), "port of a listener in plain text");
    add("https", options::value<std::uint16_t>(), "port of a listener in TLS");
    add("certificate", options::value<std::string>());
    add("key", options::value<std::string>());
    add("trust", options::value<std::string>(), "clients have to show a certificate of this CA");
    add("passthrough", "clients may show any certificate");
    add("log", options::value<std::string>(),
        "alb or json: write down requests and connections, and tell them at the end");
    add("target", options::value<std::vector<std::uint16_t>>()->multitoken(), "ports of targets");
    add("target-ca", options::value<std::string>(), "speak TLS to targets, and believe this CA");
    add("target-name", options::value<std::string>(), "the name that targets' certificates have");
    add("target-version", options::value<std::string>()->default_value("http1"), "or http2, grpc");
    add("sticky", "cookies of the load balancer's own");
    add("algorithm", options::value<std::string>()->default_value("round_robin"));
    add("idle", options::value<int>(), "ms");
    add("header-read", options::value<int>(), "ms");
    add("target-response", options::value<int>(), "ms");
    add("body-rate", options::value<std::uint32_t>(), "bytes a second");
    add("body-limit", options::value<std::uint64_t>(), "bytes");
    add("requests", options::value<std::uint32_t>(), "of a connection");
    add("connections", options::value<std::uint32_t>(), "of all clients");
    add("client-connections", options::value<std::uint32_t>(), "of one client");
    add("desync", options::value<std::string>()->default_value("defensive"));
    return all;
}

config::DesyncMode desync_mode(const std::string& word) {
    if (word == "monitor") return config::DesyncMode::monitor;
    return word == "strictest" ? config::DesyncMode::strictest : config::DesyncMode::defensive;
}

config::HttpServer server_of(const options::variables_map& given) {
    config::HttpServer server;
    server.default_action = config::ForwardAction{.shares = {{.target_group = "web"}}};
    const auto rule = [&](std::uint32_t priority, std::string path, config::Action action) {
        config::HttpRule made;
        made.priority = priority;
        made.conditions.push_back(config::PathPattern{.values = {{.text = std::move(path)}}});
        made.action = std::move(action);
        server.rules.push_back(std::move(made));
    };
    rule(1, "/fixed", config::FixedResponse{.status = 200, .content_type = "text/plain", .body = "fixed\n"});
    rule(2, "/moved/*", config::RedirectAction{.status = 301, .protocol = "HTTPS", .port = "443"});
    const auto ms = [&](const char* name, std::chrono::milliseconds& value) {
        if (given.count(name) != 0) value = std::chrono::milliseconds(given[name].as<int>());
    };
    ms("idle", server.timeouts.idle);
    ms("header-read", server.timeouts.header_read);
    ms("target-response", server.timeouts.target_response);
    if (given.count("body-rate") != 0) server.timeouts.body_bytes_per_second = given["body-rate"].as<std::uint32_t>();
    if (given.count("body-limit") != 0) server.limits.request_body_bytes = given["body-limit"].as<std::uint64_t>();
    if (given.count("requests") != 0) server.limits.requests = given["requests"].as<std::uint32_t>();
    if (given.count("connections") != 0) server.limits.connections = given["connections"].as<std::uint32_t>();
    if (given.count("client-connections") != 0)
        server.limits.connections_per_client = given["client-connections"].as<std::uint32_t>();
    server.desync = desync_mode(given["desync"].as<std::string>());
    return server;
}

config::Config config_of(const options::variables_map& given) {
    config::Config config;
    config.ports.push_back({.name = "south", .device = config::NullDevice{}});
    config.ports.front().addresses.push_back(*IpPrefix::parse("127.0.0.1/8"));
    config::Endpoint endpoint;
    endpoint.name = "lab";
    endpoint.id = 1;
    endpoint.ports.push_back("south");
    config.endpoints.push_back(endpoint);
    config::TargetGroup group;
    group.name = "web";
    group.port = 80;
    const std::string& algorithm = given["algorithm"].as<std::string>();
    if (algorithm == "least_connections") group.algorithm = config::Algorithm::least_connections;
    if (algorithm == "round_robin") group.algorithm = config::Algorithm::round_robin;
    if (algorithm == "weighted_random") group.algorithm = config::Algorithm::weighted_random;
    group.http.emplace();
    group.http->anomaly_mitigation = group.algorithm == config::Algorithm::weighted_random;
    group.http->idle_connections = 512;
    if (given["target-version"].as<std::string>() == "http2") group.http->version = config::ProtocolVersion::http2;
    if (given["target-version"].as<std::string>() == "grpc") group.http->version = config::ProtocolVersion::grpc;
    if (given.count("sticky") != 0) group.http->cookie = config::CookieKind::load_balancer;
    for (const std::uint16_t port : given["target"].as<std::vector<std::uint16_t>>())
        group.targets.push_back(
            {.name = std::to_string(port), .address = *IpAddress::parse("127.0.0.1"), .port = port});
    config.target_groups.push_back(group);
    for (const char* const name : {"http", "https"}) {
        if (given.count(name) == 0) continue;
        config::Listener listener;
        listener.name = name;
        listener.address = *IpAddress::parse("127.0.0.1");
        listener.port = given[name].as<std::uint16_t>();
        listener.mode = config::ListenerMode::proxy;
        listener.forward = {{.target_group = "web"}};
        listener.http = server_of(given);
        config.listeners.push_back(listener);
    }
    return config;
}

template <typename T>
T must(Result<T> made) {
    if (made) return std::move(*made);
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    std::exit(2);
}

std::shared_ptr<const serve::World> world_of(const options::variables_map& given, const config::Config& config) {
    auto world = std::make_shared<serve::World>();
    world->directory = balance::build_roster(config).directory;
    auto group = std::make_shared<serve::GroupPlan>();
    group->name = "web";
    group->identity = l7::group_identity("web");
    group->http = *config.target_groups.front().http;
    if (given.count("target-ca") != 0) {
        config::TlsClient tls;
        tls.ca = given["target-ca"].as<std::string>();
        if (given.count("target-name") != 0) tls.server_name = given["target-name"].as<std::string>();
        group->tls = must(tls::ClientContext::load(tls));
    }
    world->groups.push_back(group);
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        const config::Listener& from = config.listeners[i];
        auto listener =
            std::make_shared<serve::ListenerPlan>(serve::ListenerPlan{.name = from.name,
                                                                      .number = static_cast<ListenerIndex>(i),
                                                                      .address = from.address,
                                                                      .port = from.port,
                                                                      .http = *from.http,
                                                                      .handshake_timeout = std::chrono::seconds(10),
                                                                      .rules = must(rules::RuleSet::build(*from.http)),
                                                                      .log = 0});
        listener->groups.assign(listener->rules.group_names().size(), 0);
        if (from.name == "https") {
            config::TlsServer tls;
            tls.certificates.push_back(
                {.certificate = given["certificate"].as<std::string>(), .key = given["key"].as<std::string>()});
            if (given.count("passthrough") != 0) tls.mutual.mode = config::MutualTls::passthrough;
            if (given.count("trust") != 0) {
                tls.mutual.mode = config::MutualTls::verify;
                tls.mutual.trust_store = given["trust"].as<std::string>();
            }
            listener->mutual = tls.mutual.mode;
            listener->tls = must(tls::ServerContext::load(tls, nullptr));
        }
        world->listeners.push_back(listener);
    }
    return world;
}

/// Of round robin.
std::shared_ptr<const balance::Directory> without_target(const balance::Directory& before, std::uint16_t port) {
    const auto after = std::make_shared<balance::Directory>(before);
    balance::TargetGroup& group = after->groups.front();
    for (std::size_t i = 0; i < group.takers.size(); ++i) {
        balance::Target& target = after->targets[group.takers[i]];
        if (target.port != port) continue;
        target.ends_flows = true;
        group.takers.erase(group.takers.begin() + static_cast<std::ptrdiff_t>(i));
        group.weights.erase(group.weights.begin() + static_cast<std::ptrdiff_t>(i));
        std::erase(group.cycle, i);
        for (std::uint16_t& position : group.cycle)
            position = position > i ? static_cast<std::uint16_t>(position - 1) : position;
        break;
    }
    return after;
}

/// So many seconds pass for who decides about targets, by what the engine has counted of them.
void pass(control::Registry& registry, Instant& now, const StreamCounters& books, unsigned seconds) {
    const auto outcomes = [&](TargetIndex index) {
        const TargetCounters& counts = books.targets[index];
        return health::Outcomes{.succeeded = counts.requests_succeeded.read(), .failed = counts.requests_failed.read()};
    };
    for (; seconds > 0; --seconds) {
        now.nanoseconds += 1'000'000'000;
        registry.tick(now, {.flows = [](ApplianceIndex) { return 1; },
                            .target_flows = [](TargetIndex) { return 1; },
                            .outcomes = outcomes});
    }
}

} // namespace

int main(int argc, char** argv) {
    options::variables_map given;
    options::store(options::parse_command_line(argc, argv, all_options()), given);
    const config::Config config = config_of(given);
    const auto world = world_of(given, config);
    StreamCounters books({.listeners = 8, .targets = 64});
    const balance::CountedFlows outstanding(books.targets);
    std::random_device device;
    serve::EngineSettings settings;
    settings.cookie_keys = std::make_shared<const l7::CookieKeys>(must(l7::CookieKeys::random()));
    settings.cookie_seed = {device(), device()};
    settings.seed = device();
    settings.group_slots = 8;
    l7::LineQueue requests;
    l7::LineQueue connections;
    if (given.count("log") != 0)
        settings.logs.push_back({.format = given["log"].as<std::string>() == "json" ? config::HttpLogFormat::json
                                                                                    : config::HttpLogFormat::alb,
                                 .requests = &requests,
                                 .connections = &connections});
    const auto engine = must(serve::Engine::make(std::move(settings), books, outstanding));
    std::promise<std::vector<std::string>> listening;
    engine->follow(world, [&, told = false](std::vector<std::string> failures) mutable {
        if (!std::exchange(told, true)) listening.set_value(std::move(failures));
    });
    std::thread thread([&] { engine->run(); });
    for (const std::string& sentence : listening.get_future().get())
        std::printf("%s\n", sentence.c_str());
    std::puts("ready");
    std::fflush(stdout);
    Instant now{1'000'000'000};
    control::Registry registry(config, now);
    // "end PORT": that target has left, and its delay is over. "fixed TEXT": /fixed says that from now on. "log": the
    // lines of requests since the last time, and an empty one. "pass SECONDS": what the log says of them, and an empty
    // line; once that is there the engine goes by it.
    const auto tell = [](const std::string& lines) { std::fputs(lines.c_str(), stdout); };
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "log") {
            while (requests.take(tell)) {
            }
            std::puts("");
            std::fflush(stdout);
            continue;
        }
        const auto changed = std::make_shared<serve::World>(*world);
        if (line.starts_with("pass ")) {
            pass(registry, now, books, static_cast<unsigned>(std::stoul(line.substr(5))));
            changed->directory = registry.roster()->directory;
            std::promise<void> followed;
            engine->follow(changed, [&](const auto&) { followed.set_value(); });
            followed.get_future().wait();
            for (const std::string& sentence : registry.take_news())
                std::printf("%s\n", sentence.c_str());
            std::puts("");
            std::fflush(stdout);
            continue;
        }
        if (line.starts_with("end ")) {
            changed->directory =
                without_target(*world->directory, static_cast<std::uint16_t>(std::stoi(line.substr(4))));
        } else {
            config::Config other = config;
            for (config::Listener& listener : other.listeners)
                listener.http->rules.front().action = config::FixedResponse{.body = line.substr(6)};
            changed->listeners = world_of(given, other)->listeners;
        }
        engine->follow(changed, nullptr);
    }
    engine->stop();
    thread.join();
    const serve::HttpCounters& counters = engine->counters();
    std::printf("requests %lu, connections %lu of which ended %lu, to targets %lu, reused %lu, retries %lu\n",
                counters.requests.read(), counters.connections_accepted.read(), counters.connections_ended.read(),
                counters.target_connections.read(), counters.target_connections_reused.read(), counters.retries.read());
    std::uint64_t well = 0;
    std::uint64_t failed = 0;
    for (const TargetCounters& target : books.targets) {
        well += target.requests_succeeded.read();
        failed += target.requests_failed.read();
    }
    std::printf("outcomes %lu well, %lu not\n", well, failed);
    while (requests.take(tell) || connections.take(tell)) {
    }
}
