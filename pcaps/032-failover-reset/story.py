# SPDX-License-Identifier: Apache-2.0
"""An appliance fails: with their next segment its TCP flows end, by a RST to both sides; other flows move."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair

story = Story(__file__)


def begin_at_b(make, chain, port="north"):
    """A flow that the appliance b gets; those that others get are begun, too."""
    while True:
        talk = make()
        first = talk.client("S") if isinstance(talk, Tcp) else talk[0]
        flow = story.begins(first, chain, port)
        if "b" in [hop.name for hop in flow.hops]:
            return talk, flow


ports = iter(range(40000, 50000))
client, server = "192.0.2.10", "203.0.113.11"
client6, server6 = "2001:db8:1::10", "2001:db8:3::11"
web, web_flow = begin_at_b(lambda: Tcp(client, next(ports), server, 80), "perimeter")
web6, web6_flow = begin_at_b(lambda: Tcp(client6, next(ports), server6, 80), "perimeter")
tls, tls_flow = begin_at_b(lambda: Tcp(client, next(ports), server, 443), "behind")
mail, mail_flow = begin_at_b(lambda: Tcp(server, next(ports), client, 25), "perimeter", "south")
young, young_flow = begin_at_b(lambda: Tcp(client, next(ports), server, 80), "perimeter")
names, names_flow = begin_at_b(lambda: udp_pair(client, next(ports), server, 53), "perimeter")
for talk, flow in ((web, web_flow), (web6, web6_flow), (tls, tls_flow), (mail, mail_flow)):
    story.passes(flow, talk.server("SA"))
    story.passes(flow, talk.client("A"))

story.happens("unhealthy", "firewalls/b")
story.resets(web_flow, web.client("PA", b"lost question"))
# Who has not heard of it is told again; and nobody answers a RST.
story.refuses("south", web.server("PA", b"late answer"))
story.refuses("north", web.client("FA"))
story.drops_at("north", web.client("R"), "FlowReset")

story.resets(web6_flow, web6.server("PA", b"answer"), hops=1)
story.refuses("north", web6.client("A"))
# The flow ends at its second hop, so the first one still sees the segment.
story.resets(tls_flow, tls.client("PA", b"hello"), hops=1)
story.resets(mail_flow, mail.client("FA"))
# A SYN that is sent again, to which there is no sequence number of the other side yet.
syn = young.client("S")
syn.seq = 1000
story.resets(young_flow, syn)

story.passes(names_flow, names[1])
assert names_flow.hops[0].name != "b"

# The host begins anew, with the same ports: another flow, at an appliance that works.
anew = Tcp(client, web.ends["client"][1], server, 80, first=500_000)
flow = story.begins(anew.client("S"), "perimeter")
assert flow.hops[0].name != "b" and flow.cookie != web_flow.cookie
story.passes(flow, anew.server("SA"))
story.passes(flow, anew.client("A"))
story.write()
