# SPDX-License-Identifier: Apache-2.0
"""Flows of one client address go to one target, until it fails or the time is over; each flow begins the time anew."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

ports = iter(range(40000, 50000))


def begin(client):
    talk = Tcp(client, next(ports), "192.0.2.80", 80)
    return talk, story.begins(talk.client("S"), None)


first, second = "192.0.2.10", "192.0.2.11"
old, flow = begin(first)
assert flow.target.name == "t-1"
assert begin(second)[1].target.name == "t-2"
assert [begin(first)[1].target.name for _ in range(3)] == ["t-1"] * 3
story.wait(9)
assert begin(first)[1].target.name == "t-1"
story.wait(9)
assert begin(first)[1].target.name == "t-1"
assert begin(second)[1].target.name == "t-3"  # its time was over
# A target that fails ends it, and the flow that it has goes on.
story.happens("unhealthy", "web/t-1")
other = begin(first)[1].target.name
assert other != "t-1"
story.passes(flow, old.server("SA"))
assert flow.target.name == "t-1"
story.happens("healthy", "web/t-1")
assert {begin(first)[1].target.name for _ in range(3)} == {other}
story.write()
