# SPDX-License-Identifier: Apache-2.0
"""Packets, built by scapy."""
from scapy.contrib.geneve import GENEVE, GeneveOptions
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet import fragment as fragment_ipv4
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Raw

GWLB = 0x0108
GENEVE_PORT = 6081


def ip_layer(raw):
    return IP(raw) if raw[0] >> 4 == 4 else IPv6(raw)


def ip(address):
    return IPv6 if ":" in address else IP


def ether_type(raw):
    return 0x0800 if raw[0] >> 4 == 4 else 0x86DD


def ends(raw):
    """(protocol, (source, port), (destination, port)) of an IP packet; ports are 0 but for TCP and UDP."""
    packet = ip_layer(raw)
    transport = packet.payload
    while isinstance(packet, IPv6) and not isinstance(transport, (TCP, UDP)) and "nh" in transport.fields:
        transport = transport.payload
    if isinstance(packet, IPv6):
        protocol = transport.underlayer.nh
    else:
        protocol = packet.proto
    ports = (transport.sport, transport.dport) if isinstance(transport, (TCP, UDP)) else (0, 0)
    return protocol, (packet.src, ports[0]), (packet.dst, ports[1])


def readdressed(raw, source, destination, whole=None):
    """The same packet between other ends, (address, port) each, its checksums computed anew; a UDP checksum that is
    not there stays so. A fragment's checksum is that of `whole`, the packet that it is of."""
    packet = ip_layer(raw)
    packet.src, packet.dst = source[0], destination[0]
    if isinstance(packet, IP):
        packet.chksum = None
    if whole and not is_first(raw):
        head = 20 if raw[0] >> 4 == 4 else 40
        return bytes(packet)[:head] + raw[head:]
    transport = packet[TCP] if TCP in packet else packet[UDP]
    transport.sport, transport.dport = source[1], destination[1]
    if whole:
        full = ip_layer(readdressed(whole, source, destination))
        transport.chksum = (full[TCP] if TCP in full else full[UDP]).chksum
    elif TCP in packet or transport.chksum:
        transport.chksum = None
    return bytes(packet)


def readdressed_error(raw, source, destination, quote):
    """The same ICMP error between other addresses, about another packet; its checksum computed anew."""
    packet = ip_layer(raw)
    about = packet.payload
    packet.src, packet.dst = source, destination
    icmp = type(about)(bytes(about)[:8])
    if isinstance(packet, IP):
        packet.chksum = icmp.chksum = None
    else:
        icmp.cksum = None
    packet.remove_payload()
    icmp.remove_payload()
    return bytes(packet / icmp / Raw(quote))


def reset_of(source, destination, sequence):
    """A RST that the gateway makes, between two ends, for who expects this number next."""
    return _reset(source[0], destination[0], sport=source[1], dport=destination[1], flags="R", seq=sequence)


def routed(raw):
    """The packet behind a router: one less of its TTL."""
    packet = ip_layer(raw)
    if isinstance(packet, IP):
        packet.ttl -= 1
        packet.chksum = None
    else:
        packet.hlim -= 1
    return bytes(packet)


def cut(raw, mtu):
    """What a router sends of an IPv4 packet without options where `mtu` bytes fit: itself, or its parts."""
    if len(raw) <= mtu:
        return [raw]
    assert raw[0] == 0x45 and not raw[6] & 0x40, "may not be cut"
    return [bytes(part) for part in fragment_ipv4(IP(raw), (mtu - 20) // 8 * 8)]


def pieces(packet, size, number):
    """The fragments that a sender makes of its packet, `size` bytes in each but the last; `number` identifies them."""
    raw = bytes(packet)
    if raw[0] >> 4 == 4:
        whole = IP(raw)
        whole.id, whole.chksum = number, None
        return [bytes(part) for part in fragment_ipv4(IP(bytes(whole)), size)]
    whole = IPv6(raw)
    header = IPv6(src=whole.src, dst=whole.dst, hlim=whole.hlim)
    parts = [raw[at:at + size] for at in range(40, len(raw), size)]
    return [bytes(header / IPv6ExtHdrFragment(nh=whole.nh, id=number, offset=index * size // 8,
                                              m=int(index + 1 < len(parts))) / Raw(part))
            for index, part in enumerate(parts)]


def is_first(raw):
    """Of a fragment: IPv4, or IPv6 with nothing in front of the fragment header."""
    if raw[0] >> 4 == 4:
        return not IP(raw).frag
    return not IPv6(raw)[IPv6ExtHdrFragment].offset


def quoted(raw):
    """The packet that an ICMP error is about."""
    return raw[28:] if raw[0] >> 4 == 4 else raw[48:]


def frame(raw, source, destination, vlan=0):
    ethernet = Ether(src=source, dst=destination)
    if vlan:
        ethernet = ethernet / Dot1Q(vlan=vlan, type=ether_type(raw))
    else:
        ethernet.type = ether_type(raw)
    return bytes(ethernet / Raw(raw))


def option(kind, data, option_class=GWLB, **fields):
    return GeneveOptions(classid=option_class, type=kind, data=data, **fields)


def gwlb_options(endpoint_id, cookie):
    return [option(1, endpoint_id.to_bytes(8, "big")), option(2, bytes(8)), option(3, cookie.to_bytes(4, "big"))]


# Around packets for groups with Ethernet payload: made-up stations.
INNER_SOURCE, INNER_DESTINATION = "02:53:50:00:00:01", "02:53:50:00:00:02"
ETHERNET = 0x6558


def ethernet_payload(raw):
    """What groups with Ethernet payload get, as arguments of tunnel()."""
    return {"inner": frame(raw, INNER_SOURCE, INNER_DESTINATION), "proto": ETHERNET}


def traffic_class(raw):
    """DSCP and ECN."""
    return ip_layer(raw).tos if raw[0] >> 4 == 4 else ip_layer(raw).tc


def with_traffic_class(raw, value):
    packet = ip_layer(raw)
    if isinstance(packet, IP):
        packet.tos, packet.chksum = value, None
    else:
        packet.tc = value
    return bytes(packet)


def verdict(word):
    """What an appliance says about the rest of a flow, as long as the gateway allows (docs/appliances.md)."""
    kind = ["pass_rest", "drop_rest", "mirror_only"].index(word) + 1
    return option(1, bytes([kind]) + bytes(11), option_class=0xFF53)


def tunnel(source, destination, source_port, options, inner, tos=0, **fields):
    """GENEVE as the gateway sends it, and an appliance gives it back. `fields` replace those of the GENEVE header."""
    fields = {"proto": ether_type(inner) if inner else 0x0800, "vni": 0, "options": options} | fields
    if ip(destination) is IP:
        outer = IP(src=source, dst=destination, id=0, flags="DF", ttl=64, tos=tos)
        # RFC 8926 3.3: may be zero over IPv4; over IPv6 scapy computes it.
        udp = UDP(sport=source_port, dport=GENEVE_PORT, chksum=0)
    else:
        outer = IPv6(src=source, dst=destination, hlim=64, tc=tos)
        udp = UDP(sport=source_port, dport=GENEVE_PORT)
    return bytes(outer / udp / GENEVE(**fields) / Raw(inner))


def _reset(source, destination, **tcp):
    fields = {"id": 0, "flags": "DF", "ttl": 64} if ip(source) is IP else {"hlim": 64}
    return bytes(ip(source)(src=source, dst=destination, **fields) / TCP(window=0, **tcp))


def reset_to_sender(segment):
    """RFC 9293 3.10.7.1: what a host without a connection answers."""
    packet = ip_layer(bytes(segment))
    tcp = packet[TCP]
    # IP lengths, for a scapy packet's payload would hold padding.
    length = (packet.len - packet.ihl * 4 if isinstance(packet, IP) else packet.plen) - tcp.dataofs * 4
    numbers = {"flags": "R", "seq": tcp.ack}
    if not tcp.flags.A:
        numbers = {"flags": "RA", "seq": 0, "ack": tcp.seq + length + int(tcp.flags.S) + int(tcp.flags.F)}
    return _reset(packet.dst, packet.src, sport=tcp.dport, dport=tcp.sport, **numbers)


def resets_to_receiver(segment):
    """What the sender would have sent in the segment's place to abort: next in sequence for its receiver, who has seen a
    SYN before, for it began the flow (RFC 9293 3.10.7.4). A second one behind the segment, for a receiver who has it."""
    packet = ip_layer(bytes(segment))
    tcp = packet[TCP]
    first = tcp.seq + int(tcp.flags.S)
    behind = first + len(tcp.payload) + int(tcp.flags.F)
    return [_reset(packet.src, packet.dst, sport=tcp.sport, dport=tcp.dport, seq=seq, ack=tcp.ack,
                   flags="RA" if tcp.flags.A else "R")
            for seq in sorted({first, behind} if not tcp.flags.R else {first})]


def icmp_error(router, about, error, mtu=0):
    """What a router at the address `router` sends to the sender of `about`."""
    if about[0] >> 4 == 4:
        kind, code = {"time-exceeded": (11, 0), "no-route": (3, 0), "too-big": (3, 4)}[error]
        # RFC 1812 4.3.2.3 and 4.3.2.5: 576 bytes at most, precedence 6.
        head = IP(src=router, dst=IP(about).src, id=0, ttl=64, tos=0xC0) / ICMP(type=kind, code=code)
        if mtu:
            head[ICMP].nexthopmtu = mtu
        return bytes(head / Raw(about[:576 - 28]))
    icmp = {"time-exceeded": ICMPv6TimeExceeded(code=0), "no-route": ICMPv6DestUnreach(code=0),
            "too-big": ICMPv6PacketTooBig(mtu=mtu)}[error]
    # RFC 4443 2.4 c: up to the minimum MTU.
    return bytes(IPv6(src=router, dst=IPv6(about).src, hlim=64) / icmp / Raw(about[:1280 - 48]))
