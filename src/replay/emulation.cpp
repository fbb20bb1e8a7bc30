// SPDX-License-Identifier: Apache-2.0
#include "replay/emulation.hpp"

#include "echo/echo.hpp"
#include "firewall/firewall.hpp"
#include "firewall/rules.hpp"
#include "geneve/header.hpp"
#include "journey/wire.hpp"
#include "kit/answer.hpp"
#include "kit/inner_packet.hpp"
#include "kit/outer_header.hpp"
#include "support/checksum.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace sallyport::replay {
namespace {

using appliances::Appliance;
using journey::EthernetHeader;
using journey::Ipv4Header;
using journey::Ipv6Header;

Result<std::unique_ptr<Appliance>> make(const config::Emulation& emulation) {
    switch (emulation.kind) {
    case config::EmulationKind::pass:
        return std::make_unique<appliances::Echo>();
    case config::EmulationKind::firewall:
        break;
    }
    appliances::ParsedRules parsed = appliances::read_rules(emulation.rules);
    if (!parsed.findings.empty()) {
        const appliances::Finding& first = parsed.findings.front();
        return failure(emulation.rules + ":" + std::to_string(first.line) + ": " + first.message);
    }
    return std::make_unique<appliances::Firewall>(std::move(parsed.rules));
}

/// What the first configuration that has the appliance says that it is.
config::Emulation emulation_of(const std::vector<const config::Config*>& configs, const chain::Place& place) {
    for (const config::Config* config : configs) {
        for (const config::ApplianceGroup& group : config->appliance_groups) {
            if (group.name != place.group) continue;
            for (const config::Appliance& each : group.appliances) {
                if (each.name == place.name && each.address == place.address)
                    return each.emulate.value_or(config::Emulation{});
            }
        }
    }
    return {};
}

std::uint8_t traffic_class(const journey::Packet& frame, std::size_t ip_at, Family family) {
    if (family == Family::ipv4) return frame.header<Ipv4Header>(ip_at)->dscp_ecn;
    return static_cast<std::uint8_t>(frame.header<Ipv6Header>(ip_at)->version_class_label.host() >> 20U);
}

/// What the kernel does below a real appliance: it fills in the IPv4 header's checksum.
void finish_ipv4(std::uint8_t* ip) {
    const std::uint16_t checksum = checksum_finish(checksum_add(0, ip, sizeof(Ipv4Header)));
    std::memcpy(ip + offsetof(Ipv4Header, checksum), &checksum, sizeof checksum);
}

} // namespace

Result<Emulation> Emulation::create(const std::vector<const config::Config*>& configs, const chain::Slots& slots) {
    Emulation emulation;
    for (const chain::Place& place : slots.appliances) {
        auto appliance = make(emulation_of(configs, place));
        if (!appliance) return failure("appliance " + place.name + ": " + appliance.error().message);
        emulation.appliances_.push_back(std::move(*appliance));
        emulation.addresses_.push_back(place.address);
    }
    return emulation;
}

std::optional<FrameToAppliance> Emulation::recognise(const journey::Packet& frame) const {
    const auto* ethernet = frame.header<EthernetHeader>(frame.begin);
    if (ethernet == nullptr) return std::nullopt;
    appliances::InnerPacket outer;
    const auto ip_bytes = frame.bytes().subspan(sizeof(EthernetHeader));
    if (appliances::parse_inner(ethernet->type.host(), ip_bytes, outer) != appliances::InnerFault::none ||
        outer.protocol != appliances::protocol::udp || outer.destination_port != geneve::udp_port || !outer.has_ports ||
        outer.transport.size() < sizeof(journey::UdpHeader)) {
        return std::nullopt;
    }
    // Two groups may have appliances at one address: which one is meant, only the gateway knows.
    if (!frame.to_appliance || frame.appliance >= addresses_.size() ||
        !(addresses_[frame.appliance] == outer.destination)) {
        return std::nullopt;
    }
    const auto payload = outer.transport.subspan(sizeof(journey::UdpHeader));
    const auto payload_at = static_cast<std::uint16_t>(payload.data() - frame.buffer);
    return FrameToAppliance{frame.appliance, payload_at, static_cast<std::uint16_t>(payload_at + payload.size())};
}

bool Emulation::answer(const FrameToAppliance& to, journey::Packet& frame, Instant now) {
    EthernetHeader ethernet = frame.checked_header<EthernetHeader>(frame.begin);
    const std::size_t ip_at = frame.begin + sizeof ethernet;
    appliances::InnerPacket outer;
    (void)appliances::parse_inner(ethernet.type.host(), frame.bytes().subspan(sizeof ethernet), outer);

    appliances::AnswerCounters counters;
    const std::span<const std::uint8_t> payload{frame.buffer + to.payload_at, frame.buffer + to.payload_end};
    const auto reply = appliances::answer(payload, *appliances_[to.appliance], now, counters);
    if (!reply) return false;

    appliances::OuterHeader header =
        appliances::answer_header({outer.source, outer.destination, outer.source_port, outer.destination_port,
                                   traffic_class(frame, ip_at, outer.source.family())},
                                  reply->head(), reply->rest);
    if (outer.source.is_v4()) finish_ipv4(header.bytes.data());
    std::swap(ethernet.destination, ethernet.source);

    // The rest stays where it is, and what comes before it is written to end there. A verdict makes that longer than
    // what stood there before; the pool's headroom has room for the longest headers and many verdicts.
    const journey::Packet sent = frame;
    const std::span<const std::uint8_t> head = reply->head();
    const auto head_at = static_cast<std::size_t>(reply->rest.data() - frame.buffer) - head.size();
    frame = journey::Packet{};
    frame.buffer = sent.buffer;
    frame.capacity = sent.capacity;
    frame.port = sent.port;
    frame.end = to.payload_end;
    frame.begin = static_cast<std::uint16_t>(head_at - header.size - sizeof ethernet);
    std::memcpy(frame.buffer + frame.begin, &ethernet, sizeof ethernet);
    std::memcpy(frame.buffer + frame.begin + sizeof ethernet, header.bytes.data(), header.size);
    std::copy(head.begin(), head.end(), frame.buffer + head_at);
    return true;
}

} // namespace sallyport::replay
