// SPDX-License-Identifier: Apache-2.0
#include "kit/command_line.hpp"

#include "kit/verbose.hpp"

#include <iostream>

namespace sallyport::appliances {

namespace po = boost::program_options;

namespace {

constexpr int exit_wrong_usage = 2;
constexpr unsigned most_seconds_between_stats = 86400;

} // namespace

CommandLine::CommandLine(std::string program, std::string summary)
    : program_(std::move(program)), summary_(std::move(summary)), options_("options") {
    options_.add_options()("help", "show this text")(
        "listen", po::value<std::vector<std::string>>()->composing()->value_name("ADDRESS"),
        "answer packets sent to this address, port 6081; repeatable (default: 0.0.0.0 and ::)")(
        "stats", po::value<std::string>()->value_name("FILE"), "write counters as JSON at the end and on SIGUSR1")(
        "stats-interval", po::value<unsigned>()->value_name("SECONDS"),
        "write them every so often as well")("verbose", "tell every packet and its verdict on standard error");
}

std::optional<int> CommandLine::parse(int argc, const char* const* argv) {
    try {
        po::store(po::command_line_parser(argc, argv).options(options_).positional({}).run(), values_);
        po::notify(values_);
    } catch (const po::error& error) {
        return wrong(std::string(error.what()) + "; --help shows the options.");
    }
    if (values_.count("help") != 0) {
        std::cout << "usage: " << program_ << " [options]\n" << summary_ << "\n\n" << options_;
        return 0;
    }
    return read_settings();
}

std::optional<int> CommandLine::read_settings() {
    settings_.program = program_;
    if (values_.count("listen") != 0) {
        for (const auto& text : values_["listen"].as<std::vector<std::string>>()) {
            const auto address = IpAddress::parse(text);
            if (!address) {
                return wrong("--listen " + text + ": not an address; write one like 198.51.100.11 or 2001:db8::11.");
            }
            settings_.listen.push_back(*address);
        }
    }
    if (values_.count("stats") != 0) settings_.stats_file = values_["stats"].as<std::string>();
    if (values_.count("stats-interval") != 0) {
        const unsigned seconds = values_["stats-interval"].as<unsigned>();
        if (settings_.stats_file.empty()) return wrong("--stats-interval needs --stats FILE to write to.");
        if (seconds == 0 || seconds > most_seconds_between_stats) {
            return wrong("--stats-interval: write a number of seconds from 1 to 86400.");
        }
        settings_.stats_interval = std::chrono::seconds(seconds);
    }
    return std::nullopt;
}

int CommandLine::run(Appliance& appliance) const {
    if (values_.count("verbose") == 0) return appliances::run(settings_, appliance);
    Verbose verbose(appliance, [](const std::string& line) { std::cerr << line << '\n'; });
    return appliances::run(settings_, verbose);
}

int CommandLine::wrong(const std::string& sentence) const {
    std::cerr << program_ << ": " << sentence << '\n';
    return exit_wrong_usage;
}

} // namespace sallyport::appliances
