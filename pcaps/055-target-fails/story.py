# SPDX-License-Identifier: Apache-2.0
"""An unhealthy target's connections are ended with a RST to both sides, its UDP flows move; those of others go on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)

def open_connection(port):
    talk = Tcp("192.0.2.10", port, "192.0.2.80", 80)
    flow = story.begins(talk.client("S"), "perimeter")
    for sent in (talk.server("SA"), talk.client("A"), *talk.request(b"question", b"answer")):
        story.passes(flow, sent)
    # So that both sides have acknowledged something.
    story.passes(flow, talk.server("A"))
    return talk, flow



talks = [open_connection(port) for port in range(40000, 40004)]
question, answer = udp_pair("192.0.2.10", 41000, "192.0.2.80", 80)
datagrams = story.begins(question, "perimeter")
story.passes(datagrams, answer)
assert [flow.target.name for _, flow in talks] == ["t-1", "t-2", "t-1", "t-2"] and datagrams.target.name == "t-1"

story.happens("unhealthy", "web/t-1")
ended = [(talk, flow) for talk, flow in talks if flow.target.name == "t-1"]
for talk, flow in reversed(ended):
    story.ends(flow, client_expects=talk.next["server"], target_expects=talk.next["client"])
for talk, flow in talks:
    if flow.target.name == "t-1":
        # Who speaks nevertheless is answered.
        story.refuses("north", talk.client("PA", b"more"))
        story.refuses_target(flow, talk.server("PA", b"more"))
    else:
        story.passes(flow, talk.client("PA", b"more"))
story.moves(datagrams)
story.passes(datagrams, question)
story.passes(datagrams, answer)
assert datagrams.target.name == "t-2"
assert open_connection(42000)[1].target.name == "t-2"
# Nobody is healthy: all take flows.
story.happens("unhealthy", "web/t-2")
assert {open_connection(43000 + number)[1].target.name for number in range(2)} == {"t-1", "t-2"}
story.write()
