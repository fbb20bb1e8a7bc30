// SPDX-License-Identifier: Apache-2.0
#include "io/eal_arguments.hpp"

namespace sallyport::io {

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

std::string in_mebibytes(std::uint64_t bytes) {
    return std::to_string((bytes + mebibyte - 1) / mebibyte);
}

} // namespace

std::string cpu_list(const std::vector<unsigned>& cpus) {
    std::string list;
    for (std::size_t first = 0; first < cpus.size();) {
        std::size_t last = first;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1)
            ++last;
        if (!list.empty()) list += ',';
        list += std::to_string(cpus[first]);
        if (last > first) list += '-' + std::to_string(cpus[last]);
        first = last + 1;
    }
    return list;
}

Result<EalPlan> plan_eal(const EalFacts& facts) {
    EalPlan plan;
    const bool enough = facts.free_hugepage_bytes >= facts.needed_bytes;
    if (facts.wanted == config::Hugepages::require && !enough) {
        return failure(
            "hugepages: require is set, but only " + in_mebibytes(facts.free_hugepage_bytes) + " MiB of the " +
            in_mebibytes(facts.needed_bytes) + " MiB needed are free; reserve more: sysctl vm.nr_hugepages=" +
            std::to_string((facts.needed_bytes + 2 * mebibyte - 1) / (2 * mebibyte)) + ", or set hugepages: auto");
    }
    plan.hugepages = facts.wanted != config::Hugepages::never && enough;
    if (plan.hugepages) {
        plan.reason = "packet buffers in hugepages";
        // Leaves no files behind, whatever way the process ends.
        plan.arguments = {"--in-memory"};
    } else {
        plan.reason = facts.wanted == config::Hugepages::never
                          ? "packet buffers in ordinary memory, as configured"
                          : "packet buffers in ordinary memory: of " + in_mebibytes(facts.needed_bytes) +
                                " MiB needed in hugepages " + in_mebibytes(facts.free_hugepage_bytes) + " MiB are free";
        // --no-huge with --in-memory is refused; memory does not grow later, so the whole need is named.
        plan.arguments = {"--no-huge", "--no-shconf", "-m", in_mebibytes(facts.needed_bytes)};
    }
    // Virtual addresses for I/O where it can be had: the buffers stand in one piece then, which AF_XDP wants.
    if (facts.pci_addresses.empty()) plan.arguments.insert(plan.arguments.end(), {"--no-pci", "--iova-mode=va"});
    for (const std::string& address : facts.pci_addresses)
        plan.arguments.insert(plan.arguments.end(), {"-a", address});
    // One EAL thread on all our CPUs: the kernel places the threads, EAL pins none of them.
    plan.arguments.insert(plan.arguments.end(), {"--no-telemetry", "--file-prefix", facts.file_prefix, "--lcores",
                                                 "0@(" + cpu_list(facts.cpus) + ")"});
    if (!facts.verbose) plan.arguments.insert(plan.arguments.end(), {"--log-level", "error"});
    return plan;
}

} // namespace sallyport::io
