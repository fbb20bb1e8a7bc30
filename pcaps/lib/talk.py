# SPDX-License-Identifier: Apache-2.0
"""Conversations between two hosts: the packets that the stories are about."""
from scapy.layers.inet import TCP, UDP
from scapy.packet import Raw

from .wire import ip


class Tcp:
    """One connection; each call gives the next segment, with numbers that add up."""

    def __init__(self, client, client_port, server, server_port, first=1000):
        self.ends = {"client": (client, client_port), "server": (server, server_port)}
        self.next = {"client": first, "server": first + 8000}

    def _segment(self, sender, flags, data=b"", **fields):
        receiver = "server" if sender == "client" else "client"
        (source, sport), (destination, dport) = self.ends[sender], self.ends[receiver]
        acknowledged = self.next[receiver] if "A" in flags else 0
        segment = TCP(sport=sport, dport=dport, flags=flags, seq=self.next[sender], ack=acknowledged, window=64240)
        self.next[sender] += len(data) + ("S" in flags) + ("F" in flags)
        network = ip(source)(src=source, dst=destination, **({"id": 1} if ":" not in source else {}), **fields)
        return network / segment / Raw(data) if data else network / segment

    def client(self, flags, data=b"", **fields):
        return self._segment("client", flags, data, **fields)

    def server(self, flags, data=b"", **fields):
        return self._segment("server", flags, data, **fields)

    def handshake(self):
        return [self.client("S"), self.server("SA"), self.client("A")]

    def request(self, question, answer):
        return [self.client("PA", question), self.server("PA", answer), self.client("A")]

    def close(self):
        return [self.client("FA"), self.server("FA"), self.client("A")]


def udp(source, sport, destination, dport, data=b"", **fields):
    packet = ip(source)(src=source, dst=destination, **fields) / UDP(sport=sport, dport=dport)
    return packet / Raw(data) if data else packet


def udp_pair(client, client_port, server, server_port, question=b"question", answer=b"answer"):
    return [udp(client, client_port, server, server_port, question),
            udp(server, server_port, client, client_port, answer)]
