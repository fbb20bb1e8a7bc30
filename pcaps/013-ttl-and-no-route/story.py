# SPDX-License-Identifier: Apache-2.0
"""A router's answers: time exceeded, destination unreachable; and what it never answers."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import Tcp, udp
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, IPv6
from scapy.packet import Raw

story = Story(__file__)
v4, v6 = ("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")
routers = {4: {"north": "192.0.2.1", "south": "203.0.113.1"},
           6: {"north": "2001:db8:1::1", "south": "2001:db8:3::1"}}


def answer(port, about, error):
    """From the gateway's address on the port that leads back to the sender."""
    about = bytes(about)
    return port, wire.icmp_error(routers[about[0] >> 4][port], about, error)


def last_hop(packet, ttl):
    packet[0].setfieldval("ttl" if isinstance(packet, IP) else "hlim", ttl)
    return packet


# A TTL of 1 or 0 ends at the gateway, before any appliance; 2 is enough.
for client, server in (v4, v6):
    for ttl in (1, 0):
        for port, packet in (("north", udp(client, 40000, server, 33434, b"trace")),
                             ("south", udp(server, 40000, client, 33434, bytes(1400)))):
            packet = last_hop(packet, ttl)
            story.drops_at(port, packet, "TtlExpired", answer(port, packet, "time-exceeded"))
    story.begins(last_hop(udp(client, 40000, server, 33434), 2), "perimeter")

# A firewall that routes has used up what was left.
flow = story.begins(udp(*[v4[0], 40001, v4[1]], 33434), "perimeter")
spent = udp(v4[0], 40001, v4[1], 33434, ttl=1)
story.drops_at("inspect", story.given_back(flow, 0, spent), "TtlExpired", answer("north", spent, "time-exceeded"))

# No route: found behind the chain, so the quoted packet has passed it, and has one less of its TTL.
for client, nowhere in ((v4[0], "10.99.0.1"), (v6[0], "2001:db8:99::1")):
    packet = Tcp(client, 40002, nowhere, 80).client("S")
    flow = story.flow(packet, "perimeter", "north")
    story.drops_behind_chain(flow, packet, "NoRoute", answer("north", wire.routed(bytes(packet)), "no-route"))

# Never about an ICMP error (RFC 1122 3.2.2, RFC 4443 2.4 e), but about a ping; and when the sender can not be reached.
ping = IP(src=v4[0], dst=v4[1], ttl=1) / ICMP()
story.drops_at("north", ping, "TtlExpired", answer("north", ping, "time-exceeded"))
ping = IPv6(src=v6[0], dst=v6[1], hlim=1) / ICMPv6EchoRequest()
story.drops_at("north", ping, "TtlExpired", answer("north", ping, "time-exceeded"))
story.drops_at("north", IP(src=v4[0], dst=v4[1], ttl=1) / ICMP(type=3, code=1) / bytes(udp(v4[1], 53, v4[0], 40000)), "TtlExpired")
story.drops_at("north", IPv6(src=v6[0], dst=v6[1], hlim=1) / ICMPv6DestUnreach() / Raw(bytes(udp(v6[1], 53, v6[0], 40000))), "TtlExpired")
story.drops_at("north", udp("10.99.0.1", 40000, v4[1], 33434, ttl=1), "TtlExpired")
story.write()
