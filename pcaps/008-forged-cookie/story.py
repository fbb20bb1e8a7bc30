# SPDX-License-Identifier: Apache-2.0
"""Packets that an appliance gives back with a cookie that is not theirs."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)
web, other = (Tcp("192.0.2.10", port, "203.0.113.11", 80) for port in (40000, 40001))
flow = story.begins(web.client("S"), "perimeter")
others = story.begins(other.client("S"), "perimeter")
answer = web.server("SA")
story.passes(flow, answer)


def forged(cookie):
    options = wire.gwlb_options(story.endpoint_id(flow), cookie)
    story.drops_at("inspect", story.given_back(flow, 0, answer, options=options), "InvalidGwlbFlowCookie")


forged(0)
forged(others.cookie)
forged(flow.cookie ^ 0x0100)
forged(flow.cookie ^ 1)           # of a second hop, which the chain does not have
forged(flow.cookie ^ 0x80000000)  # of another worker
story.passes_from(flow, 0, answer)

# The connection ends, and the next one of the same ports is another flow: what was kept back of the old one is refused.
story.passes(flow, web.server("R"))
again = Tcp("192.0.2.10", 40000, "203.0.113.11", 80, first=5000)
new = story.begins(again.client("S"), "perimeter")
assert new.cookie != flow.cookie
forged(flow.cookie)
story.passes(new, again.server("SA"))
story.write()
