# SPDX-License-Identifier: Apache-2.0
"""Reloads: a new appliance moves no flow, one taken out drains, policy is for new flows, and a chain may come and go."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)


def firewall(flow):
    return flow.hops[0].name

talks = [Tcp("192.0.2.10", 40000 + number, "203.0.113.11", 80) for number in range(8)]
flows = []
for talk in talks:
    flows.append(story.begins(talk.client("S"), "perimeter"))
    story.passes(flows[-1], talk.server("SA"))
before = [list(flow.hops) for flow in flows]
assert {firewall(flow) for flow in flows} == {"a", "b", "c"}
question, answer = udp_pair("192.0.2.10", 43000, "203.0.113.11", 53)
plain = story.begins(question, None)


def all_pass():
    for talk, flow in zip(talks, flows):
        story.passes(flow, talk.client("PA", b"question"))
        story.passes(flow, talk.server("PA", b"answer"))
    story.passes(plain, answer)


def begin(chain, first):
    return [story.begins(Tcp("192.0.2.10", first + number, "203.0.113.11", 80).client("S"), chain) for number in range(10)]


story.reloads("added.yaml")
all_pass()
assert [flow.hops for flow in flows] == before
assert {firewall(flow) for flow in begin("perimeter", 44000)} == {"a", "b", "c", "d"}

# b is gone, and so is the group of sensors; UDP is inspected now, and TCP has another chain.
story.reloads("removed.yaml")
all_pass()
assert [flow.hops for flow in flows] == before
assert {firewall(flow) for flow in begin("short", 45000)} == {"a", "c", "d"}
fresh = udp_pair("192.0.2.10", 43001, "203.0.113.11", 53)
flow = story.begins(fresh[0], "short")
story.passes(flow, fresh[1])

story.happens("deregister", "firewalls/b")
all_pass()
assert {firewall(flow) for flow in flows} == {"a", "c"} | {firewall(flow) for flow in flows} and \
    all(firewall(flow) != "b" for flow in flows)
assert [flow.hops for flow, old in zip(flows, before) if old[0].name != "b"] == \
    [old for old in before if old[0].name != "b"]

# Back to the beginning: b is new again, and d drains.
story.reloads("gateway.yaml")
all_pass()
assert {firewall(flow) for flow in begin("perimeter", 46000)} == {"a", "b", "c"}
story.write()
