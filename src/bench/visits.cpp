// SPDX-License-Identifier: Apache-2.0
#include "bench/visits.hpp"

#include "bench/scenario.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <vector>
#include <x86intrin.h>

namespace sallyport::bench {

// Plain symbols around what is measured, so that an instruction counter can be told to look only into them.
extern "C" {
[[gnu::noipa]] void sallyport_bench_out(journey::Worker& worker, const journey::Surroundings& around,
                                        journey::Outlet& outlet, std::span<journey::Packet* const> packets) {
    worker.arrive(around, outlet, packets);
}
[[gnu::noipa]] void sallyport_bench_to_target(journey::Worker& worker, const journey::Surroundings& around,
                                              journey::Outlet& outlet, std::span<journey::Packet* const> packets) {
    worker.arrive(around, outlet, packets);
}
[[gnu::noipa]] void sallyport_bench_from_target(journey::Worker& worker, const journey::Surroundings& around,
                                                journey::Outlet& outlet, std::span<journey::Packet* const> packets) {
    worker.arrive(around, outlet, packets);
}
[[gnu::noipa]] void sallyport_bench_return(journey::Worker& worker, const journey::Surroundings& around,
                                           journey::Outlet& outlet, std::span<journey::Packet* const> packets) {
    worker.arrive(around, outlet, packets);
}
}

namespace {

constexpr unsigned burst = 32;
/// The figure is the median of slices, so that another program's turn on the processor does not count.
constexpr std::uint64_t bursts_per_slice = 64;
using Burst = std::array<journey::Packet*, burst>;

/// Keeps what the worker transmits until the measurement looks at it.
class Catcher final : public journey::Outlet {
public:
    void transmit(std::span<journey::Packet* const> packets) noexcept override {
        for (journey::Packet* packet : packets)
            caught[count++] = packet;
    }
    void to_host(std::span<journey::Packet* const> packets) noexcept override { lose(packets); }
    void release(std::span<journey::Packet* const> packets) noexcept override { lose(packets); }
    void hand_over(unsigned, std::span<journey::Packet* const> packets) noexcept override { lose(packets); }
    journey::Packet* allocate() noexcept override { return nullptr; }
    void resolve(PortIndex, const IpAddress&) noexcept override {}

    Burst caught;
    unsigned count = 0;
    std::uint64_t lost = 0;

private:
    void lose(std::span<journey::Packet* const> packets) noexcept { lost += packets.size(); }
};

class Run {
public:
    Run(Scenario& scenario, journey::Worker& worker, Buffers& buffers, Traffic traffic)
        : traffic_(traffic), worker_(worker), buffers_(buffers), around_(scenario.surroundings()) {}

    /// One burst out and back; `flow` gives the flow of each packet.
    template <typename Flow>
    void trip(std::uint64_t& ticks_out, std::uint64_t& ticks_back, Flow&& flow) {
        Burst packets;
        std::uint64_t begin = __rdtsc();
        receive(packets, north);
        ticks_out += __rdtsc() - begin;
        for (journey::Packet* packet : packets) {
            write_frame(packet->buffer + headroom_bytes, flow(), traffic_);
            packet->end = packet->begin + frame_bytes;
        }
        begin = __rdtsc();
        if (traffic_ == Traffic::plain) {
            sallyport_bench_out(worker_, around_, outlet_, packets);
        } else {
            worker_.arrive(around_, outlet_, packets);
        }
        ticks_out += __rdtsc() - begin;
        if (outlet_.count != burst) return;

        // The appliance: the frame as it came, in a buffer of its own, with MACs and addresses swapped.
        Burst answers;
        begin = __rdtsc();
        receive(answers, inspect);
        ticks_back += __rdtsc() - begin;
        for (unsigned i = 0; i < burst; ++i) {
            const journey::Packet& sent = *outlet_.caught[i];
            std::memcpy(answers[i]->buffer + headroom_bytes, sent.buffer + sent.begin, sent.length());
            answers[i]->end = static_cast<std::uint16_t>(answers[i]->begin + sent.length());
            turn_around(answers[i]->buffer + headroom_bytes);
        }
        begin = __rdtsc();
        buffers_.give_back(outlet_.caught);
        ticks_out += __rdtsc() - begin;
        outlet_.count = 0;

        begin = __rdtsc();
        if (traffic_ == Traffic::plain) {
            sallyport_bench_return(worker_, around_, outlet_, answers);
        } else {
            sallyport_bench_to_target(worker_, around_, outlet_, answers);
        }
        ticks_back += __rdtsc() - begin;
        keep_sent();
        begin = __rdtsc();
        buffers_.give_back({outlet_.caught.data(), outlet_.count});
        ticks_back += __rdtsc() - begin;
        returned_ += outlet_.count;
        outlet_.count = 0;
    }

    /// What the targets of the last trip answer, out to their flows' appliances.
    void answer(std::uint64_t& ticks) {
        Burst packets;
        std::uint64_t begin = __rdtsc();
        receive(packets, south);
        ticks += __rdtsc() - begin;
        for (unsigned i = 0; i < burst; ++i) {
            std::memcpy(packets[i]->buffer + headroom_bytes, sent_[i].data(), frame_bytes);
            answer_frame(packets[i]->buffer + headroom_bytes);
            packets[i]->end = packets[i]->begin + frame_bytes;
        }
        begin = __rdtsc();
        sallyport_bench_from_target(worker_, around_, outlet_, packets);
        buffers_.give_back({outlet_.caught.data(), outlet_.count});
        ticks += __rdtsc() - begin;
        answered_ += outlet_.count;
        outlet_.count = 0;
    }

    [[nodiscard]] std::uint64_t returned() const { return returned_; }
    [[nodiscard]] std::uint64_t answered() const { return answered_; }

private:
    void receive(Burst& packets, PortIndex port) {
        buffers_.take(packets);
        for (journey::Packet* packet : packets) {
            packet->begin = headroom_bytes;
            packet->end = headroom_bytes;
            packet->port = port;
        }
    }
    void keep_sent() {
        for (unsigned i = 0; i < outlet_.count; ++i) {
            const journey::Packet& sent = *outlet_.caught[i];
            std::memcpy(sent_[i].data(), sent.buffer + sent.begin, frame_bytes);
        }
    }

    Traffic traffic_;
    journey::Worker& worker_;
    Buffers& buffers_;
    journey::Surroundings around_;
    Catcher outlet_;
    std::array<std::array<std::uint8_t, frame_bytes>, burst> sent_ = {};
    std::uint64_t returned_ = 0;
    std::uint64_t answered_ = 0;
};

/// A cheap generator whose order no prefetcher guesses (Marsaglia's xorshift).
struct RandomFlow {
    std::uint32_t flows;
    std::uint64_t state = 0x9e3779b97f4a7c15U;

    std::uint32_t operator()() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return static_cast<std::uint32_t>(((state >> 32) * flows) >> 32);
    }
};

std::uint64_t median(std::vector<std::uint64_t>& slices) {
    // The last slice may be short of bursts.
    if (slices.size() > 1) slices.pop_back();
    const auto middle = slices.begin() + static_cast<std::ptrdiff_t>(slices.size() / 2);
    std::nth_element(slices.begin(), middle, slices.end());
    return *middle;
}

Visit result(const char* kind, std::uint64_t packets, std::uint64_t timed_packets, std::uint64_t ticks) {
    const double cycles = static_cast<double>(ticks) / static_cast<double>(timed_packets);
    return {kind, packets, cycles, cycles / ticks_per_nanosecond()};
}

} // namespace

double ticks_per_nanosecond() {
    static const double ratio = [] {
        const auto wall = std::chrono::steady_clock::now();
        const std::uint64_t ticks = __rdtsc();
        while (std::chrono::steady_clock::now() - wall < std::chrono::milliseconds(20)) {
        }
        const auto elapsed = std::chrono::steady_clock::now() - wall;
        return static_cast<double>(__rdtsc() - ticks) / static_cast<double>(std::chrono::nanoseconds(elapsed).count());
    }();
    return ratio;
}

namespace {

struct Slices {
    std::vector<std::uint64_t> out;
    std::vector<std::uint64_t> back;
    std::vector<std::uint64_t> answers;

    void begin() {
        out.push_back(0);
        back.push_back(0);
        answers.push_back(0);
    }
};

struct Amount {
    std::uint32_t flows;
    std::uint64_t packets;
    [[nodiscard]] std::uint64_t bursts() const { return (packets + burst - 1) / burst; }
    [[nodiscard]] std::uint32_t bursts_to_fill() const { return (flows + burst - 1) / burst; }
    [[nodiscard]] std::uint64_t timed_packets() const { return std::min(bursts(), bursts_per_slice) * burst; }
};

/// Fills the table, then times random flows. Returns the ticks that filling took.
Result<std::uint64_t> run_all(Run& run, const Amount& amount, Traffic traffic, Slices& slices) {
    std::uint64_t ticks_new = 0;
    std::uint64_t ignored = 0;
    std::uint32_t next = 0;
    for (std::uint32_t i = 0; i < amount.bursts_to_fill(); ++i)
        run.trip(ticks_new, ignored, [&] { return next++; });
    RandomFlow random{amount.flows};
    for (std::uint64_t i = 0; i < amount.bursts(); ++i) {
        if (i % bursts_per_slice == 0) slices.begin();
        run.trip(slices.out.back(), slices.back.back(), random);
        if (traffic == Traffic::balanced) run.answer(slices.answers.back());
    }
    const std::uint64_t expected = (amount.bursts() + amount.bursts_to_fill()) * burst;
    const std::uint64_t answers = traffic == Traffic::balanced ? amount.bursts() * burst : 0;
    if (run.returned() != expected || run.answered() != answers) {
        return failure("of " + std::to_string(expected + answers) + " packets " +
                       std::to_string(run.returned() + run.answered()) +
                       " came through: the figures would mean nothing");
    }
    return ticks_new;
}

Result<void> measure_plain(const Amount& amount, Buffers& buffers, Visits& visits) {
    const auto scenario = make_scenario(Traffic::plain);
    const std::uint32_t capacity = amount.bursts_to_fill() * burst;
    auto worker = journey::Worker::create(worker_settings(capacity, Traffic::plain), scenario->roster);
    if (!worker) return tl::unexpected(worker.error());
    Run run(*scenario, *worker, buffers, Traffic::plain);
    Slices slices;
    const auto ticks_new = run_all(run, amount, Traffic::plain, slices);
    if (!ticks_new) return tl::unexpected(ticks_new.error());
    const std::uint64_t packets = amount.bursts() * burst;
    visits.out = result("out", packets, amount.timed_packets(), median(slices.out));
    visits.back = result("return", packets, amount.timed_packets(), median(slices.back));
    visits.new_flow = result("new_flow", capacity, capacity, *ticks_new);
    const flow::FlowTable& table = worker->flows();
    visits.bytes_per_flow = static_cast<double>(table.memory_bytes()) / table.capacity();
    return {};
}

Result<void> measure_balanced(const Amount& amount, Buffers& buffers, Visits& visits) {
    const auto scenario = make_scenario(Traffic::balanced);
    const std::uint32_t capacity = amount.bursts_to_fill() * burst;
    auto worker = journey::Worker::create(worker_settings(capacity, Traffic::balanced), scenario->roster);
    if (!worker) return tl::unexpected(worker.error());
    Run run(*scenario, *worker, buffers, Traffic::balanced);
    Slices slices;
    if (const auto done = run_all(run, amount, Traffic::balanced, slices); !done) return tl::unexpected(done.error());
    const std::uint64_t packets = amount.bursts() * burst;
    visits.to_target = result("to_target", packets, amount.timed_packets(), median(slices.back));
    visits.from_target = result("from_target", packets, amount.timed_packets(), median(slices.answers));
    return {};
}

} // namespace

Result<Visits> measure_visits(std::uint32_t flows, std::uint64_t packets, Buffers& buffers) {
    const Amount amount{flows, packets};
    Visits visits;
    auto done = measure_plain(amount, buffers, visits);
    if (done) done = measure_balanced(amount, buffers, visits);
    if (!done) return tl::unexpected(done.error());
    return visits;
}

} // namespace sallyport::bench
