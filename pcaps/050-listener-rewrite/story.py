# SPDX-License-Identifier: Apache-2.0
"""A listener's flows are rewritten to targets behind the chain and back in front of it: appliances see what the client
sees."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from scapy.layers.inet import UDP

from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)

used = set()
for client, listener in (("192.0.2.10", "192.0.2.80"), ("2001:db8:1::10", "2001:db8:1::80")):
    for port in range(40000, 40006):
        talk = Tcp(client, port, listener, 80)
        flow = story.begins(talk.client("S"), "perimeter")
        for sent in (talk.server("SA"), talk.client("A"), *talk.request(b"question", b"an odd answer"), *talk.close()):
            story.passes(flow, sent)
        used.add(flow.target)
    for port in range(41000, 41003):
        question, answer = udp_pair(client, port, listener, 80, question=bytes(range(port - 40990)))
        flow = story.begins(question, "perimeter")
        story.passes(flow, answer)
        used.add(flow.target)
assert len(used) == 6

# Without a checksum (RFC 768), which stays so.
question, answer = udp_pair("192.0.2.11", 42000, "192.0.2.80", 80)
question[UDP].chksum = answer[UDP].chksum = 0
flow = story.begins(question, "perimeter")
story.passes(flow, answer)
# What goes to targets directly is no listener's.
direct = Tcp("192.0.2.12", 43000, "203.0.113.11", 8080)
flow = story.begins(direct.client("S"), "perimeter")
assert flow.target is None
story.passes(flow, direct.server("SA"))
story.write()
