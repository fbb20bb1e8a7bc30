// SPDX-License-Identifier: Apache-2.0
#include "bench/instructions.hpp"

#include "bench/buffers.hpp"
#include "bench/child.hpp"
#include "bench/visits.hpp"

#include <charconv>
#include <filesystem>
#include <sstream>
#include <unistd.h>

namespace sallyport::bench {
namespace {

constexpr std::uint64_t counted_packets = 32'000;
constexpr std::uint32_t burst = 32;

/// callgrind's own files are for its viewer; its annotating tool prints "1,234 ( 5.6%)  file:function".
std::uint64_t leading_number(const std::string& line) {
    std::uint64_t value = 0;
    for (const char c : line) {
        if (c >= '0' && c <= '9')
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        else if (c != ',' && !(c == ' ' && value == 0))
            break;
    }
    return value;
}

/// "ingress" when the line is the step's own: sallyport::journey::ingress(sallyport::journey::Round&).
std::string step_of(const std::string& line) {
    constexpr std::string_view before = ":sallyport::journey::";
    constexpr std::string_view after = "(sallyport::journey::Round&)";
    const std::size_t begin = line.find(before);
    const std::size_t end = line.find(after);
    if (begin == std::string::npos || end == std::string::npos) return {};
    const std::string name = line.substr(begin + before.size(), end - begin - before.size());
    return name.find(':') == std::string::npos ? name : std::string{};
}

} // namespace

Result<void> run_for_counting(std::uint32_t flows, std::uint64_t packets) {
    const auto buffers = plain_buffers();
    const auto visits = measure_visits(flows, packets, *buffers);
    if (!visits) return tl::unexpected(visits.error());
    return {};
}

Result<InstructionCount> count_instructions(const std::string& kind, std::uint32_t flows) {
    std::error_code fault;
    const std::string self = std::filesystem::read_symlink("/proc/self/exe", fault).string();
    const std::string file =
        (std::filesystem::temp_directory_path() / ("sallyport-callgrind." + std::to_string(::getpid()))).string();
    const auto counted = run_child({"valgrind", "--tool=callgrind", "--callgrind-out-file=" + file,
                                    "--toggle-collect=sallyport_bench_" + kind, self, "bench", "--count", "--flows",
                                    std::to_string(flows), "--packets", std::to_string(counted_packets)});
    if (!counted) return tl::unexpected(counted.error());
    const auto annotated = run_child({"callgrind_annotate", "--inclusive=yes", "--threshold=100", file});
    std::filesystem::remove(file, fault);
    if (!annotated) return tl::unexpected(annotated.error());

    // Filling the table sends every flow through the same functions once; targets answer afterwards only.
    const std::uint32_t filling = kind == "from_target" ? 0 : (flows + burst - 1) / burst * burst;
    const double packets = static_cast<double>(counted_packets + filling);
    InstructionCount count;
    std::istringstream lines(*annotated);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("sallyport_bench_" + kind) != std::string::npos && count.per_packet == 0) {
            count.per_packet = static_cast<double>(leading_number(line)) / packets;
        }
        if (const std::string step = step_of(line); !step.empty()) {
            count.by_step[step] = static_cast<double>(leading_number(line)) / packets;
        }
    }
    if (count.per_packet == 0) return failure("callgrind counted nothing for sallyport_bench_" + kind);
    return count;
}

} // namespace sallyport::bench
