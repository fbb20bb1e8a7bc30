#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random packets to listeners and back, with all that makes checksums hard: options, extension headers, fragments, UDP
without a checksum, ICMP errors that quote a part. What reaches a target has the checksums that scapy computes, and what
reaches the client is what the trace's server had sent, the stand-in and the rewrite having undone one another.

usage: rewrites.py SALLYPORT FOLDER_OF_STORIES
"""
import pathlib
import random
import sys
import tempfile
import unittest

try:
    import yaml  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import traces
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP, IPOption_Timestamp
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6PacketTooBig, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop,
                                PadN)
from scapy.layers.l2 import Ether
from scapy.packet import Raw

SALLYPORT, STORIES = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(STORIES))

from lib import wire  # noqa: E402

CONFIG = STORIES / "051-client-address-replaced" / "gateway.yaml"
LISTENERS = {4: ["192.0.2.80", "192.0.2.81", "192.0.2.82"], 6: ["2001:db8:1::80"]}
CLIENTS = {4: "192.0.2.{}", 6: "2001:db8:1::{:x}"}
FLOWS = 250


class Talk:
    """One flow: random packets of one protocol between a client and a listener."""

    def __init__(self, number, chance):
        self.chance = chance
        version = chance.choice([4, 4, 6])
        self.ip = IP if version == 4 else IPv6
        self.protocol = chance.choice([TCP, UDP])
        self.client = (CLIENTS[version].format(10 + number % 50), 20000 + number)
        self.server = (chance.choice(LISTENERS[version]), 80)
        self.has_begun = False

    def packet(self, from_client, size):
        chance = self.chance
        source, destination = (self.client, self.server) if from_client else (self.server, self.client)
        data = Raw(chance.randbytes(size))
        if self.protocol is UDP:
            transport = UDP(sport=source[1], dport=destination[1])
            if self.ip is IP and chance.random() < 0.2:
                transport.chksum = 0
        else:
            flags = "PA" if self.has_begun else "S"
            options = chance.sample([("MSS", 1400), ("SAckOK", b""), ("Timestamp", (chance.getrandbits(32), 0))],
                                    chance.randrange(4)) if flags == "S" else []
            transport = TCP(sport=source[1], dport=destination[1], flags=flags, options=options,
                            seq=chance.getrandbits(32), ack=chance.getrandbits(32), window=chance.getrandbits(16))
            data = data if self.has_begun else Raw(b"")
        self.has_begun = True
        return bytes(self.header(source[0], destination[0]) / transport / data)

    def header(self, source, destination):
        chance = self.chance
        if self.ip is IP:
            options = chance.choice([[], [], [IPOption_NOP()], [IPOption_Timestamp()]])
            return IP(src=source, dst=destination, id=chance.getrandbits(16), ttl=chance.randrange(2, 256),
                      tos=chance.getrandbits(8), options=options)
        header = IPv6(src=source, dst=destination, hlim=chance.randrange(2, 256), fl=chance.getrandbits(20))
        for extension in chance.choice([(), (), (IPv6ExtHdrHopByHop,), (IPv6ExtHdrDestOpt,),
                                        (IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt)]):
            header = header / extension(options=[PadN(optdata=bytes(chance.randrange(9)))])
        return header

    def error(self, about, sender):
        """About a packet: its headers and 8, 28 or up to 576 bytes behind them."""
        head = wire.ip_layer(about)
        behind = len(about) - len(head[self.protocol])
        quote = Raw(about[:behind + self.chance.choice([8, 28, 576])])
        if self.ip is IP:
            return bytes(IP(src=sender, dst=head.src, ttl=9) / ICMP(type=3, code=self.chance.choice([1, 4])) / quote)
        icmp = self.chance.choice([ICMPv6DestUnreach(code=3), ICMPv6PacketTooBig(mtu=1400)])
        return bytes(IPv6(src=sender, dst=head.src, hlim=9) / icmp / quote)


class Rewrites(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.trace, self.output = pathlib.Path(folder, "trace.pcap"), pathlib.Path(folder, "out")
        self.frames = []
        self.to_targets, self.to_clients = [], []  # (flow, what was sent)

    def send(self, raw):
        self.frames.append(bytes(Ether(src="00:53:00:00:00:01", dst="00:53:00:00:00:02",
                                       type=wire.ether_type(raw)) / Raw(raw)))

    def sent(self, port):
        return [Ether(frame) for frame in traces.frames(self.output / f"{port}.pcap")]

    def converse(self, talk):
        first = talk.packet(True, talk.chance.randrange(400))
        self.send(first)
        self.to_targets.append((talk, "whole", first))
        last = {True: first}
        for _ in range(talk.chance.randrange(1, 7)):
            from_client = talk.chance.random() < 0.5
            kind = talk.chance.choice(["whole", "whole", "fragments", "error"])
            if kind == "error" and (not from_client) in last:
                about = last[not from_client]
                router = wire.ip_layer(about).dst
                raw = talk.error(about, router)
                self.send(raw)
                (self.to_targets if from_client else self.to_clients).append((talk, "error", (raw, about)))
                continue
            raw = talk.packet(from_client, talk.chance.randrange(900))
            to = self.to_targets if from_client else self.to_clients
            if kind == "fragments" and talk.protocol is UDP and len(wire.ip_layer(raw).payload) > 300 and not (
                    talk.ip is IPv6 and wire.ip_layer(raw).nh != 17) and raw[0] in (0x45, *range(0x60, 0x70)):
                number = talk.chance.getrandbits(16)
                for piece in wire.pieces(raw, 256, number):
                    self.send(piece)
                    to.append((talk, "fragment", (piece, self.identified(raw, number))))
                continue
            last[from_client] = raw
            self.send(raw)
            to.append((talk, "whole", raw))

    @staticmethod
    def identified(raw, number):
        """The packet as its sender had it before cutting."""
        packet = wire.ip_layer(raw)
        if isinstance(packet, IP):
            packet.id, packet.chksum = number, None
        return bytes(packet)

    def at_target(self, seen, kind, sent):
        """What has to reach the target, given between whom: what scapy makes of it."""
        source, destination = seen
        if kind == "whole":
            return wire.readdressed(sent, source, destination)
        raw, whole = sent
        if kind == "fragment":
            return wire.readdressed(raw, source, destination, whole)
        quote = wire.quoted(raw)
        return wire.readdressed_error(raw, source[0], destination[0],
                                      wire.readdressed(whole, destination, source)[:len(quote)])

    def test_what_reaches_targets_and_clients(self):
        chance = random.Random(20)
        for number in range(FLOWS):
            self.converse(Talk(number, chance))
        traces.write(self.trace, self.frames, 1)
        report = traces.replay(SALLYPORT, CONFIG, [self.trace], self.output)
        self.assertEqual((report["drops"], report["asymmetric_flows"], report["flows"]), ({}, 0, FLOWS))

        at_targets = self.sent("south")
        self.assertEqual(len(at_targets), len(self.to_targets))
        ends = {}
        for frame, (talk, kind, sent) in zip(at_targets, self.to_targets):
            raw = bytes(frame.payload)
            if kind == "whole":
                found = wire.ends(raw)[1:]
                self.assertEqual(ends.setdefault(talk, found), found)
            self.assertEqual(raw.hex(), wire.routed(self.at_target(ends[talk], kind, sent)).hex(), kind)
        self.assertEqual({end[1][1] for end in ends.values()}, {8080})

        at_clients = self.sent("north")
        self.assertEqual(len(at_clients), len(self.to_clients))
        for frame, (_, kind, sent) in zip(at_clients, self.to_clients):
            raw = sent if kind == "whole" else sent[0]
            self.assertEqual(bytes(frame.payload).hex(), wire.routed(raw).hex(), kind)

        kinds = [kind for _, kind, _ in self.to_targets + self.to_clients]
        for kind in ("whole", "fragment", "error"):
            self.assertGreater(kinds.count(kind), 50, kind)
        self.assertEqual(sum(listener["flows"] for listener in report["listeners"].values()), FLOWS)
        self.assertEqual(sum(one["to"]["packets"] for one in report["targets"].values()), len(at_targets))
        self.assertEqual(sum(one["from"]["packets"] for one in report["targets"].values()), len(at_clients))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
