# SPDX-License-Identifier: Apache-2.0
"""A reload brings listeners and targets and takes some out: those that are gone get no new flows and keep their own."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

def begin(port, dport=80):
    talk = Tcp("192.0.2.10", port, "192.0.2.80", dport)
    return talk, story.begins(talk.client("S"), None)


old = [begin(40000), begin(40001)]
assert [flow.target.name for _, flow in old] == ["t-1", "t-2"]
story.drops_at("north", Tcp("192.0.2.10", 41000, "192.0.2.80", 8080).client("S"), "NoListener")
story.reloads("later.yaml")
for talk, flow in old:
    story.passes(flow, talk.server("SA"))
    story.passes(flow, talk.client("A"))
    story.passes(flow, talk.server("A"))
assert {begin(42000 + number)[1].target.name for number in range(4)} == {"t-2", "t-3"}
assert {begin(43000 + number, 8080)[1].target.name for number in range(4)} == {"t-2", "t-3"}
story.reloads("gateway.yaml")
assert {begin(44000 + number)[1].target.name for number in range(4)} == {"t-1", "t-2"}
story.write()
