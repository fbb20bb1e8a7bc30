// SPDX-License-Identifier: Apache-2.0
// sallyport replay: the pipeline over capture files.
#include "replay/replay.hpp"

#include "cli/command.hpp"
#include "cli/configuration.hpp"
#include "cli/options.hpp"
#include "cli/replay_input.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <iostream>
#include <vector>

namespace sallyport::cli {
namespace {

namespace po = boost::program_options;

struct Arguments {
    std::string config;
    std::vector<std::string> inputs;
    std::string output;
    std::vector<std::string> north;
    std::string endpoint;
    std::string no_route;
    std::string events;
};

Usage make_usage(Arguments& to) {
    Usage usage{
        "replay --config FILE --input TRACE --output DIR [options]",
        "Sends the packets of pcap and pcapng files through the gateway's pipeline, with the traces' own clock and\n"
        "with appliances that run in this process (`emulate` in the configuration), and writes what leaves every\n"
        "port to DIR/PORT.pcap, what appliances gave back to DIR/inspect-return.pcap, and DIR/report.json.\n"
        "Behind a listener, the trace's server stands in for the targets.\n"
        "The same input gives the same bytes. docs/replay.md has the details.",
        po::options_description("options")};
    usage.options.add_options()                                                                  //
        ("config,c", po::value(&to.config)->required()->value_name("FILE"), "the configuration") //
        ("input,i", po::value(&to.inputs)->required()->value_name("[PORT=]TRACE"),
         "a capture file; with PORT=, all of it arrives at that port (may be repeated: merged by time)")           //
        ("output,o", po::value(&to.output)->required()->value_name("DIR"), "the folder to write, made if need be") //
        ("north", po::value(&to.north)->value_name("CIDR"),
         "senders in this prefix are north, all others south (may be repeated); default: who begins a flow is north") //
        ("endpoint", po::value(&to.endpoint)->value_name("NAME"),
         "whose traffic untagged frames are; default: the first endpoint") //
        ("no-route", po::value(&to.no_route)->default_value("across")->value_name("across|drop"),
         "what happens without a route: on to the endpoint's other side, or dropped as NoRoute") //
        ("events", po::value(&to.events)->value_name("FILE"),
         "what happens to appliances and targets meanwhile, a line each: `2s unhealthy GROUP/NAME`, also healthy,\n"
         "drain, deregister and register; `2s shift ZONE` and unshift; `2s config FILE` for a reload");
    return usage;
}

/// The settings, or the sentence that says which option is wrong.
Result<replay::Settings> to_settings(const Arguments& from) {
    replay::Settings settings;
    for (const std::string& input : from.inputs) {
        settings.inputs.push_back(parse_input(input));
        if (settings.inputs.back().path.empty()) {
            return failure("--input has no file in `" + input + "`; write TRACE or PORT=TRACE");
        }
    }
    for (const std::string& text : from.north) {
        const auto prefix = IpPrefix::parse(text);
        if (!prefix) return failure("--north is not a prefix: `" + text + "`; write one like 192.0.2.0/24");
        settings.north.push_back(*prefix);
    }
    if (from.no_route != "across" && from.no_route != "drop") {
        return failure("--no-route is neither across nor drop: `" + from.no_route + "`");
    }
    settings.across = from.no_route == "across";
    settings.output = from.output;
    settings.endpoint = from.endpoint;
    return settings;
}

/// The file's events into the settings; false when there are findings, which are on stderr.
bool take_events(const std::string& path, const config::Config& config, replay::Settings& settings) {
    if (path.empty()) return true;
    replay::ReadEvents read = replay::read_events(path);
    settings.events = std::move(read.events);
    if (read.findings.empty()) read.findings = replay::check_events(config, settings);
    for (const config::Finding& finding : read.findings)
        std::cerr << config::format(path, finding) << '\n';
    return read.findings.empty();
}

void print_summary(const replay::Report& report, const std::string& folder) {
    std::cout << report.in.packets << " packets in, " << report.forwarded() << " forwarded, " << report.dropped()
              << " dropped; " << report.flows << " flows, " << report.asymmetric_flows << " asymmetric\n";
    for (std::size_t i = 0; i < drop_reason_count; ++i) {
        if (report.drops[i] == 0) continue;
        const auto reason = static_cast<DropReason>(i);
        std::cout << "  " << report.drops[i] << ' ' << name(reason) << ": " << describe(reason) << '\n';
    }
    std::cout << "written: " << folder << "\n";
}

} // namespace

int run_replay(std::span<const std::string> arguments) {
    Arguments read;
    const auto options = read_options(make_usage(read), arguments);
    if (!options) return options.error();
    auto settings = to_settings(read);
    if (!settings) return complain(settings.error().message, exit_usage);
    const auto config = load_configuration(read.config);
    if (!config) return config.error();

    // Names that the configuration does not have are wrong usage; all that goes wrong later is not.
    if (const auto known = replay::check_names(*config, *settings); !known) {
        return complain(known.error().message, exit_usage);
    }
    if (!take_events(read.events, *config, *settings)) return exit_usage;
    const auto report = replay::replay(*config, *settings);
    if (!report) return complain(report.error().message, exit_failed);
    print_summary(*report, read.output);
    if (!report->trace_error.empty()) return complain(report->trace_error, exit_failed);
    return exit_done;
}

} // namespace sallyport::cli
