// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/build_plan.hpp"

#include "balance/l7/sealed_cookie.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::serve {
namespace {

/// What decides how a listener is served, without what is only the file's: a line more above changes nothing.
config::Listener as_served(config::Listener listener) {
    listener.line = 0;
    for (config::HttpRule& rule : listener.http->rules)
        rule.line = 0;
    if (listener.tls) listener.tls = tls::without_lines(*std::move(listener.tls));
    return listener;
}

bool listen_alike(const config::Listener& one, const config::Listener& other) {
    return one.endpoint == other.endpoint && one.address == other.address && one.port == other.port;
}

std::size_t position_of(const std::vector<std::string>& logs, const std::string& name) {
    const auto found = std::ranges::find(logs, name);
    return found == logs.end() ? no_log : static_cast<std::size_t>(found - logs.begin());
}

std::string words_for(const config::Listener& listener) {
    return "Listener " + listener.name;
}

/// A context's own sentences do not know whose it is.
Error of(const std::string& whose, const Error& error) {
    return Error{whose + ": " + error.message};
}

ListenerIndex number_of(const balance::Directory& directory, const config::Listener& listener) {
    for (std::size_t i = 0; i < directory.listeners.size(); ++i) {
        const balance::Listener& each = directory.listeners[i];
        if (each.is_http && !each.is_gone && each.name == listener.name) return static_cast<ListenerIndex>(i);
    }
    return no_index;
}

TargetGroupIndex group_number(const balance::Directory& directory, const std::string& name) {
    const auto found = std::ranges::find(directory.groups, name, &balance::TargetGroup::name);
    return found == directory.groups.end() ? TargetGroupIndex{no_index}
                                           : static_cast<TargetGroupIndex>(found - directory.groups.begin());
}

template <typename Things>
auto find_named(const Things& things, const std::string& name) {
    const auto found = std::ranges::find_if(things, [&](const auto& each) { return each->name() == name; });
    return found == things.end() ? nullptr : *found;
}

} // namespace

/// A listener, its contexts, and its plan once the directory has a place for it.
struct Planner::Server {
    config::Listener listener; // as served
    std::size_t log = no_log;
    std::optional<tls::KeptServer> tls;
    std::optional<rules::RuleSet> rules; // until the plan has them
    std::shared_ptr<const ListenerPlan> plan;

    [[nodiscard]] const std::string& name() const noexcept { return listener.name; }
    Result<void> read_rules();
    Result<void> read_tls(const Server* before, Instant now);
    void plan_for(const balance::Directory& directory);
};

struct Planner::Client {
    std::string group;
    config::HttpClient http;
    std::optional<tls::KeptClient> tls;
    std::shared_ptr<const GroupPlan> plan;

    [[nodiscard]] const std::string& name() const noexcept { return group; }
    Result<void> read_tls(const config::TlsClient& settings, const Client* before);
    void make_plan();
};

Result<void> Planner::Server::read_rules() {
    auto built = rules::RuleSet::build(*listener.http);
    if (!built) return tl::unexpected(of(words_for(listener), built.error()));
    rules = std::move(*built);
    return {};
}

Result<void> Planner::Server::read_tls(const Server* before, Instant now) {
    if (!listener.tls) return {};
    const bool was_tls = before != nullptr && before->tls.has_value();
    auto started = tls::KeptServer::start(*listener.tls, was_tls ? &*before->tls : nullptr, now);
    if (!started) return tl::unexpected(of(words_for(listener), started.error()));
    tls = std::move(*started);
    return {};
}

void Planner::Server::plan_for(const balance::Directory& directory) {
    if (!rules && !read_rules()) return; // they were read before, from the same text
    auto made = std::make_shared<ListenerPlan>(ListenerPlan{.name = listener.name,
                                                            .number = number_of(directory, listener),
                                                            .address = listener.address,
                                                            .port = listener.port,
                                                            .http = *listener.http,
                                                            .tls = tls ? tls->current() : nullptr,
                                                            .rules = *std::exchange(rules, std::nullopt),
                                                            .groups = {},
                                                            .log = log});
    if (listener.tls) {
        made->mutual = listener.tls->mutual.mode;
        made->handshake_timeout = listener.tls->handshake_timeout;
    }
    for (const std::string& group : made->rules.group_names())
        made->groups.push_back(group_number(directory, group));
    if (made->number != no_index) plan = std::move(made);
}

Result<void> Planner::Client::read_tls(const config::TlsClient& settings, const Client* before) {
    const bool was_tls = before != nullptr && before->tls.has_value();
    auto started = tls::KeptClient::start(settings, was_tls ? &*before->tls : nullptr);
    if (!started) return tl::unexpected(of("Target group " + group, started.error()));
    tls = std::move(*started);
    return {};
}

void Planner::Client::make_plan() {
    plan = std::make_shared<const GroupPlan>(GroupPlan{
        .name = group, .identity = l7::group_identity(group), .http = http, .tls = tls ? tls->current() : nullptr});
}

Result<std::shared_ptr<Planner::Server>> Planner::draft_server(const config::Listener& listener, Instant now) const {
    auto server = std::make_shared<Server>();
    server->listener = as_served(listener);
    server->log = position_of(logs_, listener.http->access_log);
    const std::shared_ptr<Server> before = find_named(servers_, listener.name);
    const bool is_same = before != nullptr && listen_alike(before->listener, server->listener) &&
                         before->listener.http == server->listener.http && before->listener.tls == server->listener.tls;
    if (is_same) return before;
    auto done = server->read_rules();
    if (done) done = server->read_tls(before.get(), now);
    if (!done) return tl::unexpected(done.error());
    return server;
}

Result<std::shared_ptr<Planner::Client>> Planner::draft_client(const config::TargetGroup& group) const {
    auto client = std::make_shared<Client>();
    client->group = group.name;
    client->http = *group.http;
    const std::shared_ptr<Client> before = find_named(clients_, group.name);
    if (group.tls)
        if (auto done = client->read_tls(*group.tls, before.get()); !done) return tl::unexpected(done.error());
    const auto context = [](const Client& of) { return of.tls ? of.tls->current() : nullptr; };
    const bool is_same = before != nullptr && before->http == client->http && context(*before) == context(*client);
    if (is_same) return before;
    client->make_plan();
    return client;
}

Result<Planner::Draft> Planner::draft(const config::Config& config, Instant now) const {
    Draft draft;
    const auto warn = [&](const std::string& whose, const auto& tls) {
        for (const std::string& warning : tls->warnings())
            draft.warnings_.push_back(whose + ": " + warning);
    };
    for (const config::Listener& listener : config.listeners) {
        if (!listener.http) continue;
        auto server = draft_server(listener, now);
        if (!server) return tl::unexpected(server.error());
        if ((*server)->tls && (*server)->plan == nullptr) warn(words_for(listener), (*server)->tls->current());
        draft.servers_.push_back(std::move(*server));
    }
    for (const config::TargetGroup& group : config.target_groups) {
        if (!group.http) continue;
        auto client = draft_client(group);
        if (!client) return tl::unexpected(client.error());
        if ((*client)->tls && *client != find_named(clients_, group.name))
            warn("Target group " + group.name, (*client)->tls->current());
        draft.clients_.push_back(std::move(*client));
    }
    return draft;
}

void Planner::take(Draft draft) {
    servers_ = std::move(draft.servers_);
    clients_ = std::move(draft.clients_);
}

std::shared_ptr<const World> Planner::world(const chain::Roster& roster) {
    auto world = std::make_shared<World>();
    world->version = roster.version;
    world->directory = roster.directory;
    if (roster.directory == nullptr) return world;
    for (const auto& server : servers_) {
        if (server->plan == nullptr) server->plan_for(*roster.directory);
        if (server->plan != nullptr) world->listeners.push_back(server->plan);
    }
    world->groups.resize(roster.directory->groups.size());
    for (const auto& client : clients_) {
        const TargetGroupIndex number = group_number(*roster.directory, client->group);
        if (number != no_index) world->groups[number] = client->plan;
    }
    return world;
}

std::shared_ptr<const tls::ClientContext> Planner::client_context(const std::string& group) const {
    const std::shared_ptr<Client> client = find_named(clients_, group);
    return client != nullptr && client->tls ? client->tls->current() : nullptr;
}

tls::News Planner::poll(Instant now) {
    tls::News news;
    for (const auto& server : servers_)
        if (server->tls && server->tls->poll(words_for(server->listener), now, news)) server->plan = nullptr;
    for (const auto& client : clients_)
        if (client->tls && client->tls->poll("Target group " + client->group, news)) client->make_plan();
    return news;
}

bool has_http(const config::Config& config) noexcept {
    return std::ranges::any_of(config.listeners, [](const config::Listener& each) { return each.http.has_value(); });
}

} // namespace sallyport::serve
