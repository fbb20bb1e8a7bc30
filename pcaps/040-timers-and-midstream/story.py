# SPDX-License-Identifier: Apache-2.0
"""Each endpoint has timeouts of its own, and its own answer to segments of no flow: drop, adopt, reset."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)

client, server = "192.0.2.10", "203.0.113.11"
north = {"office": "north", "lab": "lab-in", "guests": "guests-in"}


def open_talk(endpoint, port):
    talk = Tcp(client, port, server, 80)
    flow = story.begins(talk.client("S"), "perimeter", north[endpoint])
    story.passes(flow, talk.server("SA"))
    story.passes(flow, talk.client("A"))
    return talk, flow


talks = {endpoint: open_talk(endpoint, 40000) for endpoint in north}
queries = {endpoint: udp_pair(client, 41000, server, 53) for endpoint in north}
questions = {endpoint: story.begins(query[0], "perimeter", north[endpoint]) for endpoint, query in queries.items()}

# After 20 s: the lab's DNS is over, the others' is not.
story.wait(20)
for endpoint in ("office", "guests"):
    story.passes(questions[endpoint], queries[endpoint][1])
assert questions["lab"] != story.begins(queries["lab"][0], "perimeter", "lab-in")

# After 100 s: connections in the lab are over; a segment is adopted there as a flow.
story.wait(80)
for endpoint in ("office", "guests"):
    talk, flow = talks[endpoint]
    story.passes(flow, talk.client("PA", b"still there"))
talk, flow = talks["lab"]
adopted = story.begins(talk.client("PA", b"still there"), "perimeter", "lab-in")
assert adopted.cookie != flow.cookie
story.passes(adopted, talk.server("A"))
story.drops_at("lab-in", Tcp(client, 45000, server, 80).client("R"), "TcpNotSyn")

# After 351 s more: the office's are over. There segments are dropped; guests have an hour.
story.wait(351)
talk, flow = talks["office"]
story.drops_at("north", talk.client("PA", b"too late"), "TcpNotSyn")
talk, flow = talks["guests"]
story.passes(flow, talk.server("PA", b"long poll"))
story.wait(3601)
story.refuses("guests-in", talk.client("PA", b"too late"), "TcpNotSyn")
story.refuses("guests-out", talk.server("FA"), "TcpNotSyn")
story.refuses("guests-out", Tcp("2001:db8:1::10", 40000, "2001:db8:3::11", 80).server("SA"), "TcpNotSyn")
story.drops_at("guests-in", talk.client("R"), "TcpNotSyn")
open_talk("guests", 40000)
story.write()
