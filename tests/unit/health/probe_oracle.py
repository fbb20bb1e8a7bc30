#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Probe packets are, to scapy, what was asked for, with the checksums that scapy itself computes.

usage: probe_oracle.py PROBE_LINES_PROGRAM
"""
import os
import random
import sys

try:
    from scapy.layers.inet import ICMP, IP, TCP, UDP
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    from scapy.packet import Raw
except ImportError:
    print("skipped: scapy is not installed")
    sys.exit(77)
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "geneve"))
from geneve_lines import Comparison, ask

V4 = ("198.18.0.1", "198.19.0.1")
V6 = ("2001:2::1", "2001:2::2")
TEXT = b"sallyport probe"


def checksums_computed_anew(packet):
    """The same packet, with every length and checksum that scapy fills in by itself."""
    again = packet.copy()
    for layer in (IP, IPv6, UDP, TCP, ICMP, ICMPv6EchoRequest):
        if layer in again:
            for field in ("chksum", "cksum", "len", "plen"):
                if field in again[layer].fields:
                    delattr(again[layer], field)
    return bytes(again)


def probes(program, questions):
    return ask(program, [" ".join(str(word) for word in question) for question in questions])


def check_packet(check, question, raw):
    protocol, source, destination, port, number = question
    is_v4 = ":" not in source
    packet = (IP if is_v4 else IPv6)(raw)
    check.equal(f"{question}: length", len(raw), packet.len if is_v4 else 40 + packet.plen)
    check.equal(f"{question}: checksums", checksums_computed_anew(packet).hex(), raw.hex())
    check.equal(f"{question}: addresses", (source, destination), (packet.src, packet.dst))
    check.equal(f"{question}: TTL", 64, packet.ttl if is_v4 else packet.hlim)
    if is_v4:
        check.equal(f"{question}: identification", number & 0xFFFF, packet.id)
        check.equal(f"{question}: flags", "DF", str(packet.flags))
    if protocol == 17:
        check.equal(f"{question}: UDP", (49152 + number % 16384, port), (packet[UDP].sport, packet[UDP].dport))
        check.equal(f"{question}: payload", TEXT, bytes(packet[UDP].payload))
        check.equal(f"{question}: UDP checksum is there", True, packet[UDP].chksum != 0)
    elif protocol == 6:
        check.equal(f"{question}: TCP", (49152 + number % 16384, port, "S", 0),
                    (packet[TCP].sport, packet[TCP].dport, str(packet[TCP].flags), packet[TCP].ack))
        check.equal(f"{question}: MSS", [("MSS", 1460 if is_v4 else 1440)], packet[TCP].options)
        check.equal(f"{question}: payload", b"", bytes(packet[TCP].payload))
    elif is_v4:
        check.equal(f"{question}: echo", (8, 0, number >> 16, number & 0xFFFF),
                    (packet[ICMP].type, packet[ICMP].code, packet[ICMP].id, packet[ICMP].seq))
        check.equal(f"{question}: payload", TEXT, bytes(packet[ICMP].payload))
    else:
        echo = packet[ICMPv6EchoRequest]
        check.equal(f"{question}: echo", (128, 0, number >> 16, number & 0xFFFF, TEXT),
                    (echo.type, echo.code, echo.id, echo.seq, echo.data))


def with_udp_checksum_zero(program, addresses):
    """A probe whose UDP checksum comes out as zero, and so has to be sent as 0xffff (RFC 768)."""
    answer = probes(program, [(17, *addresses, 9, 77)])[0]
    checksum = int.from_bytes(bytes.fromhex(answer)[-17:-15], "big")
    port = 9 + checksum
    return 17, *addresses, port if port <= 0xFFFF else port - 0xFFFF, 77


def main():
    program = sys.argv[1]
    check = Comparison()
    dice = random.Random(768)
    questions = [(protocol, *addresses, port, number) for protocol in (17, 6, 1, 58) for addresses in (V4, V6)
                 for port in (9, 65535) for number in (1, 0xFFFF, 0x10000, 0xFFFFFFFF, dice.randrange(1 << 32))]
    questions += [with_udp_checksum_zero(program, addresses) for addresses in (V4, V6)]
    for question, answer in zip(questions, probes(program, questions)):
        check_packet(check, question, bytes.fromhex(answer))

    two = [bytes.fromhex(a) for a in probes(program, [(17, *V4, 9, 1), (17, *V4, 9, 2)])]
    check.equal("two probes differ in source port and identification", True,
                IP(two[0])[UDP].sport != IP(two[1])[UDP].sport and IP(two[0]).id != IP(two[1]).id)
    zero = probes(program, [with_udp_checksum_zero(program, V6)])[0]
    check.equal("a UDP checksum of zero is sent as 0xffff", 0xFFFF, IPv6(bytes.fromhex(zero))[UDP].chksum)
    for impossible in ((17, V4[0], V6[1], 9, 1), (17, V6[0], V4[1], 9, 1), (47, *V4, 9, 1)):
        check.equal(f"{impossible}", ["nothing"], probes(program, [impossible]))
    check.finish()


if __name__ == "__main__":
    main()
