# SPDX-License-Identifier: Apache-2.0
"""An appliance fails: its flows stay with it, new ones go to the others; healthy again, it gets new ones."""
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
assert {firewall(flow) for flow in flows} == {"a", "b", "c"}
before = [firewall(flow) for flow in flows]

story.happens("unhealthy", "firewalls/b")
for talk, flow in zip(talks, flows):
    story.passes(flow, talk.client("A"))
    story.passes(flow, talk.server("PA", b"late answer"))
assert [firewall(flow) for flow in flows] == before
late = [Tcp("192.0.2.10", 41000 + number, "203.0.113.11", 80) for number in range(8)]
assert {firewall(story.begins(talk.client("S"), "perimeter")) for talk in late} == {"a", "c"}

story.happens("healthy", "firewalls/b")
again = [Tcp("192.0.2.10", 42000 + number, "203.0.113.11", 80) for number in range(8)]
assert {firewall(story.begins(talk.client("S"), "perimeter")) for talk in again} == {"a", "b", "c"}
story.write()
