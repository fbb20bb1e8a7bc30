# SPDX-License-Identifier: Apache-2.0
"""IPv6 inside IPv4 and IPv6, IPv4 inside both; extension headers are passed over to find the ports."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp, udp_pair
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PadN

story = Story(__file__)
for client, server in (("2001:db8:1::10", "2001:db8:3::11"), ("192.0.2.10", "203.0.113.11")):
    web = Tcp(client, 40000, server, 80)
    flow = story.begins(web.client("S"), "perimeter")
    for packet in (web.server("SA"), web.client("A"), *web.request(b"question", b"answer"), *web.close()):
        story.passes(flow, packet)
    for number in range(3):
        question, answer = udp_pair(client, 50000 + number, server, 53)
        story.passes(story.begins(question, "perimeter"), answer)

# The same flow, with and without extension headers; the flow label does not matter.
question = udp("2001:db8:1::10", 50100, "2001:db8:3::53", 53, b"question")
flow = story.begins(question, "perimeter")
pad = PadN(optdata=bytes(4))
for headers in (IPv6ExtHdrDestOpt(options=[pad]), IPv6ExtHdrHopByHop(options=[pad]),
                IPv6ExtHdrHopByHop(options=[pad]) / IPv6ExtHdrDestOpt(options=[pad])):
    story.passes(flow, IPv6(src="2001:db8:1::10", dst="2001:db8:3::53", fl=0x12345, tc=0x20) / headers /
                 UDP(sport=50100, dport=53) / b"more")
story.passes(flow, udp("2001:db8:3::53", 53, "2001:db8:1::10", 50100, b"answer"))
story.write()
