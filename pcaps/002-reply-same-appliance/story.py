# SPDX-License-Identifier: Apache-2.0
"""Eight connections, interleaved, over two firewalls: the reply takes the same appliance."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)
talks = [Tcp("192.0.2.10", 40000 + number, "203.0.113.11", 443, first=1000 * number) for number in range(8)]
flows = [story.begins(talk.client("S"), "perimeter") for talk in talks]
for turn in (lambda talk: talk.server("SA"), lambda talk: talk.client("A"),
             lambda talk: talk.client("PA", b"question"), lambda talk: talk.server("PA", b"answer"),
             lambda talk: talk.server("R")):
    for flow, talk in zip(flows, talks):
        story.passes(flow, turn(talk))
assert {flow.hops[0].name for flow in flows} == {"fw-1", "fw-2"}, "the story needs flows on both"
for number in range(4):
    question, answer = udp_pair("192.0.2.10", 50000 + number, "203.0.113.53", 53)
    story.passes(story.begins(question, "perimeter"), answer)
story.write()
