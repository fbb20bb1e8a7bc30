#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Damaged, cut and foreign input is counted or complained about in one sentence, and never crashes a replay.

usage: damage.py SALLYPORT CONFIG
"""
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

import traces
from traces import IP, TCP, UDP, Ether, IPv6

SALLYPORT, CONFIG = sys.argv[1:3]


def packets():
    tcp = dict(sport=40000, dport=443)
    yield Ether(dst="00:53:00:00:00:02") / IP(src="192.0.2.10", dst="203.0.113.11") / TCP(flags="S", **tcp)
    for number in range(20):
        yield Ether(dst="00:53:00:00:00:02") / IP(src="192.0.2.10", dst="203.0.113.11") / TCP(flags="A", **tcp) / (
            b"x" * number * 10)
        yield Ether(dst="00:53:00:00:00:02") / IPv6(src="2001:db8:1::10", dst="2001:db8:3::11") / UDP(
            sport=1000 + number, dport=53) / b"question"


class Damage(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.trace = self.folder / "trace.pcap"
        self.output = self.folder / "out"
        traces.write(self.trace, [bytes(packet) for packet in packets()], 1)

    def replay(self, expect=0, trace=None):
        return traces.replay(SALLYPORT, CONFIG, [trace or self.trace], self.output, expect=expect)

    def accounted(self, report):
        count = report["packets"]
        self.assertEqual(count["in"], count["forwarded"] + count["dropped"])
        return report

    def complaint(self, code, *arguments):
        run = subprocess.run([SALLYPORT, "replay", *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, f"not one sentence: {run.stderr}")
        self.assertTrue(run.stderr.startswith("sallyport: "), run.stderr)
        return run.stderr

    def test_records_cut_by_a_short_snapshot_length_are_dropped_by_reason(self):
        for length in (0, 1, 13, 14, 20, 33, 34, 40):
            traces.write(self.trace, [bytes(packet)[:length] for packet in packets()], 1)
            report = self.accounted(self.replay())
            self.assertEqual(report["packets"]["in"], 41)
            self.assertEqual(report["packets"]["forwarded"], 0, f"cut to {length} bytes: {report}")

    def test_a_file_that_ends_within_a_record_is_replayed_up_to_there(self):
        whole = self.replay()
        data = self.trace.read_bytes()
        self.trace.write_bytes(data[:len(data) // 2])
        report = self.accounted(self.replay(expect=1))
        self.assertIn("damaged", report["trace_error"])
        self.assertLess(0, report["packets"]["forwarded"])
        self.assertLess(report["packets"]["forwarded"], whole["packets"]["forwarded"])

    def test_garbage_in_the_middle_ends_the_trace_there(self):
        data = bytearray(self.trace.read_bytes())
        data[24 + 16 + 54:24 + 16 + 54 + 16] = b"\xff" * 16
        self.trace.write_bytes(data)
        report = self.accounted(self.replay(expect=1))
        self.assertEqual(report["packets"]["in"], 1)
        self.assertIn("record 1", report["trace_error"])

    def test_bits_that_fell_over_anywhere_are_survived_and_every_packet_accounted_for(self):
        dice = random.Random(20240229)
        data = self.trace.read_bytes()
        codes = set()
        for _ in range(60):
            broken = bytearray(data)
            for _ in range(dice.randrange(1, 40)):
                at = dice.randrange(24, len(broken))
                broken[at] ^= 1 << dice.randrange(8)
            self.trace.write_bytes(broken)
            run = subprocess.run([SALLYPORT, "replay", "--config", CONFIG, "--input", str(self.trace), "--output",
                                  str(self.output)], capture_output=True, text=True, check=False)
            self.assertIn(run.returncode, (0, 1), run.stderr)
            self.accounted(traces.json.loads((self.output / "report.json").read_text()))
            codes.add(run.returncode)
        self.assertEqual(codes, {0, 1}, "the dice should give both")

    def test_frames_longer_than_a_buffer_are_counted(self):
        header = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
        record = struct.pack("<IIII", 1, 0, 70000, 70000) + b"\0" * 70000
        self.trace.write_bytes(header + record)
        self.assertEqual(self.accounted(self.replay())["drops"], {"FrameTooLong": 1})

    def test_a_link_type_that_is_unknown_here_is_counted(self):
        traces.write(self.trace, [b"\x08\0" * 30] * 3, 105)
        self.assertEqual(self.accounted(self.replay())["drops"], {"FrameUnreadable": 3})

    def test_a_clock_that_goes_back_is_stopped(self):
        data = bytearray(self.trace.read_bytes())
        data[24:28] = struct.pack("<I", 2_000_000_000)  # the first record's second
        self.trace.write_bytes(data)
        report = self.accounted(self.replay())
        self.assertEqual(report["trace"]["duration_ns"], 0)
        self.assertEqual(report["packets"]["dropped"], 0)

    def test_an_empty_trace_has_an_empty_report(self):
        traces.write(self.trace, [], 1)
        report = self.replay()
        self.assertEqual(report["packets"]["in"], 0)
        self.assertNotIn("trace", report)

    def test_what_can_not_be_read_or_written_is_said_in_one_sentence(self):
        arguments = ["--config", CONFIG, "--output", str(self.output), "--input"]
        self.assertIn("nowhere.pcap", self.complaint(1, *arguments, str(self.folder / "nowhere.pcap")))
        self.complaint(1, *arguments, str(self.folder))
        (self.folder / "text").write_text("no capture file, whatever else")
        self.complaint(1, *arguments, str(self.folder / "text"))
        (self.folder / "empty").write_bytes(b"")
        self.complaint(1, *arguments, str(self.folder / "empty"))
        self.assertIn("can not be made", self.complaint(1, "--config", CONFIG, "--output", str(self.trace), "--input",
                                                          str(self.trace)))
        self.assertIn("north, inspect, south", self.complaint(2, *arguments, f"middle={self.trace}"))
        self.assertIn("office", self.complaint(2, *arguments, str(self.trace), "--endpoint", "home"))
        self.assertIn("192.0.2.0/24", self.complaint(2, *arguments, str(self.trace), "--north", "here"))
        self.assertIn("--no-route", self.complaint(2, *arguments, str(self.trace), "--no-route", "guess"))
        self.assertIn("--help", self.complaint(2, *arguments, str(self.trace), "--quickly"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
