// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/kept_contexts.hpp"

#include <utility>

namespace sallyport::tls {
namespace {

template <typename Context>
bool note(const std::string& whose, const Reloader<Context>& reloader,
          const typename Reloader<Context>::Outcome& outcome, News& news) {
    if (!outcome.trouble.empty()) news.troubles.push_back(whose + ": " + outcome.trouble);
    if (!outcome.replaced) return false;
    news.is_changed = true;
    news.changes.push_back(whose + ": changed certificates are in use");
    for (const std::string& warning : reloader.current()->warnings())
        news.troubles.push_back(whose + ": " + warning);
    return true;
}

} // namespace

config::TlsServer without_lines(config::TlsServer settings) {
    settings.line = 0;
    for (config::Certificate& each : settings.certificates)
        each.line = 0;
    return settings;
}

config::TlsClient without_lines(config::TlsClient settings) {
    settings.line = 0;
    return settings;
}

Result<KeptServer> KeptServer::start(const config::TlsServer& settings, const KeptServer* before, Instant now) {
    config::TlsServer wanted = without_lines(settings);
    if (before != nullptr && before->settings_ == wanted) return *before;
    std::shared_ptr<TicketKeys> keys;
    if (before != nullptr && before->settings_.ticket_key_rotation == wanted.ticket_key_rotation) keys = before->keys_;
    if (keys == nullptr) keys = std::make_shared<TicketKeys>(now, wanted.ticket_key_rotation);
    auto started =
        Reloader<ServerContext>::start(files_of(wanted), [wanted, keys] { return ServerContext::load(wanted, keys); });
    if (!started) return tl::unexpected(started.error());
    return KeptServer(std::move(wanted), std::move(keys), std::move(*started));
}

bool KeptServer::poll(const std::string& whose, Instant now, News& news) {
    keys_->rotate_when_due(now);
    const auto outcome = reloader_.poll();
    return note(whose, reloader_, outcome, news);
}

Result<KeptClient> KeptClient::start(const config::TlsClient& settings, const KeptClient* before) {
    config::TlsClient wanted = without_lines(settings);
    if (before != nullptr && before->settings_ == wanted) return *before;
    auto started = Reloader<ClientContext>::start(files_of(wanted), [wanted] { return ClientContext::load(wanted); });
    if (!started) return tl::unexpected(started.error());
    return KeptClient(std::move(wanted), std::move(*started));
}

bool KeptClient::poll(const std::string& whose, News& news) {
    const auto outcome = reloader_.poll();
    return note(whose, reloader_, outcome, news);
}

} // namespace sallyport::tls
