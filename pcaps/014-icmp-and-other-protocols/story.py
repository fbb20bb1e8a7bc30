# SPDX-License-Identifier: Apache-2.0
"""What has no ports is a flow by its addresses and protocol; both directions visit one appliance."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6

story = Story(__file__)
client, server = "192.0.2.10", "203.0.113.11"
flow = story.begins(IP(src=client, dst=server) / ICMP(type=8, id=7, seq=1) / b"ping", "perimeter")
story.passes(flow, IP(src=server, dst=client) / ICMP(type=0, id=7, seq=1) / b"ping")
# Another ping of the same hosts is the same flow; so is one that the server sends.
story.passes(flow, IP(src=client, dst=server) / ICMP(type=8, id=8, seq=1) / b"ping")
story.passes(flow, IP(src=server, dst=client) / ICMP(type=8, id=9, seq=1) / b"ping")

client6, server6 = "2001:db8:1::10", "2001:db8:3::11"
flow = story.begins(IPv6(src=client6, dst=server6) / ICMPv6EchoRequest(id=7, seq=1, data=b"ping"), "perimeter")
story.passes(flow, IPv6(src=server6, dst=client6) / ICMPv6EchoReply(id=7, seq=1, data=b"ping"))

# GRE, ESP, AH over IPv4, SCTP, and one without a name: each is a flow of its own.
for number in (47, 50, 51, 132, 253):
    flow = story.begins(IP(src=client, dst=server, proto=number) / bytes(range(16)), "perimeter")
    story.passes(flow, IP(src=server, dst=client, proto=number) / bytes(range(16, 32)))
for number in (47, 50, 132, 253):
    flow = story.begins(IPv6(src=client6, dst=server6, nh=number) / bytes(range(16)), "perimeter")
    story.passes(flow, IPv6(src=server6, dst=client6, nh=number) / bytes(range(16, 32)))
# Whatever stands where ports would be, and even when there is nothing.
flow = story.begins(IP(src=client, dst=server, proto=4), "perimeter")
story.passes(flow, IP(src=server, dst=client, proto=4) / b"x")
story.write()
