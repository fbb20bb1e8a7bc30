# SPDX-License-Identifier: Apache-2.0
"""An appliance fails: each of its flows moves with its next packet, whichever side sends it, and for good."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)


def firewall(flow):
    return flow.hops[0].name

talks = [Tcp("192.0.2.10", 40000 + number, "203.0.113.11", 80) for number in range(8)]
flows = []
for talk in talks:
    flows.append(story.begins(talk.client("S"), "perimeter"))
    story.passes(flows[-1], talk.server("SA"))
before = [firewall(flow) for flow in flows]
assert set(before) == {"a", "b", "c"}
old = [flow.hops[0] for flow in flows]
mine = [number for number, name in enumerate(before) if name == "b"]
assert len(mine) >= 3

story.happens("unhealthy", "firewalls/b")
for number, (talk, flow) in enumerate(zip(talks, flows)):
    # The next packet is the client's, or the server's.
    first = talk.client("A") if number % 2 else talk.server("PA", b"banner")
    if number != mine[-1]:
        story.passes(flow, first)
        story.passes(flow, talk.client("PA", b"question"))
        story.passes(flow, talk.server("PA", b"answer"))
assert all(firewall(flow) != "b" for number, flow in enumerate(flows) if number != mine[-1])
assert all(firewall(flow) == name for flow, name in zip(flows, before) if name != "b")

# What the failed appliance had been sent comes back late: it is good, and goes on from its hop.
moved = flows[mine[0]]
segment = talks[mine[0]].client("PA", b"slow")
story.passes_from(moved, 0, segment, source=old[mine[0]].address)
# Another one that was never asked is none of the flow's.
other = next(one for one in old if one not in (moved.hops[0], old[mine[0]]))
story.drops_at("inspect", story.given_back(moved, 0, segment, source=other.address), "InvalidGeneveTunnel")

story.happens("healthy", "firewalls/b")
for talk, flow in zip(talks, flows):
    story.passes(flow, talk.client("PA", b"more"))
    story.passes(flow, talk.server("A"))
# The one that had been silent meanwhile has never left.
assert [number for number, flow in enumerate(flows) if firewall(flow) == "b"] == [mine[-1]]
# And now b has no business with those that left it.
story.drops_at("inspect", story.given_back(moved, 0, segment, source=old[mine[0]].address), "InvalidGeneveTunnel")
story.write()
