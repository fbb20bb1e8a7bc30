# SPDX-License-Identifier: Apache-2.0
"""What the firewall denies ends there: the sensor behind it never sees it. Replies of what it allows pass."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp, udp_pair

story = Story(__file__)
for client, server in (("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")):
    web = Tcp(client, 40000, server, 80)
    flow = story.begins(web.client("S"), "perimeter")
    for packet in (web.server("SA"), web.client("A"), *web.request(b"question", b"answer")):
        story.passes(flow, packet)

    telnet = Tcp(client, 40001, server, 23)
    syn = telnet.client("S")
    flow = story.flow(syn, "perimeter", "north")
    story.kept(flow, syn, by="firewalls")
    story.kept(flow, syn, by="firewalls")  # the client tries again
    # Somebody answers all the same: it visits the sensor first, and gets no further than the firewall.
    story.kept(flow, telnet.server("SA"), by="firewalls")

    # What a server begins no rule allows.
    syn = Tcp(server, 40002, client, 80).client("S")
    story.kept(story.flow(syn, "perimeter", "south"), syn, by="firewalls")

    question, answer = udp_pair(client, 50000, server, 53)
    story.passes(story.begins(question, "perimeter"), answer)
    packet = udp(client, 50001, server, 123)
    story.kept(story.flow(packet, "perimeter", "north"), packet, by="firewalls")
story.write()
