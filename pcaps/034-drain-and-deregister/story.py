# SPDX-License-Identifier: Apache-2.0
"""A drained appliance gets no new flows and keeps its own; once it is deregistered they stay, move or end."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

PORTS = {"staying": 1, "moving": 2, "ending": 3}


def begin(chain, client_ports):
    talks = [Tcp("192.0.2.10", port, "203.0.113.11", PORTS[chain]) for port in client_ports]
    return [(talk, story.begins(talk.client("S"), chain)) for talk in talks]


def names(talks):
    return {flow.hops[0].name for _, flow in talks}


old = {chain: begin(chain, range(40000, 40006)) for chain in PORTS}
assert all(names(talks) == {"a", "b"} for talks in old.values())
for chain in PORTS:
    story.happens("drain", f"{chain}/b")
for chain, talks in old.items():
    for talk, flow in talks:
        story.passes(flow, talk.server("SA"))
        story.passes(flow, talk.client("A"))
    assert names(talks) == {"a", "b"}
    assert names(begin(chain, range(41000, 41006))) == {"a"}

for chain in PORTS:
    story.happens("deregister", f"{chain}/b")
for chain, talks in old.items():
    for talk, flow in talks:
        if chain == "ending" and flow.hops[0].name == "b":
            story.resets(flow, talk.server("PA", b"banner"))
        else:
            story.passes(flow, talk.server("PA", b"banner"))
            story.passes(flow, talk.client("A"))
assert (names(old["staying"]), names(old["moving"])) == ({"a", "b"}, {"a"})

for chain in PORTS:
    story.happens("register", f"{chain}/b")
    assert names(begin(chain, range(42000, 42006))) == {"a", "b"}
story.write()
