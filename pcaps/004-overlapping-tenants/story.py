# SPDX-License-Identifier: Apache-2.0
"""Red and blue use the same addresses and ports at the same time: two flows, told apart by endpoint id and cookie."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)
red, blue = (Tcp("192.0.2.10", 40000, "203.0.113.11", 80) for _ in range(2))
reds = story.begins(red.client("S"), "perimeter", port="red-in")
# Red's flow is no reason to let blue's packets pass.
story.drops_at("blue-out", Tcp("203.0.113.11", 80, "192.0.2.10", 40000).client("SA"), "TcpNotSyn")
blues = story.begins(blue.client("S"), "perimeter", port="blue-in")
for flow, talk in ((reds, red), (blues, blue)) * 2:
    story.passes(flow, talk.server("SA"))
    story.passes(flow, talk.client("A"))
for flow, talk, secret in ((reds, red, b"red"), (blues, blue, b"blue")):
    story.passes(flow, talk.client("PA", secret))

# The firewall mixes them up: red's packet under blue's id.
mixed = wire.gwlb_options(story.endpoint_id(blues), reds.cookie_at(0))
story.drops_at("inspect", story.given_back(reds, 0, red.client("PA", b"red"), options=mixed), "InvalidGwlbFlowCookie")
story.write()
