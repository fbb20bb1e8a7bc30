// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/server_context.hpp"

#include "balance/tls/error_words.hpp"
#include "balance/tls/mutual.hpp"
#include "balance/tls/names.hpp"
#include "balance/tls/pem_files.hpp"
#include "balance/tls/policy.hpp"
#include "balance/tls/server_callbacks.hpp"
#include "balance/tls/staple.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace sallyport::tls {
namespace {

struct Loaded {
    Identity identity;
    std::optional<Staple> staple;
    std::vector<std::string> names;
    [[nodiscard]] int key_type() const { return EVP_PKEY_get_base_id(identity.key.get()); }
};

/// Indices of certificates, at most one a key type: an SSL_CTX shows of them what the client can use.
using Group = std::vector<std::size_t>;

/// Makes the SSL_CTXs of a listener.
class Builder {
public:
    Builder(const config::TlsServer& config, std::shared_ptr<const TicketKeys> keys, std::vector<std::string>& warnings)
        : config_(config), warnings_(warnings) {
        // ALB does not resume with mutual authentication either: a ticket would outlive the client's certificate.
        if (config.session_tickets && config.mutual.mode == config::MutualTls::off) keys_ = std::move(keys);
    }

    Result<ContextHandle> build() {
        if (auto done = load_certificates(); !done) return tl::unexpected(done.error());
        auto trust = read_trust_store(config_.mutual, warnings_);
        if (!trust) return tl::unexpected(trust.error());
        trust_ = std::move(*trust);
        group_by_name();
        return make_contexts();
    }

private:
    Result<void> load_certificates();
    Result<Loaded> load_one(const config::Certificate& config);
    void group_by_name();
    void warn_of_unused();
    Result<ContextHandle> make_contexts();
    Result<ContextHandle> make_context(const Group& group, std::unique_ptr<ServerKnowledge> knowledge);
    [[nodiscard]] Group first_group() const;

    const config::TlsServer& config_;
    std::shared_ptr<const TicketKeys> keys_;
    std::vector<std::string>& warnings_;
    std::vector<Loaded> certificates_;
    TrustStore trust_;
    std::map<std::string, Group> groups_; // by name
};

Result<void> Builder::load_certificates() {
    if (config_.certificates.empty()) return failure("A listener that speaks TLS needs a certificate");
    for (const config::Certificate& one : config_.certificates) {
        auto loaded = load_one(one);
        if (!loaded) return tl::unexpected(loaded.error());
        certificates_.push_back(std::move(*loaded));
    }
    return {};
}

Result<Loaded> Builder::load_one(const config::Certificate& config) {
    auto identity = read_identity(config.certificate, config.key, warnings_);
    if (!identity) return tl::unexpected(identity.error());
    Loaded loaded{std::move(*identity), std::nullopt, {}};
    loaded.names = names_of(loaded.identity.certificate.get());
    if (config.ocsp.empty()) return loaded;
    auto staple = read_staple(config.ocsp, loaded.identity.certificate.get(), warnings_);
    if (!staple) return tl::unexpected(staple.error());
    loaded.staple = std::move(*staple);
    return loaded;
}

/// The first certificate of each key type is that of a name.
void Builder::group_by_name() {
    for (std::size_t i = 0; i < certificates_.size(); ++i)
        for (const std::string& name : certificates_[i].names) {
            Group& group = groups_[name];
            if (std::none_of(group.begin(), group.end(), [this, i](std::size_t other) {
                    return certificates_[other].key_type() == certificates_[i].key_type();
                }))
                group.push_back(i);
        }
    warn_of_unused();
}

void Builder::warn_of_unused() {
    std::set<std::size_t> used;
    for (const auto& [name, group] : groups_)
        used.insert(group.begin(), group.end());
    for (std::size_t i = 1; i < certificates_.size(); ++i)
        if (!used.contains(i))
            warnings_.push_back("The certificate in " + config_.certificates[i].certificate +
                                " is never shown: it has no name that one before it has not");
}

/// Who asks for no name sees the first certificate, or its sibling of another key type.
Group Builder::first_group() const {
    const auto& names = certificates_.front().names;
    return names.empty() ? Group{0} : groups_.at(names.front());
}

Result<ContextHandle> Builder::make_contexts() {
    const Group first_group = this->first_group();
    auto knowledge = std::make_unique<ServerKnowledge>();
    std::map<Group, SSL_CTX*> made = {{first_group, nullptr}};
    for (const auto& [name, group] : groups_) {
        const auto [at, is_new] = made.emplace(group, nullptr);
        if (is_new) {
            auto context = make_context(group, std::make_unique<ServerKnowledge>());
            if (!context) return context;
            at->second = context->get();
            knowledge->others.push_back(std::move(*context));
        }
        knowledge->names[name] = at->second;
    }
    return make_context(first_group, std::move(knowledge));
}

Result<ContextHandle> Builder::make_context(const Group& group, std::unique_ptr<ServerKnowledge> knowledge) {
    auto context = new_context(TLS_server_method(), config_.policy);
    if (!context) return context;
    for (const std::size_t i : group) {
        const Identity& who = certificates_[i].identity;
        if (SSL_CTX_use_cert_and_key(context->get(), who.certificate.get(), who.key.get(), who.chain.get(), 1) != 1)
            return failure("The certificate in " + config_.certificates[i].certificate +
                           " can not be used: " + take_errors());
        if (certificates_[i].staple) knowledge->staples.emplace_back(who.certificate.get(), *certificates_[i].staple);
    }
    knowledge->alpn = config_.alpn;
    knowledge->ignores_expiry = config_.mutual.ignores_expiry;
    knowledge->keys = keys_;
    constexpr std::string_view ours = "sallyport"; // sessions are of this program; that they are of this listener say
                                                   // the keys
    const bool done =
        SSL_CTX_set_session_id_context(context->get(), reinterpret_cast<const unsigned char*>(ours.data()),
                                       static_cast<unsigned int>(ours.size())) == 1 &&
        ask_clients(context->get(), config_.mutual, trust_) && install(context->get(), std::move(knowledge));
    if (!done) return failure("TLS is not to be had: " + take_errors());
    return context;
}

} // namespace

Result<std::shared_ptr<const ServerContext>> ServerContext::load(const config::TlsServer& config,
                                                                 std::shared_ptr<const TicketKeys> keys) {
    const std::shared_ptr<ServerContext> made(new ServerContext);
    auto first = Builder(config, std::move(keys), made->warnings_).build();
    if (!first) return tl::unexpected(first.error());
    made->first_ = std::move(*first);
    return made;
}

Session ServerContext::accept() const {
    Session session(SSL_new(first_.get()));
    if (session) SSL_set_accept_state(session.get());
    return session;
}

std::vector<std::string> files_of(const config::TlsServer& config) {
    std::vector<std::string> files;
    const auto add = [&files](const std::string& path) {
        if (!path.empty()) files.push_back(path);
    };
    for (const config::Certificate& one : config.certificates) {
        add(one.certificate);
        add(one.key);
        add(one.ocsp);
    }
    if (config.mutual.mode != config::MutualTls::verify) return files;
    add(config.mutual.trust_store);
    add(config.mutual.revocations);
    return files;
}

} // namespace sallyport::tls
