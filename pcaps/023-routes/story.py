# SPDX-License-Identifier: Apache-2.0
"""The next station's MAC is a router's where there is a route; the longest prefix decides."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp

story = Story(__file__)
flows = []
for number in range(6):
    web = Tcp("10.1.0.10", 40000 + number, "10.2.0.11", 80)
    flows.append(story.begins(web.client("S"), "perimeter"))
    story.passes(flows[-1], web.server("SA"))
assert {flow.hops[0].name for flow in flows} == {"near", "far"}
story.begins(udp("192.0.2.10", 40000, "10.1.2.3", 53), "perimeter")
story.begins(udp("2001:db8:1::10", 40000, "2001:db8:f123::3", 53), "perimeter")
# Without a route: in a replay, to the other side.
flow = story.begins(udp("192.0.2.10", 40000, "172.16.0.1", 53), "perimeter")
story.passes(flow, udp("172.16.0.1", 53, "192.0.2.10", 40000))
story.write()
