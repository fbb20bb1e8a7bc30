# SPDX-License-Identifier: Apache-2.0
"""The right cookie from the wrong appliance, the wrong port, or out of turn."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)
web = Tcp("192.0.2.10", 40000, "203.0.113.11", 80)
flow = story.begins(web.client("S"), "perimeter")
answer, ack = web.server("SA"), web.client("A")
story.passes(flow, answer)
firewall, sensor = (appliance.address for appliance in flow.hops)
other_firewall = next(one.address for one in story.gateway.groups["firewalls"] if one.address != firewall)


def wrong(reason, hop, **fields):
    for packet in (ack, answer):
        story.drops_at("inspect", story.given_back(flow, hop, packet, **fields), reason)


wrong("InvalidGeneveTunnel", 0, source=other_firewall)
wrong("InvalidGeneveTunnel", 1, source=other_firewall)
wrong("HopOutOfOrder", 0, source=sensor)
wrong("HopOutOfOrder", 1, source=firewall)
# As an ordinary socket would answer: from 6081, or from a port of its own.
wrong("InvalidGeneveTunnel", 0, source_port=6081)
wrong("InvalidGeneveTunnel", 0, source_port=flow.outer_source_port ^ 1)
# An appliance that translates addresses: the packet is of no flow any more.
translated = Tcp("192.0.2.10", 50000, "203.0.113.11", 80).client("A")
story.drops_at("inspect", story.given_back(flow, 0, translated), "MissingFlowEntry")
# Each from where it belongs goes on from there: one way, and the other.
for hop in (0, 1):
    story.passes_from(flow, hop, ack)
    story.passes_from(flow, hop, answer)
story.write()
