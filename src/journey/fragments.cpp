// SPDX-License-Identifier: Apache-2.0
// Step 3: to which flow does a fragment belong? Its first fragment says; those that come before that one wait for it.
// All fragments of a packet, whichever worker they arrive at, pass here at one: who a hash of what they have in common
// names. It alone sees overlaps.
// Leads on to: flow_lookup, another worker (who has the packet's other fragments).
// Drops: FragmentBad, FragmentTiny, FragmentOverlap, FragmentDuplicate, FragmentOrphaned, FragmentTableFull,
// IcmpUnrelated, and what is wrong with the headers of a first fragment.
#include "journey/fragments.hpp"

#include "journey/icmp_quote.hpp"
#include "journey/parse_flow.hpp"
#include "journey/parse_ip.hpp"
#include "journey/read_fragment.hpp"

namespace sallyport::journey {
namespace {

[[nodiscard]] std::optional<FragmentFields> fields_of(const Packet& packet) noexcept {
    return read_fragment({packet.buffer + packet.l3, packet.buffer + packet.end}, packet.endpoint);
}

/// Of the fragment that an ICMP error is about.
[[nodiscard]] std::optional<FragmentFields> quoted_fields_of(const Packet& packet) noexcept {
    return read_fragment({packet.buffer + quote_at(packet), packet.buffer + packet.end}, packet.endpoint);
}

[[nodiscard]] std::optional<Piece> piece(const Packet& packet, const FragmentFields& fields) noexcept {
    const auto payload_at = static_cast<std::size_t>(packet.l3) + fields.payload_at;
    return piece_of(fields, packet.family, packet.end - payload_at);
}

[[nodiscard]] Upper upper_of(const flow::Tuple& tuple) noexcept {
    return {tuple.source_port, tuple.destination_port, tuple.protocol};
}

void take_ports(flow::Tuple& tuple, const Upper& upper) noexcept {
    tuple.protocol = upper.protocol;
    tuple.source_port = upper.source_port;
    tuple.destination_port = upper.destination_port;
}

/// RFC 1858 3, RFC 7112 5: all headers stand in the first fragment, or whoever filters by them is got past.
[[nodiscard]] std::optional<DropReason> read_transport(Packet& packet, flow::Tuple& tuple) noexcept {
    if (packet.protocol == protocol_tcp) {
        const auto fault = detail::parse_tcp(packet, tuple);
        return fault == DropReason::TransportTruncated ? DropReason::FragmentTiny : fault;
    }
    if (packet.protocol == protocol_udp) {
        const auto* udp = packet.header<UdpHeader>(packet.l4);
        if (udp == nullptr) return DropReason::FragmentTiny;
        if (udp->length.host() < sizeof(UdpHeader)) return DropReason::TransportBadHeader;
        tuple.source_port = udp->source_port.host();
        tuple.destination_port = udp->destination_port.host();
    }
    // RFC 1812 4.3.2.3, RFC 4443 2.4 c: an error is small enough for every link.
    return is_icmp_error(packet) ? std::optional(DropReason::FragmentBad) : std::nullopt;
}

/// The first fragment's own headers, in `tuple` and in the packet.
[[nodiscard]] std::optional<DropReason> read_first(Packet& packet, const FragmentFields& fields,
                                                   flow::Tuple& tuple) noexcept {
    packet.kind = Kind::first_fragment;
    packet.protocol = fields.protocol;
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + fields.payload_at);
    if (packet.family == Family::ipv6) {
        const auto fault = detail::pass_extension_headers(packet, detail::Behind::fragment_header);
        if (fault == DropReason::Ipv6Truncated) return DropReason::FragmentTiny;
        if (fault) return fault;
    }
    tuple.protocol = packet.protocol;
    return read_transport(packet, tuple);
}

/// The others have nothing of their own to read.
void become_later(Packet& packet, const FragmentFields& fields, const Upper& upper) noexcept {
    packet.kind = Kind::later_fragment;
    packet.protocol = upper.protocol;
    packet.l4 = static_cast<std::uint16_t>(packet.l3 + fields.payload_at);
    packet.tcp_flags = 0;
}

/// The packet, whose flow `tuple` is, as flow_lookup takes it.
void set_key(Round& round, Packet& packet, flow::Tuple& tuple) noexcept {
    tuple.endpoint = packet.endpoint;
    packet.from_high = flow::orient(tuple, packet.key);
    packet.hash = flow::table_hash(round.worker.settings.keys.table, packet.key);
    round.worker.flows.prefetch_bucket(packet.hash);
}

/// Nothing more of the datagram passes: what has gone on already is of no use to its receiver then.
void condemn(Round& round, Packet* packet, Datagram& datagram, DropReason reason) noexcept {
    datagram.condemned = reason;
    drop(round, packet, reason);
    while (Packet* held = round.worker.held_fragments.release(datagram)) {
        round.worker.counters.drop(reason).add(1);
        round.give_back(held);
    }
}

/// Whether the fragment fits to those that came. RFC 5722: an overlap condemns an IPv6 packet; an IPv4 one here too,
/// for stacks differ in which of the two they take, and so what appliances saw need not be what the receiver reads.
[[nodiscard]] std::optional<DropReason> misfit(const Packet& packet, const FragmentFields& fields,
                                               Datagram& datagram) noexcept {
    const auto arrived = piece(packet, fields);
    if (!arrived) return DropReason::FragmentBad;
    // RFC 3128: behind a first fragment of eight bytes this one could bring TCP flags of its own.
    if (fields.begin == 8 && fields.protocol == protocol_tcp) return DropReason::FragmentTiny;
    switch (datagram.add(*arrived)) {
    case Fit::fresh:
        return std::nullopt;
    case Fit::duplicate:
        return DropReason::FragmentDuplicate;
    case Fit::overlap:
        return DropReason::FragmentOverlap;
    case Fit::impossible:
        break;
    }
    return DropReason::FragmentBad;
}

void complete(Round& round, Packet& packet, const FragmentFields& fields, const Upper& upper) noexcept {
    flow::Tuple tuple;
    read_addresses(packet, tuple);
    take_ports(tuple, upper);
    become_later(packet, fields, upper);
    set_key(round, packet, tuple);
}

/// The first goes on, and behind it those that waited for it.
void lead(Round& round, Packet* first, Datagram& datagram, flow::Tuple& tuple) noexcept {
    datagram.upper = upper_of(tuple);
    datagram.first_came = true;
    set_key(round, *first, tuple);
    round.flow_lookup.push(first);
    while (Packet* held = round.worker.held_fragments.release(datagram)) {
        complete(round, *held, *fields_of(*held), *datagram.upper);
        round.produce(held, Resume::flow_lookup);
    }
}

void follow(Round& round, Packet* packet, const FragmentFields& fields, Datagram& datagram) noexcept {
    if (datagram.condemned) return drop(round, packet, *datagram.condemned);
    if (const auto reason = misfit(*packet, fields, datagram)) {
        if (*reason == DropReason::FragmentDuplicate) return drop(round, packet, *reason);
        return condemn(round, packet, datagram, *reason);
    }
    if (fields.begin == 0) {
        flow::Tuple tuple;
        read_addresses(*packet, tuple);
        if (const auto fault = read_first(*packet, fields, tuple)) return condemn(round, packet, datagram, *fault);
        return lead(round, packet, datagram, tuple);
    }
    if (datagram.first_came) {
        complete(round, *packet, fields, *datagram.upper);
        return round.flow_lookup.push(packet);
    }
    const DatagramIndex index = round.worker.fragments.index_of(datagram);
    if (!round.worker.held_fragments.hold(packet, datagram, index, round.around.now)) {
        condemn(round, packet, datagram, DropReason::FragmentTableFull);
    }
}

void follow_quoted(Round& round, Packet* packet, const Datagram* datagram) noexcept {
    if (datagram == nullptr || !datagram->upper) return drop(round, packet, DropReason::IcmpUnrelated);
    flow::Tuple tuple;
    if (parse_flow(*packet, tuple)) return drop(round, packet, DropReason::IcmpUnrelated);
    // As the quoted packet's receiver sends.
    tuple.protocol = datagram->upper->protocol;
    tuple.source_port = datagram->upper->destination_port;
    tuple.destination_port = datagram->upper->source_port;
    packet->kind = Kind::icmp_error;
    set_key(round, *packet, tuple);
    round.flow_lookup.push(packet);
}

void place(Round& round, Packet* packet) noexcept {
    const bool is_quote = packet->kind == Kind::icmp_error_about_fragment;
    const auto fields = is_quote ? quoted_fields_of(*packet) : fields_of(*packet);
    if (!fields) return drop(round, packet, is_quote ? DropReason::IcmpUnrelated : DropReason::FragmentBad);
    const WorkerSettings& settings = round.worker.settings;
    const std::uint64_t hash = fragment_hash(settings.keys.table, fields->key);
    const unsigned owner = flow::owner(hash, settings.count);
    if (owner != settings.index) return hand_over(round, packet, owner, Resume::fragments);

    FragmentTable& table = round.worker.fragments;
    if (is_quote) return follow_quoted(round, packet, table.find(fields->key, hash, round.around.now));
    Datagram* datagram = table.find_for_arrival(fields->key, hash, round.around.now);
    if (datagram == nullptr) return drop(round, packet, DropReason::FragmentTableFull);
    follow(round, packet, *fields, *datagram);
}

} // namespace

void fragments(Round& round) noexcept {
    for (Packet* packet : round.fragments)
        place(round, packet);
}

bool remember_fragment(Round& round, const Packet& packet) noexcept {
    const auto fields = fields_of(packet);
    if (!fields) return false;
    const std::uint64_t hash = fragment_hash(round.worker.settings.keys.table, fields->key);
    Datagram* datagram = round.worker.fragments.find_or_begin(fields->key, hash, round.around.now);
    if (datagram == nullptr) return false;
    const flow::FlowKey& key = packet.key;
    datagram->upper = {packet.from_high ? key.high_port() : key.low_port(),
                       packet.from_high ? key.low_port() : key.high_port(), key.protocol()};
    return true;
}

std::optional<DropReason> recall_fragment(Round& round, Packet& packet, flow::Tuple& tuple) noexcept {
    const bool is_quote = packet.kind == Kind::icmp_error_about_fragment;
    const auto fields = is_quote ? quoted_fields_of(packet) : fields_of(packet);
    if (!fields || (!is_quote && !piece(packet, *fields))) return DropReason::InnerMalformed;
    if (!is_quote && fields->begin == 0) {
        return read_first(packet, *fields, tuple) ? std::optional(DropReason::InnerMalformed) : std::nullopt;
    }
    const std::uint64_t hash = fragment_hash(round.worker.settings.keys.table, fields->key);
    const Datagram* datagram = round.worker.fragments.find(fields->key, hash, round.around.now);
    if (datagram == nullptr || !datagram->upper) {
        return is_quote ? DropReason::IcmpUnrelated : DropReason::FragmentOrphaned;
    }
    take_ports(tuple, *datagram->upper);
    if (is_quote) {
        std::swap(tuple.source_port, tuple.destination_port);
        packet.kind = Kind::icmp_error;
    } else {
        become_later(packet, *fields, *datagram->upper);
    }
    return std::nullopt;
}

void end_held_fragments(Round& round) noexcept {
    HeldFragments& held = round.worker.held_fragments;
    for (unsigned ended = 0; ended < max_burst && held.has_run_out(round.around.now); ++ended) {
        Datagram& datagram = round.worker.fragments.at(held.longest_waiting());
        datagram.condemned = DropReason::FragmentOrphaned;
        drop(round, held.release(datagram), DropReason::FragmentOrphaned);
    }
}

} // namespace sallyport::journey
