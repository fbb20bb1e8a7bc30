# SPDX-License-Identifier: Apache-2.0
"""Three targets of equal weight, chosen at random: what becomes of the share of one that fails its requests. Time passes
when the test says so. usage: anomaly_oracle.py SERVE_LINES"""
import socket
import struct
import sys
import unittest

from serve_kit import *

Gateway.program = sys.argv.pop(1)
REQUESTS = 300
EVEN = REQUESTS // 3


class Server(Target):
    """Counts requests. `answer`: what it gives; None: it resets the connection."""

    def __init__(self):
        self.asked, self.answer = 0, ok
        super().__init__(self.serve_one)

    def serve_one(self, peer):
        while read_head(peer):
            self.asked += 1
            if self.answer is None:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            peer.sendall(self.answer)


class Anomalies(unittest.TestCase):
    def setUp(self):
        self.servers = [self.enterContext(Server()) for _ in range(3)]
        ports = [server.port for server in self.servers]
        self.gateway = self.enterContext(Gateway(*ports, algorithm="weighted_random"))

    def shares(self):
        """Of so many requests, how many each server was asked. POST, which is not asked of another one."""
        for server in self.servers:
            server.asked = 0
        with self.gateway.connect() as client:
            for _ in range(REQUESTS):
                client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                head = read_head(client)
                length = int(re.search(rb"Content-Length: (\d+)", head)[1])
                content = head.split(b"\r\n\r\n", 1)[1]
                while len(content) < length:
                    content += client.recv(65536)
        return [server.asked for server in self.servers]

    def wait(self, seconds):
        self.gateway.process.stdin.write(f"pass {seconds}\n")
        self.gateway.process.stdin.flush()
        news = []
        while (line := self.gateway.process.stdout.readline()) != "\n":
            news.append(line.strip())
        return news

    def check_fall_and_rise(self, answer):
        self.wait(1)
        ill = self.servers[2]
        ill.answer = answer
        self.assertGreater(self.shares()[2], EVEN / 2)
        news = self.wait(1)
        self.assertEqual(len(news), 1)
        self.assertRegex(news[0], rf"^target web/{ill.port} is anomalous: (\d+) of \1 requests failed within 10 s")
        self.assertTrue(news[0].endswith("; it is left with 10 % of its weight"), news)
        self.assertLess(self.shares()[2], EVEN / 2)  # 14 of 300, give and take
        self.assertEqual(self.wait(5), [])
        self.assertLess(self.shares()[2], EVEN / 2)  # it goes on failing
        ill.answer = ok
        self.assertEqual(self.wait(5), [])
        self.assertLess(self.shares()[2], EVEN / 2)  # not all of it at once
        steps = 0
        while "has all of its weight again" not in " ".join(self.wait(5)) and steps < 10:
            self.shares()
            steps += 1
        self.assertIn(steps, range(3, 10))
        self.assertGreater(self.shares()[2], EVEN / 2)

    def test_who_answers_500_gets_less_and_has_it_back_when_it_is_well(self):
        self.check_fall_and_rise(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n")

    def test_who_resets_connections_as_well(self):
        self.check_fall_and_rise(None)

    def test_what_is_the_clients_fault_counts_for_nobody(self):
        self.wait(1)
        self.servers[2].answer = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
        self.shares()
        self.assertEqual(self.wait(2), [])


if __name__ == "__main__":
    unittest.main()
