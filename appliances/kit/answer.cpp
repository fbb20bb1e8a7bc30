// SPDX-License-Identifier: Apache-2.0
#include "kit/answer.hpp"

#include "geneve/decode.hpp"

namespace sallyport::appliances {

namespace {

/// Reserved bits are ignored, as RFC 8926 3.4 has it: the gateway may be newer than the appliance.
geneve::Fault read_visit(std::span<const std::uint8_t> udp_payload, Visit& visit) noexcept {
    using geneve::Fault;
    geneve::Decoded decoded;
    constexpr auto reserved = geneve::ReservedBits::ignore;
    if (const Fault fault = geneve::decode_header(udp_payload, decoded, reserved); fault != Fault::none) return fault;
    // RFC 8926 3.4: a control message is not traffic and is not forwarded.
    if (decoded.header.control) return Fault::control_packet;
    visit.protocol_type = decoded.header.protocol_type;
    visit.vni = decoded.header.vni;
    visit.packet = decoded.payload;
    return geneve::read_gwlb_options(decoded.options, visit.options, reserved);
}

} // namespace

std::optional<std::span<const std::uint8_t>> answer(std::span<const std::uint8_t> udp_payload, Appliance& appliance,
                                                    Instant now, AnswerCounters& counters) {
    ++counters.received;
    Visit visit;
    if (const geneve::Fault fault = read_visit(udp_payload, visit); fault != geneve::Fault::none) {
        ++counters.malformed[geneve::index(fault)];
        return std::nullopt;
    }
    if (appliance.inspect(visit, now) == Verdict::drop) {
        ++counters.dropped;
        return std::nullopt;
    }
    ++counters.passed;
    return udp_payload;
}

} // namespace sallyport::appliances
