# SPDX-License-Identifier: Apache-2.0
"""The first rule that matches gives a new flow its chain."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6

story = Story(__file__)


def tcp(client, client_port, server, server_port):
    return Tcp(client, client_port, server, server_port).client("S")


# Which endpoint, which side began.
story.begins(tcp("10.0.0.10", 40000, "10.0.1.10", 80), "strict", port="guests")
story.begins(tcp("10.0.1.10", 40000, "10.0.0.10", 80), "strict", port="outside")
story.begins(tcp("203.0.113.11", 40000, "192.0.2.10", 80), "out", port="south")

# Protocol, and no chain at all.
story.begins(IP(src="192.0.2.10", dst="203.0.113.11") / ICMP(), None)
story.begins(IPv6(src="2001:db8:1::10", dst="2001:db8:3::11") / ICMPv6EchoRequest(), None)

# IPv4 and IPv6, destination ports: alone, and the ends of a range.
for client, server in (("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")):
    for port, chain in ((80, "web"), (81, "other"), (7999, "other"), (8000, "web"), (8999, "web"), (9000, "other")):
        story.begins(tcp(client, 40000, server, port), chain)
    story.begins(udp(client, 40000, server, 80), "other")
    # The source port is the initiator's.
    story.begins(udp(client, 5060, server, 40000), "calls")
    story.begins(udp(client, 40000, server, 5060), "other")

# Source and destination prefixes, their last and first addresses.
for client, chain in (("192.0.2.127", "other"), ("192.0.2.128", "calls"), ("192.0.2.254", "calls")):
    story.begins(udp(client, 40000, "203.0.113.11", 53), chain)
    story.begins(tcp(client, 40001, "203.0.113.11", 53), "other")
for client, chain in (("2001:db8:1::7fff", "other"), ("2001:db8:1::8000", "calls"), ("2001:db8:1::ffff", "calls")):
    story.begins(udp(client, 40000, "2001:db8:3::11", 53), chain)
for server, chain in (("203.0.113.63", "other"), ("203.0.113.64", "lab"), ("203.0.113.127", "lab"),
                      ("203.0.113.128", "other")):
    story.begins(tcp("192.0.2.10", 40002, server, 443), chain)
for server, chain in (("2001:db8:3:0:0:ffff:ffff:ffff", "other"), ("2001:db8:3:0:1::", "lab")):
    story.begins(tcp("2001:db8:1::10", 40002, server, 443), chain)
# An earlier rule wins over a later one that matches as well.
story.begins(tcp("192.0.2.10", 40003, "203.0.113.64", 80), "web")

# Protocols by number; one that no rule matches.
story.begins(IP(src="192.0.2.10", dst="203.0.113.11", proto=47) / bytes(8), "other")
story.drops_at("north", IP(src="192.0.2.10", dst="203.0.113.11", proto=50) / bytes(8), "NoPolicyMatch")
# A rule that asks for ports is not about a protocol that has none in the key.
story.drops_at("north", IP(src="192.0.2.10", dst="203.0.113.11", proto=132) / bytes.fromhex("13c40050"),
               "NoPolicyMatch")
story.write()
