// SPDX-License-Identifier: Apache-2.0
// Random flows of these tests, the same in every run.
#pragma once

#include "flow/flow_key.hpp"

#include <random>
#include <utility>

namespace sallyport::flow::test {

class Tuples {
public:
    explicit Tuples(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }

    /// Any tuple at all, with both sides often alike in part, where the order of the sides is decided late.
    Tuple any() {
        Tuple tuple;
        tuple.family = below(2) == 0 ? Family::ipv4 : Family::ipv6;
        tuple.source = address(tuple.family);
        tuple.destination = address(tuple.family);
        if (below(4) == 0) tuple.destination[0] = tuple.source[0];
        if (below(8) == 0) tuple.destination = tuple.source;
        tuple.source_port = static_cast<std::uint16_t>(engine_());
        tuple.destination_port = below(4) == 0 ? tuple.source_port : static_cast<std::uint16_t>(engine_());
        tuple.endpoint = static_cast<EndpointIndex>(below(5));
        tuple.protocol = static_cast<std::uint8_t>(below(3) == 0 ? 6 : 17);
        return tuple;
    }

private:
    std::array<std::uint64_t, 2> address(Family family) {
        if (family == Family::ipv6) return {engine_(), engine_()};
        return {0, 0xffff'0000'0000U | (engine_() & 0xffff'ffffU)};
    }

    std::mt19937_64 engine_;
};

/// The same flow as its other side's packets show it.
inline Tuple answered(Tuple tuple) {
    std::swap(tuple.source, tuple.destination);
    std::swap(tuple.source_port, tuple.destination_port);
    return tuple;
}

/// A key for a number; different for different numbers.
inline FlowKey numbered_key(std::uint64_t number) {
    Tuple tuple;
    tuple.source = {0, 0xffff'0a00'0000U + number % 50'000};
    tuple.destination = {0, 0xffff'cb00'7101U};
    tuple.source_port = static_cast<std::uint16_t>(1024 + number / 50'000);
    tuple.destination_port = 443;
    tuple.protocol = 6;
    return orient(tuple).key;
}

inline constexpr SipKey table_key = {0x0123'4567'89ab'cdef, 0xfedc'ba98'7654'3210};

} // namespace sallyport::flow::test
