#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The recorded traffic of pcaps/, replayed as one trace: nothing is lost, nothing is made up, and both directions of
every flow visit the same appliances in opposite orders. Read from the written captures with scapy, not from the report.

usage: story_recorded.py SALLYPORT FOLDER_OF_STORIES
"""
import collections
import pathlib
import sys
import tempfile
import unittest

import traces

SALLYPORT, RECORDINGS = sys.argv[1], sorted(pathlib.Path(sys.argv[2]).glob("*/recorded.pcap"))
HOPS = 2


def ttl(ip):
    return ip[8] if ip[0] >> 4 == 4 else ip[7]


def by_content(packets):
    """How often each packet is there, by what a router leaves alone, with its TTL."""
    return collections.Counter((traces.as_forwarded(ip), ttl(ip)) for ip in packets)


class Recorded(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.replayed = {recording: folder / recording.parent.name for recording in RECORDINGS}
        for recording, output in cls.replayed.items():
            traces.replay(SALLYPORT, recording.with_name("gateway.yaml"), [recording], output)

    def test_there_are_recordings(self):
        self.assertGreaterEqual(len(RECORDINGS), 3)

    def test_what_came_in_went_to_every_appliance_and_out_one_ttl_less(self):
        for recording, output in self.replayed.items():
            came = [frame[14:] for frame in traces.frames(recording)]
            left = [frame[14:] for port in ("north", "south") for frame in traces.frames(output / f"{port}.pcap")]
            self.assertEqual(by_content(left), by_content([self.routed(ip) for ip in came]), recording)
            visited = collections.Counter(visit.inner for visit in traces.visits(output / "inspect.pcap"))
            self.assertEqual(visited, {ip: HOPS * count for ip, count in collections.Counter(came).items()},
                             recording)
            # North has what goes to the client, south what goes to the server.
            for port, network in (("north", ("192.0.2.", "2001:db8:1:")), ("south", ("203.0.113.", "2001:db8:3:"))):
                for frame in traces.frames(output / f"{port}.pcap"):
                    self.assertTrue(traces.Ether(frame).payload.dst.startswith(network))

    def test_replies_visit_the_same_appliances_in_the_opposite_order(self):
        for recording, output in self.replayed.items():
            ways = collections.defaultdict(set)
            for passage in traces.passages(output / "inspect.pcap", HOPS):
                way = tuple(visit.appliance for visit in passage)
                is_forward = passage[0].source[0].startswith(("192.0.2.", "2001:db8:1:"))
                ways[passage[0].flow].add((way if is_forward else way[::-1], passage[0].life))
            self.assertGreaterEqual(len(ways), 3, recording)
            self.assertEqual([flow for flow, found in ways.items() if len(found) != 1], [], recording)
            used = {appliance for found in ways.values() for way, _ in found for appliance in way}
            self.assertEqual(len(used), 4, f"{recording} should spread over all appliances")

    @staticmethod
    def routed(ip):
        at = 8 if ip[0] >> 4 == 4 else 7
        return ip[:at] + bytes([ip[at] - 1]) + ip[at + 1:]


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
