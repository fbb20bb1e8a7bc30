# SPDX-License-Identifier: Apache-2.0
"""A firewall has seen enough of a flow and says so: the rest goes past it, or ends, for as long as its group allows."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)
PASSES = {"firewalls": "pass_rest"}
DROPS = {"firewalls": "drop_rest"}

for client, server in (("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")):
    # Two packets are looked at; with the third the firewall says that the rest may pass. The sensor sees them all.
    web = Tcp(client, 40000, server, 80)
    syn, syn_ack, ack = web.handshake()
    flow = story.begins(syn, "perimeter")
    story.passes(flow, syn_ack)
    story.passes(flow, ack, says=PASSES)
    for packet in web.request(b"question", b"answer"):
        story.passes(flow, packet, past=["firewalls"])

    # The group's 10 s are over: asked again, the firewall says it again.
    story.wait(10)
    question, answer, ack = web.request(b"question", b"answer")
    story.passes(flow, question, says=PASSES)
    story.passes(flow, answer, past=["firewalls"])
    story.passes(flow, ack, past=["firewalls"])

    # So it is when the group's 3000 bytes are used up, with the packet that would go beyond them.
    story.wait(10)
    big = b"x" * 1400
    story.passes(flow, web.client("A", big), says=PASSES)
    story.passes(flow, web.client("A", big), past=["firewalls"])
    story.passes(flow, web.server("A", big), past=["firewalls"])
    story.passes(flow, web.client("A", big), says=PASSES)
    story.passes(flow, web.server("A", big), past=["firewalls"])

    # The connection ends behind the firewall's back, and the next one on its ports is a new flow: it is asked. It still
    # holds the old one open, so it has seen enough at once.
    for packet in web.close():
        story.passes(flow, packet, past=["firewalls"])
    again = Tcp(client, 40000, server, 80, first=900_000)
    flow = story.flow(syn := again.client("S"), "perimeter", "north")
    story.passes(flow, syn, says=PASSES)
    story.passes(flow, again.server("SA"), past=["firewalls"])

    # What the rules deny ends at the firewall once, and then before it. The sensor sees none of it, but what comes the
    # other way.
    telnet = Tcp(client, 40001, server, 23)
    syn = telnet.client("S")
    flow = story.flow(syn, "perimeter", "north")
    story.drops_behind_chain(flow, syn, "VerdictDrop", hops=1, says=DROPS)
    story.drops_behind_chain(flow, syn, "VerdictDrop", hops=0)
    story.drops_behind_chain(flow, telnet.server("SA"), "VerdictDrop", hops=1)
    story.wait(10)
    story.drops_behind_chain(flow, syn, "VerdictDrop", hops=1, says=DROPS)

# Without a grant nobody is led past the firewall; a denied packet ends, but each of them has to be denied.
web = Tcp("192.0.2.99", 40000, "203.0.113.11", 80)
flow = story.begins(web.client("S"), "ungranted")
story.passes(flow, web.server("SA"))
for packet in (web.client("A"), *web.request(b"question", b"answer")):
    story.passes(flow, packet, says={"strangers": "pass_rest"})
telnet = Tcp("192.0.2.99", 40001, "203.0.113.11", 23)
syn = telnet.client("S")
flow = story.flow(syn, "ungranted", "north")
for _ in range(2):
    story.drops_behind_chain(flow, syn, "VerdictDrop", says={"strangers": "drop_rest"})
story.write()
