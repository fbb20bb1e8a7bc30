# SPDX-License-Identifier: Apache-2.0
"""Fragments follow their first one through every hop, also those that came before it; what is made to deceive ends."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import udp
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, PadN

story = Story(__file__)
client, server, client6, server6 = "192.0.2.10", "203.0.113.11", "2001:db8:1::10", "2001:db8:3::11"
flows = {}
for here, there in ((client, server), (client6, server6)):
    flow = flows[here] = story.begins(udp(here, 40000, there, 53, b"whole"), "perimeter")
    # In order, and in orders in which the first one is not the first, both ways.
    question, answer = (packet / bytes(range(250)) for packet in (udp(here, 40000, there, 53), udp(there, 53, here, 40000)))
    for number, order in enumerate(((0, 1, 2, 3), (3, 0, 2, 1), (3, 2, 1, 0), (1, 3, 0, 2))):
        for whole in (question, answer):
            pieces = wire.pieces(whole, 72, 100 + number)
            assert len(pieces) == 4
            story.passes_in_pieces(flow, whole, [pieces[index] for index in order])
    # The same once more: nothing of a packet comes twice.
    pieces = wire.pieces(question, 72, 200)
    story.passes_in_pieces(flow, question, pieces[:2])
    story.drops_at("north", pieces[0], "FragmentDuplicate")
    story.drops_at("north", pieces[1], "FragmentDuplicate")

# A flow may begin with fragments.
whole = udp(client, 40001, server, 53) / bytes(100)
pieces = wire.pieces(whole, 64, 300)
flow = story.flow(whole, "perimeter", "north")
story.passes_in_pieces(flow, whole, pieces)

# RFC 6946: an atomic fragment is whole.
story.passes(flows[client6], IPv6(src=client6, dst=server6) / IPv6ExtHdrFragment(id=9) / UDP(sport=40000, dport=53))

# RFC 5722: one that overlaps ends its packet, in IPv4 too.
for here, there in ((client, server), (client6, server6)):
    whole = udp(here, 40000, there, 53) / bytes(250)
    first = wire.pieces(whole, 64, 400)
    other = wire.pieces(whole, 72, 400)
    story.passes_in_pieces(flows[here], whole, [first[0]])
    story.drops_at("north", other[0], "FragmentOverlap")
    story.drops_at("north", first[1], "FragmentOverlap")

# RFC 1858, RFC 3128, RFC 7112: headers are whole in the first one, and nothing is put over them.
syn = IP(src=client, dst=server, id=500) / TCP(sport=40002, dport=80, flags="S") / bytes(40)
for piece in wire.pieces(syn, 16, 500):
    story.drops_at("north", piece, "FragmentTiny")
story.drops_at("north", wire.pieces(syn, 8, 501)[1], "FragmentTiny")
syn6 = IPv6(src=client6, dst=server6) / TCP(sport=40002, dport=80, flags="S") / bytes(40)
for piece in wire.pieces(syn6, 16, 502):
    story.drops_at("north", piece, "FragmentTiny")
hidden = IPv6ExtHdrFragment(nh=60, id=503, m=1) / IPv6ExtHdrDestOpt(nh=17, options=[PadN(optdata=bytes(4))])
story.drops_at("north", IPv6(src=client6, dst=server6) / hidden, "FragmentTiny")

# What can not be: beyond 64 KiB, and less than eight bytes although more follows.
story.drops_at("north", IP(src=client, dst=server, id=600, proto=17, frag=8189) / bytes(24), "FragmentBad")
story.drops_at("north", IP(src=client, dst=server, id=601, proto=17, flags="MF") / bytes(12), "FragmentBad")
# A TTL that is used up, in the first one, is answered.
expired = IP(src=client, dst=server, id=602, ttl=1, proto=17, flags="MF") / bytes(udp(client, 40000, server, 53))[20:]
story.drops_at("north", expired, "TtlExpired", ("north", wire.icmp_error("192.0.2.1", bytes(expired), "time-exceeded")))

story.passes(flows[client], udp(client, 40000, server, 53, b"whole", flags="DF"))
story.passes(flows[client6], udp(server6, 53, client6, 40000, b"whole"))

# Whose first one never comes.
orphan = wire.pieces(udp(client, 40000, server, 53) / bytes(100), 64, 700)[1]
story.waits_at("north", orphan)
story.wait(1)
story.drops.append((story.now + 1_000_000, "north", "FragmentOrphaned"))
story.passes(flows[client], udp(server, 53, client, 40000, b"later"))
story.write()
