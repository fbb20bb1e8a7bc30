#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One story of pcaps/: its script makes the files that are committed, and a replay does what they say.

usage: story.py SALLYPORT STORY_FOLDER
"""
import collections
import difflib
import json
import pathlib
import runpy
import subprocess
import sys
import tempfile
import unittest

try:
    import yaml  # noqa: F401  what the stories read their gateway with
    from scapy.layers.l2 import Ether
    from scapy.utils import hexdump
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

SALLYPORT, STORY = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(STORY.parent))

from lib import capture  # noqa: E402


def show(packet):
    """Lines for a person: the time, the packet as scapy reads it, its bytes."""
    if packet is None:
        return ["(no packet)"]
    time, frame = packet
    return [f"time {capture.show_time(time)}", *Ether(frame).show2(dump=True).splitlines(),
            *hexdump(frame, dump=True).splitlines()]


def difference(expected, found):
    """The first packet that differs, expectation against what is there; '' when none does."""
    if expected == found:
        return ""
    longer = max(len(expected), len(found))
    expected, found = (packets + [None] * (longer - len(packets)) for packets in (expected, found))
    number = next(i for i in range(longer) if expected[i] != found[i])
    return f"packet {number + 1}:\n" + "\n".join(
        difflib.unified_diff(show(expected[number]), show(found[number]), "expected", "found", lineterm="", n=3))


class Story(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_the_script_makes_the_committed_files(self):
        arguments, sys.argv = sys.argv, ["story.py", str(self.folder)]
        try:
            runpy.run_path(str(STORY / "story.py"), run_name="__main__")
        finally:
            sys.argv = arguments
        committed = {f"{part}/{path.name}" for part in ("input", "expected") for path in (STORY / part).iterdir()}
        made = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        self.assertEqual(made, committed)
        for name in sorted(made):
            if name.endswith(".pcap"):
                wrong = difference(capture.read(STORY / name), capture.read(self.folder / name))
                self.assertFalse(wrong, f"{name}, committed (expected) and made (found): {wrong}")
            self.assertEqual((STORY / name).read_bytes(), (self.folder / name).read_bytes(), name)

    def replay(self, inputs):
        options = STORY / "replay.options"
        command = [SALLYPORT, "replay", "--config", STORY / "gateway.yaml", "--output", self.folder]
        command += options.read_text().split() if options.exists() else []
        events = STORY / "input" / "events.txt"
        command += ["--events", events] if events.exists() else []
        for path in sorted(inputs.glob("*.pcap")):
            command += ["--input", f"{path.stem}={path}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return json.loads((self.folder / "report.json").read_text())

    def test_a_replay_does_what_the_story_says(self):
        report = self.replay(STORY / "input")
        expected = sorted(path.name for path in (STORY / "expected").glob("*.pcap"))
        self.assertEqual(sorted(path.name for path in self.folder.glob("*.pcap")), expected)
        for name in expected:
            wrong = difference(capture.read(STORY / "expected" / name), capture.read(self.folder / name))
            self.assertFalse(wrong, f"{name}, {wrong}\n{report['drops']}")
        self.assertEqual(report["drops"], json.loads((STORY / "expected" / "drops.json").read_text()))
        self.assertEqual(report["asymmetric_flows"], 0)
        packets = report["packets"]
        self.assertEqual(packets["in"], packets["forwarded"] + packets["dropped"])
        self.assertEqual(packets["out"], packets["forwarded"] + packets["generated"])
        unanswered = packets.get("copies", 0) + report["drops"].get("ApplianceKept", 0)
        self.assertEqual(packets["to_appliances"], packets["from_appliances"] + unanswered)

    def test_each_drop_has_its_own_reason(self):
        """A report has totals: so replay up to each drop, and see which counter has grown."""
        lines = [line.split() for line in (STORY / "expected" / "drops.txt").read_text().splitlines()]
        inputs, expected = self.folder / "input", collections.Counter()
        inputs.mkdir()
        frames = {path.name: capture.read(path) for path in (STORY / "input").glob("*.pcap")}
        for time, port, reason in lines:
            for name, packets in frames.items():
                capture.write(inputs / name, [one for one in packets if capture.show_time(one[0]) <= time])
            expected[reason] += 1
            self.assertEqual(self.replay(inputs)["drops"], expected, f"the packet of {time} at {port}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
