#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the stories of pcaps/ expect on the way to appliances and back, in the eyes of tshark: GENEVE with the three
options of class 0x0108, behind which an appliance may have put a verdict, and nothing malformed. One run of tshark over
all of them. And of the stories of listeners every checksum, as tshark computes it: a run for each port.

usage: story_tshark.py FOLDER_OF_STORIES STORY...
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import yaml  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
if shutil.which("tshark") is None:
    print("skipped: tshark is not installed")
    sys.exit(77)

FOLDER, STORIES = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
sys.path.insert(0, str(FOLDER))

from lib import capture  # noqa: E402
from lib.gateway import Gateway  # noqa: E402

FIELDS = ["geneve.version", "geneve.vni", "geneve.option.class", "geneve.option.type", "geneve.option.length",
          "_ws.malformed"]
EXPECTED = ["0", "0x000000", "0x0108,0x0108,0x0108", "0x01,0x02,0x03", "32,12,12,8"]
WITH_VERDICT = ["0", "0x000000", "0x0108,0x0108,0x0108,0xff53", "0x01,0x02,0x03,0x01", "48,12,12,8,16"]


def tunnels(story):
    """The captures of what goes to appliances and comes back."""
    ports = Gateway(story / "gateway.yaml").ports.values()
    return [*(f"{port.name}.pcap" for port in ports if port.endpoint is None), "inspect-return.pcap"]


class Tshark(unittest.TestCase):
    def test_every_story_is_in_the_build(self):
        self.assertEqual(sorted(STORIES), sorted(path.parent.name for path in FOLDER.glob("*/gateway.yaml")))

    def test_all_that_visits_appliances_is_geneve_with_three_options(self):
        places, packets = [], []
        for story in STORIES:
            for name in tunnels(FOLDER / story):
                for number, packet in enumerate(capture.read(FOLDER / story / "expected" / name), 1):
                    places.append(f"{story}/expected/{name}, packet {number}")
                    packets.append(packet)
        self.assertGreater(len(packets), 1000)
        with tempfile.TemporaryDirectory() as folder:
            merged = pathlib.Path(folder, "all.pcap")
            capture.write(merged, packets)
            command = ["tshark", "-n", "-r", merged, "-T", "fields"]
            for field in FIELDS:
                command += ["-e", field]
            run = subprocess.run(command, capture_output=True, text=True, check=True)
        lines = run.stdout.splitlines()
        self.assertEqual(len(lines), len(packets))
        nested = verdicts = 0
        for place, line in zip(places, lines):
            *geneve, malformed = line.split("\t")
            # One layer, or two where a tenant's packet is GENEVE itself.
            layers = geneve[0].count(",") + 1
            if geneve == WITH_VERDICT and "/inspect-return.pcap" in place:
                verdicts += 1
                geneve = EXPECTED
            self.assertEqual(geneve, [",".join([value] * layers) for value in EXPECTED], place)
            nested += layers - 1
            # What the hosts say to each other is made up, and no valid DNS for instance; that is not about the tunnel.
            self.assertNotRegex(malformed, r"(?i)Packet: (geneve|udp|ipv4|ipv6|ethernet|vlan)\]", place)
        self.assertGreater(verdicts, 0)
        self.assertEqual(nested, 2, "the stranger's GENEVE of story 010, there and back")


class Checksums(unittest.TestCase):
    """Of headers, transport, and ICMP errors with what they quote."""

    FIELDS = [f"{layer}.checksum.status" for layer in ("ip", "tcp", "udp", "icmp", "icmpv6")]
    BAD, GOOD, ILLEGAL = "0", "1", "4"

    def status_of(self, packets, folder):
        """For each packet, for each of the fields, what tshark says of its layers."""
        merged = pathlib.Path(folder, "all.pcap")
        capture.write(merged, packets)
        command = ["tshark", "-n", "-r", merged, "-T", "fields"]
        for layer in ("ip", "tcp", "udp"):
            command += ["-o", f"{layer}.check_checksum:TRUE"]
        for field in self.FIELDS:
            command += ["-e", field]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        return [[field.split(",") for field in line.split("\t")] for line in run.stdout.splitlines()]

    def test_all_checksums_behind_listeners_are_right(self):
        stories = [story for story in STORIES if "050" <= story < "070"]
        self.assertGreater(len(stories), 9)
        good = 0
        with tempfile.TemporaryDirectory() as folder:
            for name in ("north.pcap", "south.pcap", "inspect.pcap", "inspect-return.pcap"):
                packets = [(story, packet) for story in stories
                           for packet in capture.read(FOLDER / story / "expected" / name)]
                found = self.status_of([packet for _, packet in packets], folder)
                self.assertEqual(len(found), len(packets))
                for (story, _), fields in zip(packets, found):
                    every = [status for field in fields for status in field]
                    self.assertFalse({self.BAD, self.ILLEGAL} & set(every), f"{story}, {name}: {fields}")
                    good += self.GOOD in (fields[1] + fields[2] + fields[3] + fields[4])
        self.assertGreater(good, 1000)

    def test_a_wrong_checksum_is_seen(self):
        frame = bytearray(next(frame for _, frame in capture.read(
            FOLDER / "050-listener-rewrite" / "expected" / "south.pcap")))
        frame[14 + 20 + 16] ^= 1
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.status_of([(0, bytes(frame))], folder)[0][1], [self.BAD])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
