// SPDX-License-Identifier: Apache-2.0
#include "balance/stream/stream_terms.hpp"

#include <utility>

namespace sallyport::balance {
namespace {

std::string listener_words(const std::string& name) {
    return "Listener " + name;
}

std::string group_words(const std::string& name) {
    return "Target group " + name;
}

template <typename Kept>
const Kept* find(const std::map<std::string, Kept>& all, const std::string& name) {
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

} // namespace

Result<StreamPlanner::Draft> StreamPlanner::draft(const config::Config& config, Instant now) const {
    Draft draft;
    // A context's own sentences do not know whose it is; those that were said before are not said again.
    const auto check = [&draft](const std::string& whose, const auto* before, const auto& made) -> Result<void> {
        if (!made) return failure(whose + ": " + made.error().message);
        if (before != nullptr && before->current() == made->current()) return {};
        for (const std::string& warning : made->current()->warnings())
            draft.warnings_.push_back(whose + ": " + warning);
        return {};
    };
    for (const config::Listener& listener : config.listeners) {
        if (!listener.tls || listener.http) continue;
        const tls::KeptServer* const before = find(listeners_, listener.name);
        auto made = tls::KeptServer::start(*listener.tls, before, now);
        if (auto done = check(listener_words(listener.name), before, made); !done) return tl::unexpected(done.error());
        draft.listeners_.emplace(listener.name, std::move(*made));
    }
    for (const config::TargetGroup& group : config.target_groups) {
        if (!group.tls || group.http) continue;
        const tls::KeptClient* const before = find(groups_, group.name);
        auto made = tls::KeptClient::start(*group.tls, before);
        if (auto done = check(group_words(group.name), before, made); !done) return tl::unexpected(done.error());
        draft.groups_.emplace(group.name, std::move(*made));
    }
    return draft;
}

void StreamPlanner::take(Draft draft) {
    listeners_ = std::move(draft.listeners_);
    groups_ = std::move(draft.groups_);
}

std::shared_ptr<const StreamTerms> StreamPlanner::terms(const Directory& directory) const {
    auto terms = std::make_shared<StreamTerms>();
    terms->listeners.resize(directory.listeners.size());
    for (std::size_t i = 0; i < directory.listeners.size(); ++i) {
        const Listener& listener = directory.listeners[i];
        if (!listener.is_tls || listener.is_http || listener.is_gone) continue;
        if (const tls::KeptServer* const kept = find(listeners_, listener.name))
            terms->listeners[i] = {kept->current(), kept->settings().handshake_timeout};
    }
    terms->groups.resize(directory.groups.size());
    for (std::size_t i = 0; i < directory.groups.size(); ++i) {
        const TargetGroup& group = directory.groups[i];
        if (!group.is_tls || group.is_http) continue;
        if (const tls::KeptClient* const kept = find(groups_, group.name)) terms->groups[i] = kept->current();
    }
    return terms;
}

std::shared_ptr<const tls::ClientContext> StreamPlanner::client_context(const std::string& group) const {
    const tls::KeptClient* const kept = find(groups_, group);
    return kept != nullptr ? kept->current() : nullptr;
}

tls::News StreamPlanner::poll(Instant now) {
    tls::News news;
    for (auto& [name, kept] : listeners_)
        kept.poll(listener_words(name), now, news);
    for (auto& [name, kept] : groups_)
        kept.poll(group_words(name), news);
    return news;
}

} // namespace sallyport::balance
