# SPDX-License-Identifier: Apache-2.0
"""Appliances with IPv6 addresses: GENEVE over IPv6 with a UDP checksum, whatever is inside."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)

used = set()
for number in range(4):
    for client, server in (("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")):
        # Of odd and even lengths, for the checksum's sake.
        question, answer = udp_pair(client, 40000 + number, server, 53, b"?" * (20 + number), b"!" * (300 + number))
        flow = story.begins(question, "perimeter")
        story.passes(flow, answer)
        used |= {hop.name for hop in flow.hops}
assert used == {"a", "b", "four", "six"}

talk = Tcp("192.0.2.10", 41000, "203.0.113.11", 80)
flow = story.begins(talk.client("S"), "perimeter")
story.passes(flow, talk.server("SA"))
story.drops_at("inspect", story.given_back(flow, 0, talk.client("A"), source="2001:db8:2::99"), "InvalidGeneveTunnel")
story.write()
