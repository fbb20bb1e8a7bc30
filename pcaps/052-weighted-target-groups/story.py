# SPDX-License-Identifier: Apache-2.0
"""A listener divides its flows among target groups by weight; a group without takers has no part."""
import collections
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

def groups(ports):
    found = collections.Counter()
    for port in ports:
        talk = Tcp("192.0.2.10", port, "192.0.2.80", 80)
        flow = story.begins(talk.client("S"), None)
        story.passes(flow, talk.server("SA"))
        found[flow.target.group] += 1
    return found


both = groups(range(40000, 40060))
assert both["blue"] > 4 * both["green"] > 0 and both["grey"] == 0, both
story.happens("drain", "green/g-1")
assert set(groups(range(40000 + 60, 40090))) == {"blue"}
story.write()
