// SPDX-License-Identifier: Apache-2.0
// A stream proxy for the oracles to talk through: key=value arguments in, a line for each connection that ended out.
//   listen=ADDRESS trusted=PREFIX sni=1 header=1 endpoint=HEX chain=NAME default=PORT PATTERN=PORT...
#include "balance/proxy/proxy.hpp"
#include "balance/proxy/sni_match.hpp"

#include <cstdio>
#include <string>

using namespace sallyport;
using namespace sallyport::balance;

namespace {

std::vector<std::uint8_t> bytes_of(const std::string& text) {
    return {text.begin(), text.end()};
}

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
        } else {
            patterns_.push_back(key);
            ports_.push_back(static_cast<std::uint16_t>(std::stoul(value)));
        }
    }

    std::optional<TargetChoice> choose(const ClientFacts& client, std::span<const TargetId>) override {
        const std::string name = client.hello == nullptr ? "" : client.hello->server_name;
        const auto rule = first_fitting(patterns_, name.empty() ? "default" : name);
        if (!rule) return std::nullopt;
        return TargetChoice{static_cast<TargetId>(*rule), {IpAddress::v4(0x7f00'0001), ports_[*rule]}, {}, header_};
    }
    void ended(const StreamReport& report) override {
        std::printf("ended %s %s %s name=%s in=%llu out=%llu\n", std::string(word(report.end.value())).c_str(),
                    report.route.source.to_string().c_str(), report.route.destination.to_string().c_str(),
                    report.server_name.c_str(), static_cast<unsigned long long>(report.bytes_from_client),
                    static_cast<unsigned long long>(report.bytes_from_target));
        std::fflush(stdout);
    }

private:
    std::vector<std::string> patterns_;
    std::vector<std::uint16_t> ports_;
    std::optional<HeaderChoice> header_;
};

} // namespace

int main(int argc, char** argv) {
    Loop loop(1);
    Targets targets;
    StreamListener listener;
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
        else
            targets.take(key, value);
    }
    Proxy proxy(loop, {}, targets, targets);
    for (const ListenerFailure& failure : proxy.update({listener}))
        std::fprintf(stderr, "%s\n", failure.sentence.c_str());
    std::printf("port %u\n", unsigned{proxy.listeners().front().address.port});
    std::fflush(stdout);
    loop.run();
    return 0;
}
