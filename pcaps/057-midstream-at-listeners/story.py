# SPDX-License-Identifier: Apache-2.0
"""A segment of no flow to a listener is answered with a RST, dropped, or begins a flow, as the listener says."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

for client, listener in (("192.0.2.10", "192.0.2.80"), ("2001:db8:1::10", "2001:db8:1::80")):
    story.refuses("north", Tcp(client, 40000, listener, 80).client("PA", b"data"), "TcpNotSyn")
    story.refuses("north", Tcp(client, 40001, listener, 80).client("FA"), "TcpNotSyn")
story.drops_at("north", Tcp("192.0.2.10", 40000, "192.0.2.80", 80).client("R"), "TcpNotSyn")
story.drops_at("north", Tcp("192.0.2.10", 41000, "192.0.2.80", 81).client("PA", b"data"), "TcpNotSyn")
talk = Tcp("192.0.2.10", 42000, "192.0.2.80", 82)
flow = story.begins(talk.client("PA", b"data"), "perimeter")
story.passes(flow, talk.server("PA", b"answer"))
story.passes(flow, talk.client("A"))
story.drops_at("north", Tcp("192.0.2.10", 42001, "192.0.2.80", 82).client("R"), "TcpNotSyn")
story.write()
