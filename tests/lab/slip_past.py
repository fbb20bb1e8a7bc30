#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Frames that a client might send to get past the chain. Each carries the words "slip past" to UDP port 9999.

usage: slip_past.py INTERFACE GATEWAY-MAC CLIENT4 SERVER4 CLIENT6 SERVER6 GATEWAY-INSPECT4
"""
import sys

from scapy.all import IP, UDP, Dot1Q, Ether, ICMPv6EchoRequest, IPv6, Raw, conf, sendp

interface, gateway_mac, client4, server4, client6, server6, inspect4 = sys.argv[1:]
own_mac = open(f"/sys/class/net/{interface}/address").read().strip()
marker = UDP(sport=9998, dport=9999) / Raw(b"slip past the chain")
ipv4, ipv6 = IP(src=client4, dst=server4) / marker, IPv6(src=client6, dst=server6) / marker
options = bytes.fromhex("010801022b8ee1d4db0c51c40108020200000000000000000108030100000001")


def geneve(inner):
    return IP(src=client4, dst=inspect4) / UDP(sport=50000, dport=6081) / Raw(bytes.fromhex("0800080000000000") + options + bytes(inner))


def to(mac):
    return Ether(src=own_mac, dst=mac)


frames = []
for inner in (ipv4, ipv6):
    frames += [
        to(gateway_mac) / inner,
        to("ff:ff:ff:ff:ff:ff") / inner,                          # broadcast and multicast MACs reach every stack
        to("01:00:5e:00:00:01") / inner,
        to("33:33:00:00:00:01") / inner,
        to(gateway_mac) / Dot1Q(vlan=0) / inner,                  # a priority tag means no VLAN
        to(gateway_mac) / Dot1Q(vlan=7) / inner,
    ]
frames += [
    to(gateway_mac) / geneve(ipv4),                               # a stranger who plays appliance
    to(gateway_mac) / IP(src=client4, dst=server4, options=b"\x83\x07\x04" + bytes([203, 0, 113, 10]) + b"\x00") / marker,  # loose source route
    to(gateway_mac) / IP(src="198.51.100.11", dst=inspect4) / UDP(sport=50000, dport=6081)
    / Raw(bytes.fromhex("0800080000000000") + options + bytes(ipv4)),  # with an appliance's address, at the wrong port
    to(gateway_mac) / IP(src=client4, dst=inspect4, proto=4) / ipv4,  # IP in IP, for a kernel that opens it
]
conf.verb = 0
for _ in range(3):
    sendp(frames, iface=interface)
print(f"{3 * len(frames)} frames sent")
