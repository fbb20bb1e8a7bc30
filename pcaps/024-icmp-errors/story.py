# SPDX-License-Identifier: Apache-2.0
"""ICMP errors follow the flow of the packet that they quote, the other way; those about no flow do not pass."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import Tcp, udp
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6PacketTooBig, ICMPv6ParamProblem,
                                ICMPv6TimeExceeded, IPv6)
from scapy.packet import Raw

story = Story(__file__)
client, server, client6, server6 = "192.0.2.10", "203.0.113.11", "2001:db8:1::10", "2001:db8:3::11"
ERRORS = {4: [ICMP(type=3, code=1), ICMP(type=3, code=4, nexthopmtu=1300), ICMP(type=11, code=0), ICMP(type=12, ptr=1)],
          6: [ICMPv6DestUnreach(code=3), ICMPv6PacketTooBig(mtu=1300), ICMPv6TimeExceeded(), ICMPv6ParamProblem(ptr=6)]}


def error(router, about, icmp, quoted=1000):
    about = bytes(about)
    return wire.ip(router)(src=router, dst=wire.ip_layer(about).src) / icmp / Raw(about[:quoted])


def routers(version):
    return ("192.0.2.99", "203.0.113.99") if version == 4 else ("2001:db8:1::99", "2001:db8:3::99")


flows = []
for here, there, version in ((client, server, 4), (client6, server6, 6)):
    web = Tcp(here, 40000, there, 80)
    echo = ICMP(id=7) if version == 4 else ICMPv6EchoRequest(id=7)
    for question in (udp(here, 40000, there, 53, b"question"), web.client("S"), wire.ip(here)(src=here, dst=there) / echo):
        flow = story.begins(question, "perimeter")
        flows.append((flow, question, version))
        for icmp in ERRORS[version]:
            # From behind the gateway, to the client.
            story.passes_related(flow, error(routers(version)[1], question, icmp))

# About what the server sent, to the server.
answer = udp(server, 53, client, 40000, b"answer")
story.passes(flows[0][0], answer)
story.passes_related(flows[0][0], error("192.0.2.99", answer, ERRORS[4][0]))
# RFC 792: eight bytes behind the quoted header are enough.
story.passes_related(flows[0][0], error("203.0.113.99", flows[0][1], ERRORS[4][0], 28))

# Of no flow, cut off, not to the quoted packet's sender, about an error.
for flow, question, version in flows:
    kind, source, destination = wire.ends(bytes(question))
    if kind not in (6, 17):
        continue
    unknown = udp(source[0], 4, destination[0], 5)
    for icmp in ERRORS[version]:
        story.drops_at("south", error(routers(version)[1], unknown, icmp), "IcmpUnrelated")
question = flows[0][1]
story.drops_at("south", error("203.0.113.99", question, ERRORS[4][0], 22), "IcmpUnrelated")
elsewhere = error("203.0.113.99", question, ERRORS[4][0])
elsewhere.dst = "192.0.2.11"
story.drops_at("south", elsewhere, "IcmpUnrelated")
story.drops_at("south", error("203.0.113.98", error("203.0.113.99", answer, ERRORS[4][0]), ERRORS[4][0]), "IcmpUnrelated")

# An error does not keep its flow alive.
story.wait(119)
story.passes_related(flows[0][0], error("203.0.113.99", question, ERRORS[4][0]))
story.wait(2)
story.drops_at("south", error("203.0.113.99", question, ERRORS[4][0]), "IcmpUnrelated")
story.write()
