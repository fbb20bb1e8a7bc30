# SPDX-License-Identifier: Apache-2.0
"""A group that asks for it gets Ethernet frames inside GENEVE, and may choose the outer port of what it gives back."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib import wire
from lib.talk import Tcp

story = Story(__file__)

used = set()
for number in range(4):
    for client, server in (("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")):
        talk = Tcp(client, 40000 + number, server, 80)
        flow = story.begins(talk.client("S"), "perimeter")
        story.passes(flow, talk.server("SA"))
        used.add(flow.hops[0].name)
assert used == {"ovs", "ovs6"}

talk = Tcp("192.0.2.10", 41000, "203.0.113.11", 80)
flow = story.begins(talk.client("S"), "perimeter")
story.passes(flow, talk.server("SA"))
segment = talk.client("A")
ethernet = wire.ethernet_payload(bytes(segment))
story.passes_from(flow, 0, segment, **ethernet, source_port=50505)
# Its own MAC addresses do not matter; what is inside does.
turned = wire.frame(bytes(segment), wire.INNER_DESTINATION, wire.INNER_SOURCE)
story.passes_from(flow, 0, segment, inner=turned, proto=wire.ETHERNET)
story.drops_at("inspect", story.given_back(flow, 0, segment), "GeneveProtocolType")
story.drops_at("inspect", story.given_back(flow, 1, segment, **ethernet), "GeneveProtocolType")
story.drops_at("inspect", story.given_back(flow, 0, segment, inner=turned[:13], proto=wire.ETHERNET), "InnerMalformed")
story.drops_at("inspect", story.given_back(flow, 0, segment, inner=turned[:14], proto=wire.ETHERNET), "InnerMalformed")
wrong = turned[:12] + bytes([0x86, 0xDD]) + turned[14:]
story.drops_at("inspect", story.given_back(flow, 0, segment, inner=wrong, proto=wire.ETHERNET), "GeneveProtocolType")
tagged = wire.frame(bytes(segment), wire.INNER_SOURCE, wire.INNER_DESTINATION, vlan=7)
story.drops_at("inspect", story.given_back(flow, 0, segment, inner=tagged, proto=wire.ETHERNET), "GeneveProtocolType")
# Ports are free for those with frames alone.
story.drops_at("inspect", story.given_back(flow, 1, segment, source_port=50505), "InvalidGeneveTunnel")
story.write()
