// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as what a gateway sends to a firewall: never a crash, always counted, the answer always verbatim but
// for a verdict behind the options.
#include "firewall/firewall.hpp"
#include "kit/answer.hpp"

#include <algorithm>
#include <cstdlib>

using namespace sallyport;
using namespace sallyport::appliances;

namespace {

Firewall& firewall() {
    static Firewall instance(parse_rules("default allow\nmidstream adopt\ndeny tcp to any port 23\n"
                                         "offload deny\noffload allow after 2 packets\n")
                                 .rules,
                             {.capacity = 64}, [](const std::string&) {});
    return instance;
}

/// Whether the packet is the one that came in, and so are header and options, but for their length and one more.
bool is_verbatim(const Answer& answer, std::span<const std::uint8_t> received) {
    if (answer.rest.data() + answer.rest.size() != received.data() + received.size()) return false;
    if (answer.verdict == geneve::FlowVerdict::none) return answer.size() == received.size();
    const auto head = answer.head();
    const std::size_t before = head.size() - geneve::verdict_option_size;
    return answer.size() == received.size() + geneve::verdict_option_size && (head[0] & 0x3F) * 4U + 8 == head.size() &&
           std::equal(head.begin() + 1, head.begin() + static_cast<std::ptrdiff_t>(before), received.begin() + 1) &&
           geneve::read_verdict(head.subspan(before)).option.verdict == answer.verdict;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::uint64_t calls = 0;
    AnswerCounters counters;
    const Instant now{++calls * 100'000'000};
    const auto reply = answer({data, size}, firewall(), now, counters);
    std::uint64_t malformed = 0;
    for (const std::uint64_t count : counters.malformed)
        malformed += count;
    if (counters.passed + counters.dropped + malformed != 1) std::abort();
    if (reply.has_value() != (counters.passed == 1 || counters.offloaded == 1)) std::abort();
    if (reply && !is_verbatim(*reply, {data, size})) std::abort();
    if (firewall().flows() > 64) std::abort();
    return 0;
}
