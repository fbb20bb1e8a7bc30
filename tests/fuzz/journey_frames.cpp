// SPDX-License-Identifier: Apache-2.0
// Any sequence of frames at any ports, of answers by appliances that change bytes at will, and of time passing: every
// packet has exactly one end (the world of the unit tests holds the journey to that), and no packet of a tenant leaves
// before its chain has seen it.
//
// An input is a sequence of records: a kind, a length of two bytes, and so many bytes.
#include "tests/unit/journey/world.hpp"

#include <cstdlib>
#include <span>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

enum Kind : std::uint8_t { raw_frame, sound_frame, answer, time_passes, kinds };

void require(bool holds) {
    if (!holds) std::abort();
}

class Records {
public:
    explicit Records(std::span<const std::uint8_t> input) : rest_(input) {}

    /// The last record may be shorter than it says.
    bool next(std::uint8_t& head, Bytes& body) {
        if (rest_.size() < 3) return false;
        head = rest_[0];
        const std::size_t size = std::min<std::size_t>(rest_[1] * 256U + rest_[2], rest_.size() - 3);
        body.assign(rest_.begin() + 3, rest_.begin() + 3 + static_cast<std::ptrdiff_t>(size));
        rest_ = rest_.subspan(3 + size);
        return true;
    }

private:
    std::span<const std::uint8_t> rest_;
};

Setup small_world() {
    Setup setup;
    setup.hops = 2;
    setup.workers = 2;
    setup.settings.flow_capacity = 12;
    setup.settings.pending_capacity = 3;
    setup.settings.offloaded_hops = 8; // and a restart is quick
    setup.settings.fragmented_packets = 5;
    setup.settings.held_fragments = 4;
    return setup;
}

/// The bytes with what a fuzzer does not find by itself: the port's MAC, the EtherType and the IPv4 checksum.
Bytes made_sound(PortIndex port, Bytes ip) {
    if (ip.size() >= 20 && ip[0] >> 4 == 4 && (ip[0] & 0xfU) * 4U <= ip.size() && (ip[0] & 0xfU) >= 5) {
        fix_ipv4_checksum(ip);
    }
    return World::frame_for(port, ip);
}

/// The appliance's answer, after changes of three bytes each: where (two bytes), and what to xor.
Bytes changed_answer(const Bytes& sent, const Bytes& changes) {
    Bytes frame = returned(sent);
    for (std::size_t i = 0; i + 2 < changes.size(); i += 3) {
        const std::size_t at = (changes[i] * 256U + changes[i + 1]) % frame.size();
        frame[at] = static_cast<std::uint8_t>(frame[at] ^ changes[i + 2]);
    }
    if (frame[14] == 0x45) {
        Bytes outer = part(frame, 14, 20);
        fix_ipv4_checksum(outer);
        std::copy(outer.begin(), outer.end(), frame.begin() + 14);
    }
    return frame;
}

/// Every flow of this world has a chain, so what leaves at once by a tenant's port can only be an error of ours.
void require_nothing_past_the_chain(const Outcome& outcome) {
    for (const Outcome::Sent& sent : outcome.sent) {
        if (sent.port == inspect) continue;
        const Bytes ip = ip_of(sent.frame);
        const bool v4 = ip[0] >> 4 == 4;
        require(ip[v4 ? 9 : 6] == (v4 ? 1 : 58) && ip[v4 ? 8 : 7] == 64);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world(small_world());
    world.restart();
    Records records({data, size});
    Bytes to_appliance;
    std::uint8_t head = 0;
    for (Bytes body; records.next(head, body);) {
        // The head's low bits are the kind, then the port, then the worker that receives.
        const auto port = static_cast<PortIndex>(unsigned{head} / kinds % port_count);
        const unsigned worker = unsigned{head} / kinds / port_count % 2;
        Outcome outcome;
        switch (head % kinds) {
        case raw_frame:
            outcome = world.arrive(port, body, worker);
            if (port != inspect) require_nothing_past_the_chain(outcome);
            break;
        case sound_frame:
            outcome = world.arrive(port, made_sound(port, body), worker);
            if (port != inspect) require_nothing_past_the_chain(outcome);
            break;
        case answer:
            if (!to_appliance.empty()) outcome = world.arrive(inspect, changed_answer(to_appliance, body), worker);
            break;
        default:
            world.pass(std::chrono::milliseconds(body.size() < 2 ? 1000U : get16(body, 0)));
            outcome = world.tend();
            break;
        }
        for (const Outcome::Sent& sent : outcome.sent) {
            if (sent.port == inspect) to_appliance = sent.frame;
        }
    }
    return 0;
}
