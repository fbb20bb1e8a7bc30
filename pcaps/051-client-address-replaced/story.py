# SPDX-License-Identifier: Apache-2.0
"""Targets see an address of the gateway: where the group says so, and where the client stands on their own side."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp, udp_pair

story = Story(__file__)

seen = {}
for client, listener in (("192.0.2.10", "192.0.2.80"), ("2001:db8:1::10", "2001:db8:1::80"), ("192.0.2.10", "192.0.2.81")):
    for port in range(40000, 40004):
        talk = Tcp(client, port, listener, 80)
        flow = story.begins(talk.client("S"), "perimeter")
        for sent in (talk.server("SA"), talk.client("A"), *talk.request(b"question", b"answer")):
            story.passes(flow, sent)
        seen.setdefault(listener, set()).add(flow.seen_as[0])
    question, answer = udp_pair(client, 41000, listener, 80)
    story.passes(story.begins(question, "perimeter"), answer)
assert seen == {"192.0.2.80": {"203.0.113.1"}, "2001:db8:1::80": {"2001:db8:3::1"},
                "192.0.2.81": {"203.0.113.5", "203.0.113.6"}}

# Hairpin: a target that is its listener's client, and perhaps its own target.
targets = set()
for port in range(42000, 42008):
    talk = Tcp("203.0.113.11", port, "192.0.2.82", 80)
    flow = story.begins(talk.client("S"), "perimeter", port="south")
    for sent in (talk.server("SA"), talk.client("A"), *talk.request(b"question", b"answer")):
        story.passes(flow, sent)
    assert flow.seen_as[0] == "203.0.113.1"
    targets.add(flow.target.address)
assert "203.0.113.11" in targets
# Nobody has a flow at the gateway's address with a port that was given to none.
story.drops_at("south", udp("203.0.113.11", 8080, "203.0.113.5", 1023), "NoListener")
story.write()
