# SPDX-License-Identifier: Apache-2.0
"""Flows end when their timer runs out: data of a forgotten connection is dropped, a SYN begins another flow."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair
from scapy.layers.inet import ICMP, IP

story = Story(__file__)
CLIENT, SERVER = "192.0.2.10", "203.0.113.11"


def connect(port):
    talk = Tcp(CLIENT, port, SERVER, 80)
    flow = story.begins(talk.client("S"), "perimeter")
    story.passes(flow, talk.server("SA"))
    story.passes(flow, talk.client("A"))
    return talk, flow


# Established: 350 s after the last packet of either direction.
talk, flow = connect(40000)
story.wait(349.9)
story.passes(flow, talk.client("PA", b"still there?"))
story.wait(349.9)
story.passes(flow, talk.server("PA", b"yes"))
story.wait(350.1)
late = talk.client("PA", b"still there?")
story.drops_at("north", late, "TcpNotSyn")
story.drops_at("south", talk.server("PA", b"no"), "TcpNotSyn")
story.drops_at("inspect", story.given_back(flow, 0, late), "MissingFlowEntry")
story.drops_at("north", talk.client("R"), "TcpNotSyn")
_, again = connect(40000)
assert (again.cookie, again.outer_source_port) != (flow.cookie, flow.outer_source_port)
assert again.outer_source_port == flow.outer_source_port

# Half open: 30 s. A SYN that is sent again keeps the flow.
talk = Tcp(CLIENT, 40001, SERVER, 80)
syn = talk.client("S")
flow = story.begins(syn, "perimeter")
story.wait(29.9)
story.passes(flow, syn)
story.wait(29.9)
story.passes(flow, talk.server("SA"))
story.wait(30.1)
story.drops_at("north", talk.client("A"), "TcpNotSyn")

# Half closed for longer than the closing timer; 10 s only behind the second FIN.
talk, flow = connect(40002)
story.passes(flow, talk.client("FA"))
story.wait(100)
story.passes(flow, talk.server("FA"))
story.wait(9.9)
story.passes(flow, talk.client("A"))
story.wait(10.1)
story.drops_at("south", talk.server("A"), "TcpNotSyn")

# After a RST 10 s; a SYN begins another flow at once.
talk, flow = connect(40003)
story.passes(flow, talk.server("R"))
connect(40003)
talk, flow = connect(40004)
story.passes(flow, talk.client("R"))
story.wait(10.1)
story.drops_at("south", talk.server("A"), "TcpNotSyn")

# UDP and the others: 120 s, and then another flow.
question, answer = udp_pair(CLIENT, 50000, SERVER, 53)
ping = IP(src=CLIENT, dst=SERVER) / ICMP(id=7)
flows = [(story.begins(packet, "perimeter"), packet) for packet in (question, ping)]
story.wait(119.9)
for flow, packet in flows:
    story.passes(flow, packet)
story.wait(120.1)
story.drops_at("inspect", story.given_back(flows[0][0], 0, answer), "MissingFlowEntry")
for packet in (question, ping):
    story.begins(packet, "perimeter")
# A pause longer than the worker's clock can tell, 49.7 days.
story.wait(2 ** 32 / 1000 + 1)
story.begins(question, "perimeter")
story.write()
