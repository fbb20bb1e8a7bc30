// SPDX-License-Identifier: Apache-2.0
#include "firewall/firewall.hpp"
#include "kit/command_line.hpp"

#include <iostream>
#include <random>

namespace {

using namespace sallyport::appliances;
namespace po = boost::program_options;

constexpr std::uint32_t most_flows = 100'000'000;
constexpr std::uint32_t most_idle_seconds = 86400;
constexpr std::uint64_t ns_per_second = 1'000'000'000;

/// A key that nobody can guess, so that nobody can make all flows fall into one bucket.
sallyport::SipKey random_key() {
    std::random_device device;
    const auto word = [&device] { return (std::uint64_t{device()} << 32) | device(); };
    return {word(), word()};
}

} // namespace

int main(int argc, char** argv) {
    CommandLine command_line("sallyport-firewall",
                             "An appliance that lets pass what its rules allow, and the replies.");
    StateTableSettings settings;
    std::uint32_t tcp_idle_seconds = 350;
    std::uint32_t other_idle_seconds = 120;
    command_line.add_options()("rules", po::value<std::string>()->value_name("FILE"), "the rules (docs/appliances.md)")(
        "capacity", po::value(&settings.capacity)->default_value(settings.capacity)->value_name("FLOWS"),
        "so many flows are remembered; new ones are denied beyond")(
        "tcp-idle", po::value(&tcp_idle_seconds)->default_value(tcp_idle_seconds)->value_name("SECONDS"),
        "a TCP flow is forgotten after this time without a packet")(
        "other-idle", po::value(&other_idle_seconds)->default_value(other_idle_seconds)->value_name("SECONDS"),
        "any other flow is");
    if (const auto exit_code = command_line.parse(argc, argv)) return *exit_code;

    if (command_line.values().count("rules") == 0) return command_line.wrong("--rules FILE is missing.");
    if (settings.capacity == 0 || settings.capacity > most_flows) {
        return command_line.wrong("--capacity: write a number from 1 to " + std::to_string(most_flows) + '.');
    }
    for (const auto seconds : {tcp_idle_seconds, other_idle_seconds}) {
        if (seconds == 0 || seconds > most_idle_seconds) {
            return command_line.wrong("--tcp-idle, --other-idle: write a number of seconds from 1 to 86400.");
        }
    }
    settings.idle_ns[static_cast<std::size_t>(Lifetime::tcp)] = tcp_idle_seconds * ns_per_second;
    settings.idle_ns[static_cast<std::size_t>(Lifetime::other)] = other_idle_seconds * ns_per_second;
    settings.hash_key = random_key();

    const std::string path = command_line.values()["rules"].as<std::string>();
    ParsedRules parsed = read_rules(path);
    for (const auto& finding : parsed.findings) {
        std::cerr << path << (finding.line > 0 ? ':' + std::to_string(finding.line) : "") << ": " << finding.message
                  << '\n';
    }
    if (!parsed.findings.empty()) return 2;

    Firewall firewall(std::move(parsed.rules), settings, [](const std::string& line) { std::cerr << line << '\n'; });
    return command_line.run(firewall);
}
