# SPDX-License-Identifier: Apache-2.0
"""The 1025th flow finds the table full; flows that are in it go on; when one is over, there is room again."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp

story = Story(__file__)
web, refused = (Tcp("192.0.2.10", port, "203.0.113.11", 80) for port in (40000, 40001))
flow = story.begins(web.client("S"), "perimeter")
small = [story.begins(udp("192.0.2.10", 10000 + number, "203.0.113.11", 9), None) for number in range(1023)]

syn = refused.client("S")
story.drops_at("north", syn, "FlowTableFull")
story.drops_at("south", udp("203.0.113.11", 7, "192.0.2.10", 7), "FlowTableFull")
story.passes(flow, web.server("SA"))
story.passes(flow, web.client("A"))
story.passes(small[500], udp("203.0.113.11", 9, "192.0.2.10", 10500))
story.wait(130)
story.begins(syn, "perimeter")
story.passes(flow, web.client("PA", b"still here"))
story.write()
