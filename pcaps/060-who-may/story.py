# SPDX-License-Identifier: Apache-2.0
"""What a listener does not take: sources that it denies, other ports, floods of half-open connections, and everything
when it has no targets."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp

story = Story(__file__)

def knock(client, port, listener="192.0.2.80", dport=80):
    return Tcp(client, port, listener, dport).client("S")


story.drops_at("north", knock("192.0.2.66", 40000), "SourceNotAllowed")
story.drops_at("north", knock("198.18.5.5", 40000), "SourceNotAllowed")
story.drops_at("north", knock("192.0.2.10", 40000, dport=81), "NoListener")
story.drops_at("north", udp("192.0.2.10", 40000, "192.0.2.80", 80), "NoListener")
story.refuses("north", knock("192.0.2.10", 40000, "192.0.2.81"), "NoTarget")
story.drops_at("north", udp("192.0.2.10", 40000, "192.0.2.81", 80), "NoTarget")

kept = Tcp("192.0.2.10", 41000, "192.0.2.80", 80)
flow = story.begins(kept.client("S"), None)
story.passes(flow, kept.server("SA"))
story.passes(flow, kept.client("A"))
flood = []
for port in range(42000, 42020):
    talk = Tcp("192.0.2.10", port, "192.0.2.80", 80)
    flood.append((talk, story.begins(talk.client("S"), None)))
# Twenty knocked and sixteen have room: the oldest are gone, and those that are open are not among them.
for talk, flow_of_flood in flood:
    talk.server("SA")
    if talk in [early for early, _ in flood[:4]]:
        story.refuses("north", talk.client("A"), "TcpNotSyn")
    else:
        story.passes(flow_of_flood, talk.client("A"))
story.passes(flow, kept.client("PA", b"still here"))
story.write()
