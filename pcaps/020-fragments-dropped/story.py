# SPDX-License-Identifier: Apache-2.0
"""Fragments do not pass yet: neither the first, which has ports, nor the others; DF is no fragment."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import udp
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, PadN

story = Story(__file__)
client, server, client6, server6 = "192.0.2.10", "203.0.113.11", "2001:db8:1::10", "2001:db8:3::11"
flow = story.begins(udp(client, 40000, server, 53, b"whole"), "perimeter")
flow6 = story.begins(udp(client6, 40000, server6, 53, b"whole"), "perimeter")

datagram = bytes(udp(client, 40000, server, 53, bytes(40)))[20:]
for offset, flags in ((0, "MF"), (16, "MF"), (32, 0)):
    fragment = IP(src=client, dst=server, id=9, proto=17, flags=flags, frag=offset // 8) / datagram[offset:offset + 16]
    story.drops_at("north", fragment, "FragmentUnsupported")
    more = IPv6ExtHdrFragment(nh=17, id=9, offset=offset // 8, m=1 if flags else 0)
    story.drops_at("north", IPv6(src=client6, dst=server6) / more / datagram[offset:offset + 16], "FragmentUnsupported")
# RFC 6946: an atomic fragment is whole, but has the header all the same.
whole = IPv6ExtHdrFragment(id=9) / UDP(sport=40000, dport=53) / b"whole"
story.drops_at("north", IPv6(src=client6, dst=server6) / whole, "FragmentUnsupported")
hidden = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))]) / IPv6ExtHdrFragment(nh=17, id=9, offset=2)
story.drops_at("south", IPv6(src=server6, dst=client6) / hidden / bytes(8), "FragmentUnsupported")
# Too short for its ports, and with a TTL that is used up: no answer either.
story.drops_at("north", IP(src=client, dst=server, ttl=1, proto=6, flags="MF") / bytes(8), "FragmentUnsupported")

story.passes(flow, udp(client, 40000, server, 53, b"whole", flags="DF"))
story.passes(flow6, udp(server6, 53, client6, 40000, b"whole"))
story.write()
