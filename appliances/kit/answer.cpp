// SPDX-License-Identifier: Apache-2.0
#include "kit/answer.hpp"

#include "geneve/decode.hpp"

#include <algorithm>

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

geneve::FlowVerdict about_flow(Verdict verdict) noexcept {
    switch (verdict) {
    case Verdict::pass_rest:
        return geneve::FlowVerdict::pass_rest;
    case Verdict::drop_rest:
        return geneve::FlowVerdict::drop_rest;
    case Verdict::mirror_only:
        return geneve::FlowVerdict::mirror_only;
    case Verdict::pass:
    case Verdict::drop:
        break;
    }
    return geneve::FlowVerdict::none;
}

/// RFC 8926 3.4: Opt Len, in words, is the low six bits of the first byte.
std::size_t option_bytes(std::span<const std::uint8_t> udp_payload) noexcept {
    return (udp_payload[0] & 0x3FU) * 4;
}

/// The packet with the verdict's option behind those that it came with. Only where that leaves room for it.
Answer with_verdict(std::span<const std::uint8_t> udp_payload, geneve::FlowVerdict verdict) noexcept {
    const std::size_t options = option_bytes(udp_payload);
    const std::size_t old_head = geneve::header_size + options;
    Answer answer;
    answer.verdict = verdict;
    std::copy_n(udp_payload.begin(), old_head, answer.head_bytes.begin());
    const auto words = (options + geneve::verdict_option_size) / 4;
    answer.head_bytes[0] = static_cast<std::uint8_t>((udp_payload[0] & 0xC0U) | words);
    geneve::write_verdict(std::span(answer.head_bytes).subspan(old_head).first<geneve::verdict_option_size>(),
                          {.verdict = verdict});
    answer.head_size = static_cast<std::uint16_t>(old_head + geneve::verdict_option_size);
    answer.rest = udp_payload.subspan(old_head);
    return answer;
}

Answer verbatim(std::span<const std::uint8_t> udp_payload) noexcept {
    Answer answer;
    answer.rest = udp_payload;
    return answer;
}

} // namespace

std::optional<Answer> answer(std::span<const std::uint8_t> udp_payload, Appliance& appliance, Instant now,
                             AnswerCounters& counters) {
    ++counters.received;
    Visit visit;
    if (const geneve::Fault fault = read_visit(udp_payload, visit); fault != geneve::Fault::none) {
        ++counters.malformed[geneve::index(fault)];
        return std::nullopt;
    }
    const Verdict verdict = appliance.inspect(visit, now);
    ++(passes(verdict) ? counters.passed : counters.dropped);
    const geneve::FlowVerdict of_flow = about_flow(verdict);
    if (of_flow != geneve::FlowVerdict::none &&
        option_bytes(udp_payload) + geneve::verdict_option_size <= geneve::max_options_size) {
        ++counters.offloaded;
        return with_verdict(udp_payload, of_flow);
    }
    if (!passes(verdict)) return std::nullopt;
    return verbatim(udp_payload);
}

std::optional<Answer> without_verdict(std::span<const std::uint8_t> udp_payload, const Answer& answer) {
    if (answer.verdict == geneve::FlowVerdict::drop_rest) return std::nullopt;
    return verbatim(udp_payload);
}

} // namespace sallyport::appliances
