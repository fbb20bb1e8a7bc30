// SPDX-License-Identifier: Apache-2.0
// `sallyport bench`: the packet path without NICs.
#include "bench/buffers.hpp"
#include "bench/instructions.hpp"
#include "bench/reference.hpp"
#include "bench/visits.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"

#include <boost/json.hpp>
#include <boost/program_options.hpp>
#include <cstdio>
#include <iostream>
#include <optional>

namespace sallyport::cli {
namespace {

namespace options = boost::program_options;
namespace json = boost::json;

constexpr std::uint32_t flows_for_counting = 1000;
constexpr std::uint32_t most_flows = 1U << 26;

struct Measured {
    std::uint32_t flows;
    bench::Visits visits;
};

struct Figures {
    std::vector<Measured> runs;
    std::optional<bench::InstructionCount> out;
    std::optional<bench::InstructionCount> back;
    std::optional<bench::InstructionCount> to_target;
    std::optional<bench::InstructionCount> from_target;
    std::optional<double> testpmd_cycles;
    std::vector<std::string> missing; // why a figure is not there, a sentence each
};

Usage usage() {
    Usage usage{
        "bench [--flows N]... [--packets N] [--json]",
        "Measures a visit's cost, out to an appliance and back, over 64-byte packets of random flows that are all\n"
        "in the table; and with a listener behind the chain, to a target and from it. Cycles are of the time-stamp "
        "counter, instructions are callgrind's.",
        options::options_description("options")};
    auto add = usage.options.add_options();
    add("flows", options::value<std::vector<std::uint32_t>>()->composing(),
        "flows in the table (default: 1000, 1000000, 10000000)");
    add("packets", options::value<std::uint64_t>()->default_value(4'000'000), "packets to measure with, each way");
    add("json", "JSON instead of tables");
    add("no-instructions", "do not count instructions (callgrind takes a few seconds)");
    add("no-reference", "do not measure dpdk-testpmd beside it");
    add("count", "only run the visits, for an instruction counter; prints nothing");
    return usage;
}

json::object row(const Measured& run, const bench::Visit& visit, const std::optional<bench::InstructionCount>& count) {
    json::object out;
    out["kind"] = visit.kind;
    out["flows"] = run.flows;
    out["packets"] = visit.packets;
    out["cycles_per_packet"] = visit.cycles_per_packet;
    out["ns_per_packet"] = visit.ns_per_packet;
    out["instructions_per_packet"] = count ? json::value(count->per_packet) : json::value(nullptr);
    return out;
}

json::object steps(const std::optional<bench::InstructionCount>& count) {
    json::object out;
    if (!count) return out;
    for (const auto& [step, instructions] : count->by_step)
        out[step] = instructions;
    return out;
}

json::object to_json(const Figures& figures) {
    json::object out;
    json::array visits;
    for (const Measured& run : figures.runs) {
        visits.push_back(row(run, run.visits.out, figures.out));
        visits.push_back(row(run, run.visits.back, figures.back));
        visits.push_back(row(run, run.visits.to_target, figures.to_target));
        visits.push_back(row(run, run.visits.from_target, figures.from_target));
        visits.push_back(row(run, run.visits.new_flow, std::nullopt));
    }
    out["visits"] = std::move(visits);
    out["instructions_by_step"] = {{"out", steps(figures.out)},
                                   {"return", steps(figures.back)},
                                   {"to_target", steps(figures.to_target)},
                                   {"from_target", steps(figures.from_target)}};
    out["bytes_per_flow"] = figures.runs.empty() ? 0.0 : figures.runs.back().visits.bytes_per_flow;
    out["reference"] = {{"testpmd_io_cycles_per_packet",
                         figures.testpmd_cycles ? json::value(*figures.testpmd_cycles) : json::value(nullptr)}};
    json::array missing;
    for (const std::string& sentence : figures.missing)
        missing.emplace_back(sentence);
    out["missing"] = std::move(missing);
    return out;
}

void print_row(const Measured& run, const bench::Visit& visit, const std::optional<bench::InstructionCount>& count,
               const std::optional<double>& reference) {
    std::printf("%-10s %10u %10.1f %10.1f", visit.kind.c_str(), run.flows, visit.cycles_per_packet,
                visit.ns_per_packet);
    count ? std::printf(" %14.1f", count->per_packet) : std::printf(" %14s", "-");
    reference ? std::printf(" %12.2f\n", visit.cycles_per_packet / *reference) : std::printf(" %12s\n", "-");
}

void print_tables(const Figures& figures) {
    std::printf("%-10s %10s %10s %10s %14s %12s\n", "visit", "flows", "cycles", "ns", "instructions", "x testpmd");
    for (const Measured& run : figures.runs) {
        print_row(run, run.visits.out, figures.out, figures.testpmd_cycles);
        print_row(run, run.visits.back, figures.back, figures.testpmd_cycles);
        print_row(run, run.visits.to_target, figures.to_target, figures.testpmd_cycles);
        print_row(run, run.visits.from_target, figures.from_target, figures.testpmd_cycles);
        print_row(run, run.visits.new_flow, std::nullopt, figures.testpmd_cycles);
    }
    if (!figures.runs.empty()) std::printf("\nmemory a flow: %.1f bytes\n", figures.runs.back().visits.bytes_per_flow);
    if (figures.testpmd_cycles)
        std::printf("testpmd io between null ports: %.1f cycles a packet\n", *figures.testpmd_cycles);
    const std::pair<const char*, const std::optional<bench::InstructionCount>*> counts[] = {
        {"out", &figures.out},
        {"return", &figures.back},
        {"to_target", &figures.to_target},
        {"from_target", &figures.from_target}};
    for (const auto& [kind, count] : counts) {
        if (!*count) continue;
        std::printf("\ninstructions a packet, %s:", kind);
        for (const auto& [step, instructions] : (*count)->by_step)
            std::printf(" %s %.1f", step.c_str(), instructions);
        std::printf("\n");
    }
    for (const std::string& sentence : figures.missing)
        std::printf("not measured: %s\n", sentence.c_str());
}

template <typename T>
void keep(Result<T> result, std::optional<T>& into, std::vector<std::string>& missing) {
    if (result)
        into = std::move(*result);
    else
        missing.push_back(result.error().message);
}

} // namespace

int run_bench(std::span<const std::string> arguments) {
    const auto values = read_options(usage(), arguments);
    if (!values) return values.error();
    std::vector<std::uint32_t> flows = {1'000, 1'000'000, 10'000'000};
    if (values->count("flows") != 0) flows = (*values)["flows"].as<std::vector<std::uint32_t>>();
    for (const std::uint32_t count : flows) {
        if (count == 0 || count > most_flows)
            return complain("--flows takes 1 to " + std::to_string(most_flows), exit_usage);
    }
    const std::uint64_t packets = (*values)["packets"].as<std::uint64_t>();
    if (packets == 0) return complain("--packets takes a number from 1 on", exit_usage);

    if (values->count("count") != 0) {
        const auto counted = bench::run_for_counting(flows.front(), packets);
        return counted ? exit_done : complain(counted.error().message, exit_failed);
    }

    Figures figures;
    // Before EAL starts: testpmd is a program with an EAL of its own.
    if (values->count("no-reference") == 0)
        keep(bench::testpmd_io_cycles_per_packet(), figures.testpmd_cycles, figures.missing);
    if (values->count("no-instructions") == 0) {
        keep(bench::count_instructions("out", flows_for_counting), figures.out, figures.missing);
        keep(bench::count_instructions("return", flows_for_counting), figures.back, figures.missing);
        keep(bench::count_instructions("to_target", flows_for_counting), figures.to_target, figures.missing);
        keep(bench::count_instructions("from_target", flows_for_counting), figures.from_target, figures.missing);
    }
    auto buffers = bench::mbuf_buffers();
    if (!buffers) return complain(buffers.error().message, exit_failed);
    for (const std::uint32_t count : flows) {
        auto visits = bench::measure_visits(count, packets, **buffers);
        if (!visits) return complain(visits.error().message, exit_failed);
        figures.runs.push_back({count, std::move(*visits)});
    }
    if (values->count("json") != 0) {
        std::cout << json::serialize(to_json(figures)) << '\n';
    } else {
        print_tables(figures);
    }
    return exit_done;
}

} // namespace sallyport::cli
