// SPDX-License-Identifier: Apache-2.0
// A stream proxy for the oracles to talk through: key=value arguments in, a line for each connection that ended out.
//   listen=ADDRESS trusted=PREFIX sni=1 header=1 endpoint=HEX chain=NAME default=PORT spare=PORT PATTERN=PORT...
// TLS with clients: certificate=PEM,KEY... alpn=POLICY trust=CA handshake_ms=N; with targets: target_ca=CA
// target_name=NAME target_verify=none connect_ms=N. Lines in: "certificate PEM,KEY" shows that one from now on, "held"
// asks for the bytes held.
#include "balance/proxy/proxy.hpp"
#include "balance/proxy/sni_match.hpp"
#include "support/clock.hpp"

#include <boost/asio/post.hpp>

#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

using namespace sallyport;
using namespace sallyport::balance;

namespace {

std::vector<std::uint8_t> bytes_of(const std::string& text) {
    return {text.begin(), text.end()};
}

template <typename Context>
std::shared_ptr<const Context> or_end(Result<std::shared_ptr<const Context>> loaded) {
    if (loaded) return *loaded;
    std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
    std::exit(1);
}

config::AlpnPolicy alpn_policy(const std::string& name) {
    return name == "http1_only"       ? config::AlpnPolicy::http1_only
           : name == "http2_only"     ? config::AlpnPolicy::http2_only
           : name == "http2_optional" ? config::AlpnPolicy::http2_optional
                                      : config::AlpnPolicy::http2_preferred;
}

/// What is spoken with clients and targets.
struct Terms {
    config::TlsServer server;
    config::TlsClient client;
    bool with_clients = false;
    bool with_targets = false;
    std::shared_ptr<const tls::TicketKeys> keys = std::make_shared<tls::TicketKeys>(Instant{0}, std::chrono::hours(1));

    bool take(const std::string& key, const std::string& value) {
        if (key == "certificate") {
            with_clients = true;
            server.certificates.push_back({value.substr(0, value.find(',')), value.substr(value.find(',') + 1), {}, 0});
        } else if (key == "alpn") {
            server.alpn = alpn_policy(value);
        } else if (key == "trust") {
            server.mutual.mode = config::MutualTls::verify;
            server.mutual.trust_store = value;
        } else if (key.starts_with("target_")) {
            with_targets = true;
            if (key == "target_ca") client.ca = value;
            if (key == "target_name") client.server_name = value;
            if (key == "target_verify") client.verifies = value != "none";
        } else {
            return false;
        }
        return true;
    }
    [[nodiscard]] auto for_clients() const { return or_end(tls::ServerContext::load(server, keys)); }
    [[nodiscard]] auto for_targets() const { return or_end(tls::ClientContext::load(client)); }
};

class Targets final : public TargetChooser, public StreamObserver {
public:
    void take(const std::string& key, const std::string& value) {
        if (key == "header") {
            header_.emplace();
        } else if (key == "endpoint") {
            header_->tlvs.push_back({TlvType::aws, aws_endpoint_value(std::stoull(value, nullptr, 16))});
            header_->tlvs.push_back({TlvType::endpoint_name, bytes_of("office")});
        } else if (key == "chain") {
            header_->tlvs.push_back({TlvType::chain_name, bytes_of(value)});
        } else if (key == "spare") {
            spare_ = static_cast<std::uint16_t>(std::stoul(value));
        } else {
            patterns_.push_back(key);
            ports_.push_back(static_cast<std::uint16_t>(std::stoul(value)));
        }
    }

    std::optional<TargetChoice> choose(const ClientFacts& client, std::span<const TargetId> failed) override {
        if (failed.size() == 1 && spare_ != 0) return choice(100, spare_);
        const std::string name = client.hello == nullptr ? "" : client.hello->server_name;
        const auto rule = first_fitting(patterns_, name.empty() ? "default" : name);
        if (!rule) return std::nullopt;
        return choice(static_cast<TargetId>(*rule), ports_[*rule]);
    }
    void client_tls_agreed(ListenerId, bool is_resumed) override { std::printf("agreed resumed=%d\n", is_resumed); }
    void client_tls_failed(ListenerId, const tls::FailedHandshake& why) override { tell("client", why); }
    void target_tls_failed(ListenerId, TargetId, const tls::FailedHandshake& why) override { tell("target", why); }
    void ended(const StreamReport& report) override {
        std::printf("ended %s %s %s name=%s in=%llu out=%llu\n", std::string(word(report.end.value())).c_str(),
                    report.route.source.to_string().c_str(), report.route.destination.to_string().c_str(),
                    report.server_name.c_str(), static_cast<unsigned long long>(report.bytes_from_client),
                    static_cast<unsigned long long>(report.bytes_from_target));
        std::fflush(stdout);
    }

    std::shared_ptr<const tls::ClientContext> tls;

private:
    [[nodiscard]] TargetChoice choice(TargetId target, std::uint16_t port) const {
        return {target, {IpAddress::v4(0x7f00'0001), port}, {}, header_, tls};
    }
    static void tell(const char* whose, const tls::FailedHandshake& why) {
        std::printf("failed %s %s: %s\n", whose, std::string(tls::word_of(why.kind)).c_str(), why.sentence.c_str());
        std::fflush(stdout);
    }

    std::uint16_t spare_ = 0;
    std::vector<std::string> patterns_;
    std::vector<std::uint16_t> ports_;
    std::optional<HeaderChoice> header_;
};

/// What stands on standard input, until it ends.
void listen_to_orders(Loop& loop, Proxy& proxy, StreamListener& listener, Terms& terms) {
    for (std::string line; std::getline(std::cin, line);) {
        boost::asio::post(loop, [&proxy, &listener, &terms, line] {
            if (line == "held") {
                std::printf("held %zu\n", proxy.held_bytes());
            } else {
                terms.server.certificates.clear();
                terms.take("certificate", line.substr(line.find(' ') + 1));
                listener.tls = terms.for_clients();
                static_cast<void>(proxy.update({listener}));
                std::printf("changed\n");
            }
            std::fflush(stdout);
        });
    }
    boost::asio::post(loop, [&loop] { loop.stop(); });
}

} // namespace

int main(int argc, char** argv) {
    Loop loop(1);
    Targets targets;
    ProxySettings settings;
    StreamListener listener;
    Terms terms;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const std::string key = word.substr(0, word.find('='));
        const std::string value = word.substr(word.find('=') + 1);
        if (key == "listen")
            listener.address.address = IpAddress::parse(value).value();
        else if (key == "trusted")
            listener.trusted.push_back(IpPrefix::parse(value).value());
        else if (key == "sni")
            listener.needs_sni = true;
        else if (key == "handshake_ms")
            listener.handshake_timeout = std::chrono::milliseconds(std::stoul(value));
        else if (key == "connect_ms")
            settings.connect_timeout = std::chrono::milliseconds(std::stoul(value));
        else if (!terms.take(key, value))
            targets.take(key, value);
    }
    if (terms.with_clients) listener.tls = terms.for_clients();
    if (terms.with_targets) targets.tls = terms.for_targets();
    Proxy proxy(loop, settings, targets, targets);
    for (const ListenerFailure& failure : proxy.update({listener}))
        std::fprintf(stderr, "%s\n", failure.sentence.c_str());
    std::printf("port %u\n", unsigned{proxy.listeners().front().address.port});
    std::fflush(stdout);
    std::thread orders([&] { listen_to_orders(loop, proxy, listener, terms); });
    loop.run();
    orders.join();
    return 0;
}
