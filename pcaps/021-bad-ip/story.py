# SPDX-License-Identifier: Apache-2.0
"""Frames and IP packets that are not what they should be: dropped by name, never passed on, never answered."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import udp
from scapy.layers.inet import IP, TCP, UDP, IPOption_LSRR, IPOption_RR, IPOption_SSRR
from scapy.layers.inet6 import (IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting,
                                IPv6ExtHdrSegmentRouting, PadN)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

story = Story(__file__)
V4, V6 = {"src": "192.0.2.10", "dst": "203.0.113.11"}, {"src": "2001:db8:1::10", "dst": "2001:db8:3::11"}
tcp, pad = TCP(sport=40000, dport=80, flags="S"), PadN(optdata=bytes(4))
mac = story.gateway.ports["north"].mac


def bad(reason, packet, port="north"):
    story.drops_at(port, packet, reason)


def bad_frame(reason, frame):
    story.drops_frame("north", frame, reason)


def bad_type(reason, raw, ether_type):
    bad_frame(reason, Ether(src="02:00:c0:00:02:0a", dst=mac, type=ether_type) / Raw(raw))


# The frame.
bad_frame("EthernetTruncated", bytes.fromhex(mac.replace(":", "")) + bytes(7))
bad_type("EtherTypeUnsupported", bytes(46), 0x88CC)  # LLDP
bad_frame("HostAbsent", Ether(src="02:00:c0:00:02:0a", dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=V4["src"], pdst="192.0.2.1"))
bad_frame("HostAbsent",
          wire.frame(bytes(udp(V4["src"], 1, "224.0.0.251", 5353)), "02:00:c0:00:02:0a", "01:00:5e:00:00:fb"))
bad_frame("MulticastUnsupported",
          wire.frame(bytes(udp(V4["src"], 1, "239.1.2.3", 9)), "02:00:c0:00:02:0a", "01:00:5e:01:02:03"))
bad_frame("MulticastUnsupported",
          wire.frame(bytes(udp(V6["src"], 1, "ff05::9", 9)), "02:00:c0:00:02:0a", "33:33:00:00:00:09"))
# A packet for another host that everybody on the link was sent (RFC 1812 5.3.4).
bad_frame("MulticastUnsupported", wire.frame(bytes(IP(**V4) / tcp), "02:00:c0:00:02:0a", "ff:ff:ff:ff:ff:ff"))
bad("HostAbsent", udp(V4["src"], 137, "192.0.2.255", 137))

# IPv4 (RFC 1812 5.2.2).
bad("Ipv4BadChecksum", IP(**V4, chksum=0x1234) / tcp)
bad("Ipv4BadHeader", IP(**V4, ihl=4) / tcp)
bad("Ipv4BadHeader", IP(**V4, len=19) / tcp)
bad("Ipv4Truncated", IP(**V4, len=41) / tcp)
bad("Ipv4Truncated", bytes(IP(**V4) / tcp)[:30])
bad_type("Ipv4Truncated", bytes(IP(**V4) / tcp)[:19], 0x0800)
bad_type("Ipv4BadHeader", bytes(IPv6(**V6) / tcp), 0x0800)
bad_type("Ipv4Truncated", b"", 0x0800)
bad_type("Ipv4BadHeader", b"\x55" + bytes(IP(**V4) / tcp)[1:], 0x0800)
for route in (IPOption_LSRR, IPOption_SSRR):
    bad("Ipv4SourceRoute", IP(**V4, options=[route(routers=["203.0.113.99"])]) / tcp)
bad("Ipv4BadHeader", IP(**V4, options=[Raw(b"\x07\x01\x00\x00")]) / tcp)  # an option of one byte
bad("Ipv4BadHeader", IP(**V4, options=[Raw(b"\x01\x01\x07\x05")]) / tcp)  # one that goes on behind the header
# Record route only watches.
story.begins(IP(**V4, options=[IPOption_RR(routers=["0.0.0.0"])]) / tcp, "perimeter")

# IPv6 (RFC 8200).
bad("Ipv6Truncated", IPv6(**V6, plen=21) / tcp)
bad_type("Ipv6Truncated", bytes(IPv6(**V6) / tcp)[:39], 0x86DD)
bad_type("Ipv6BadHeader", bytes(IP(**V4) / tcp), 0x86DD)
bad("Ipv6RoutingHeader", IPv6(**V6) / IPv6ExtHdrRouting(addresses=["2001:db8:3::99"]) / tcp)
bad("Ipv6RoutingHeader", IPv6(**V6) / IPv6ExtHdrSegmentRouting(addresses=["2001:db8:3::99"]) / tcp)
bad("Ipv6BadHeader", IPv6(**V6) / IPv6ExtHdrDestOpt(options=[pad]) / IPv6ExtHdrHopByHop(options=[pad]) / tcp)
many = IPv6ExtHdrDestOpt(options=[pad])
for _ in range(8):
    many = many / IPv6ExtHdrDestOpt(options=[pad])
bad("Ipv6BadHeader", IPv6(**V6) / many / tcp)
bad("Ipv6Truncated", IPv6(**V6) / IPv6ExtHdrDestOpt(len=9, options=[pad]))
bad("Ipv6Truncated", IPv6(**V6, nh=60) / bytes(4))

# Addresses that no routed packet has (RFC 1812 5.3.7, RFC 3927, RFC 4291).
for source in ("127.0.0.1", "0.0.0.1", "224.0.0.1", "255.255.255.255", "169.254.1.1", V4["dst"]):
    bad("MartianAddress", udp(source, 40000, V4["dst"], 53))
for destination in ("127.0.0.1", "169.254.169.254", "0.0.0.0"):
    bad("MartianAddress", udp(V4["src"], 40000, destination, 53))
for source in ("::1", "::", "ff02::1", "fe80::1", V6["dst"]):
    bad("MartianAddress", udp(source, 40000, V6["dst"], 53))
bad("MartianAddress", udp(V6["src"], 40000, "::1", 53))

# The transport.
for network in (lambda protocol: IP(**V4, proto=protocol), lambda protocol: IPv6(**V6, nh=protocol)):
    bad("TransportTruncated", network(6) / bytes(tcp)[:19])
    bad("TransportTruncated", network(6) / TCP(dataofs=6))
    bad("TransportBadHeader", network(6) / TCP(dataofs=4))
    bad("TransportTruncated", network(17) / bytes(7))
    bad("TransportTruncated", network(17) / UDP(len=9))
    bad("TransportBadHeader", network(17) / UDP(len=7))
story.write()
