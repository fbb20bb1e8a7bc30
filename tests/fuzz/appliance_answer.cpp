// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as what a gateway sends to a firewall: never a crash, always counted, the answer always verbatim.
#include "firewall/firewall.hpp"
#include "kit/answer.hpp"

#include <cstdlib>

using namespace sallyport;
using namespace sallyport::appliances;

namespace {

Firewall& firewall() {
    static Firewall instance(parse_rules("default allow\nmidstream adopt\ndeny tcp to any port 23\n").rules,
                             {.capacity = 64}, [](const std::string&) {});
    return instance;
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
    if (reply.has_value() != (counters.passed == 1)) std::abort();
    if (reply && (reply->data() != data || reply->size() != size)) std::abort();
    if (firewall().flows() > 64) std::abort();
    return 0;
}
