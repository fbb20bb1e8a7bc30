# SPDX-License-Identifier: Apache-2.0
"""A drained target gets no new flows and keeps its own; once it is deregistered they end, or stay."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

def open_connection(port, listener="192.0.2.80"):
    talk = Tcp("192.0.2.10", port, listener, 80)
    flow = story.begins(talk.client("S"), "perimeter")
    for sent in (talk.server("SA"), talk.client("A"), talk.server("A")):
        story.passes(flow, sent)
    return talk, flow


ending = [open_connection(40000 + number) for number in range(2)]
staying = [open_connection(41000 + number, "192.0.2.81") for number in range(2)]
for group in ("web", "stay"):
    story.happens("drain", f"{group}/t-1")
assert {open_connection(42000 + number)[1].target.name for number in range(3)} == {"t-2"}
for talk, flow in ending + staying:
    for sent in talk.request(b"question", b"answer"):
        story.passes(flow, sent)
for group in ("web", "stay"):
    story.happens("deregister", f"{group}/t-1")
talk, flow = ending[0]
assert flow.target.name == "t-1"
story.ends(flow, client_expects=talk.next["server"], target_expects=talk.next["client"])
story.refuses("north", talk.client("PA", b"more"))
for talk, flow in [ending[1], *staying]:
    story.passes(flow, talk.client("PA", b"more"))
for group in ("web", "stay"):
    story.happens("register", f"{group}/t-1")
assert {open_connection(43000 + number)[1].target.name for number in range(2)} == {"t-1", "t-2"}
story.write()
