// SPDX-License-Identifier: Apache-2.0
#include "io/eal.hpp"

#include <cstdarg>
#include <cstdio>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <linux/capability.h>
#include <mutex>
#include <rte_debug.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>
#include <unistd.h>

namespace sallyport::io {

namespace {

/// DPDK logs to a stream, from any thread. The last line is kept for our own sentences; all go to stderr if wanted.
struct LogTail {
    std::mutex mutex;
    std::string line;
    bool verbose = false;
};

LogTail& log_tail() {
    static LogTail tail; // DPDK keeps its stream for the whole process
    return tail;
}

ssize_t take_log(void* /*cookie*/, const char* text, std::size_t length) {
    LogTail& tail = log_tail();
    const std::lock_guard lock(tail.mutex);
    tail.line.assign(text, length);
    while (!tail.line.empty() && tail.line.back() == '\n')
        tail.line.pop_back();
    if (tail.verbose) std::fwrite(text, 1, length, stderr);
    return static_cast<ssize_t>(length);
}

void catch_log(bool verbose) {
    log_tail().verbose = verbose;
    FILE* stream = ::fopencookie(nullptr, "w", {.read = nullptr, .write = take_log, .seek = nullptr, .close = nullptr});
    if (stream == nullptr) return;
    std::setvbuf(stream, nullptr, _IOLBF, BUFSIZ);
    rte_openlog_stream(stream);
}

/// The libraries below DPDK's AF_XDP driver print to stderr by themselves. They are there only if the driver is, so
/// they are looked up, not linked.
void silence_xdp_libraries() {
    using Print = int (*)(int, const char*, va_list);
    using SetPrint = Print (*)(Print);
    constexpr std::pair<const char*, const char*> libraries[] = {{"libbpf.so.1", "libbpf_set_print"},
                                                                 {"libxdp.so.1", "libxdp_set_print"}};
    for (const auto& [library, function] : libraries) {
        void* handle = ::dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
        if (handle == nullptr) continue;
        if (auto* set_print = reinterpret_cast<SetPrint>(::dlsym(handle, function))) set_print(nullptr);
        ::dlclose(handle);
    }
}

std::uint64_t free_hugepages() {
    std::uint64_t bytes = 0;
    std::error_code missing;
    for (const auto& size : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", missing)) {
        const std::string name = size.path().filename(); // hugepages-2048kB
        const std::size_t dash = name.find('-');
        std::uint64_t count = 0;
        std::ifstream(size.path() / "free_hugepages") >> count;
        if (dash != std::string::npos) bytes += count * std::strtoull(name.c_str() + dash + 1, nullptr, 10) * 1024;
    }
    return bytes;
}

} // namespace

EalFacts machine_facts() {
    EalFacts facts;
    facts.free_hugepage_bytes = free_hugepages();
    cpu_set_t set;
    CPU_ZERO(&set);
    ::sched_getaffinity(0, sizeof set, &set);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set)) facts.cpus.push_back(cpu);
    }
    facts.file_prefix = "sallyport-" + std::to_string(::getpid());
    return facts;
}

std::string dpdk_complaint() {
    LogTail& tail = log_tail();
    const std::lock_guard lock(tail.mutex);
    std::string text = std::exchange(tail.line, {});
    return text.empty() ? text : " (" + text + ")";
}

Result<void> check_privileges() {
    std::ifstream status("/proc/self/status");
    std::uint64_t effective = ~0ULL; // unreadable: let the first operation fail
    for (std::string word; status >> word;) {
        if (word == "CapEff:") status >> std::hex >> effective;
    }
    const auto lacks = [effective](unsigned capability) { return (effective >> capability & 1U) == 0; };
    if (lacks(CAP_NET_ADMIN) || lacks(CAP_NET_RAW)) {
        return failure(
            "the gateway drives network interfaces, which needs CAP_NET_ADMIN and CAP_NET_RAW; run it as root");
    }
    return {};
}

Result<Eal> Eal::start(const EalPlan& plan, bool verbose) {
    catch_log(verbose);
    std::vector<std::string> words = plan.arguments;
    words.insert(words.begin(), "sallyport");
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int used = rte_eal_init(static_cast<int>(words.size()), arguments.data());
    if (used >= 0) {
        if (!verbose) silence_xdp_libraries();
        return Eal();
    }

    const std::string why = std::string(rte_strerror(rte_errno)) + dpdk_complaint();
    return failure("DPDK does not start: " + why + "; " +
                   (plan.hugepages ? "set hugepages: never to do without hugepages, or "
                                   : "free some memory or lower gateway.packet_buffers, or ") +
                   "run with --verbose to see all that it says");
}

Eal::Eal(Eal&& other) noexcept : running_(std::exchange(other.running_, false)) {}

Eal::~Eal() {
    if (running_) rte_eal_cleanup();
}

} // namespace sallyport::io
