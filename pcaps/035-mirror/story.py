# SPDX-License-Identifier: Apache-2.0
"""Mirrors get copies of what passes, both ways and sampled if asked; nothing is awaited from them, and nothing taken."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)

talks = [Tcp("192.0.2.10", 40000 + number, "203.0.113.11", 80) for number in range(10)]
flows = [story.begins(talk.client("S"), "all") for talk in talks]
for talk, flow in zip(talks, flows):
    story.passes(flow, talk.server("SA"))
    story.passes(flow, talk.client("A"))
shown = [flow for flow in flows if flow.hops[2]]
assert 0 < len(shown) < len(flows)
assert {flow.hops[0].name for flow in flows} == {flow.hops[2].name for flow in shown} == {"a", "b"}

# A chain of mirrors alone: what there is to see is forwarded at once.
for number in range(4):
    question, answer = udp_pair("2001:db8:1::10", 41000 + number, "2001:db8:3::11", 53)
    flow = story.begins(question, "copies")
    story.passes(flow, answer)

# A mirror that gives something back is not heard, whatever it is.
story.drops_at("inspect", story.given_back(flows[0], 0, talks[0].client("PA", b"forged")), "MirrorReturned")

# A mirror that fails harms nobody: other copies go elsewhere, or nowhere.
story.happens("unhealthy", "samplers/b")
story.happens("unhealthy", "recorders/a")
for talk, flow in zip(talks, flows):
    story.passes(flow, talk.client("PA", b"question"))
    story.passes(flow, talk.server("PA", b"answer"))
assert {flow.hops[0].name for flow in flows} == {"a", "b"} and {flow.hops[2].name for flow in shown} == {"a"}
story.write()
