# SPDX-License-Identifier: Apache-2.0
"""Flows stay in the gateway's zone unless a group crosses zones; a zone that is shifted away gets no new ones."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

PORTS = {"near": 1, "far": 2}


def begin(chain, first):
    talks = [Tcp("192.0.2.10", first + number, "203.0.113.11", PORTS[chain]) for number in range(12)]
    return [(talk, story.begins(talk.client("S"), chain)) for talk in talks]


def names(talks):
    return {flow.hops[0].name for _, flow in talks}


near, far = begin("near", 40000), begin("far", 40000)
assert (names(near), names(far)) == ({"west-1", "west-2", "any-1"}, {"west-1", "east-1"})

story.happens("shift", "west")
for talk, flow in near + far:
    story.passes(flow, talk.server("SA"))
    story.passes(flow, talk.client("A"))
assert (names(near), names(far)) == ({"west-1", "west-2", "any-1"}, {"west-1", "east-1"})
assert (names(begin("near", 41000)), names(begin("far", 41000))) == ({"any-1"}, {"east-1"})

# Who fails in a zone that is shifted away loses its flows to those who may have them.
story.happens("unhealthy", "near/west-2")
for talk, flow in near:
    story.passes(flow, talk.client("PA", b"question"))
    story.passes(flow, talk.server("PA", b"answer"))
assert names(near) == {"west-1", "any-1"}

story.happens("unshift", "west")
story.happens("healthy", "near/west-2")
assert (names(begin("near", 42000)), names(begin("far", 42000))) == ({"west-1", "west-2", "any-1"}, {"west-1", "east-1"})
story.write()
