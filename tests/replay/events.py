#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Events of a replay: when they happen, what is said of bad ones, and that with appliances that fail, leave and come,
mirrors and resets, every packet of real traffic is still accounted for.

usage: events.py SALLYPORT FOLDER_OF_CONFIGS FOLDER_OF_TRACES
"""
import filecmp
import pathlib
import subprocess
import sys
import tempfile
import unittest

import traces
from traces import IP, UDP, Ether

SALLYPORT, CONFIGS, TRACES = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3])
CONFIG = CONFIGS / "failing.yaml"
COURSE = f"""
20ms unhealthy firewalls/a
100ms unhealthy sensors/a     # both: the hop is passed by
120ms unhealthy sensors/b
300ms healthy sensors/b
500ms deregister firewalls/b
1s healthy firewalls/a
1s register firewalls/b
2s shift west
3s config {CONFIGS / "failing_later.yaml"}
4s unhealthy firewalls/d
5s deregister firewalls/c
8s unshift west
20s config {CONFIG}
"""


def datagrams(*ports):
    """A millisecond apart, each a flow."""
    return [bytes(Ether(src="00:53:00:00:00:01", dst="00:53:00:00:00:02") / IP(src="192.0.2.10", dst="203.0.113.11") /
                  UDP(sport=port, dport=53)) for port in ports]


class Events(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.output, self.events = self.folder / "out", self.folder / "events.txt"

    def replay(self, trace, events, expect=0, output=None):
        self.events.write_text(events)
        return traces.replay(SALLYPORT, CONFIG, [trace], output or self.output, "--events", str(self.events),
                             expect=expect)

    def firewalls(self, events, *ports):
        """Whom each datagram visits first."""
        trace = self.folder / "trace.pcap"
        traces.write(trace, datagrams(*ports), 1)
        self.replay(trace, events)
        firsts = {}
        for visit in traces.visits(self.output / "inspect.pcap"):
            firsts.setdefault(visit.source[1], visit.appliance)
        return [firsts[port] for port in ports]

    def test_an_event_has_happened_for_packets_of_its_time_and_for_none_before(self):
        ports = range(40000, 40030)
        usual = self.firewalls("", *ports)
        # The first packet is at 0 ms, the next at 1 ms: a packet that the appliance gets as long as it may.
        at = usual.index("198.51.100.11", 10)
        changed = self.firewalls(f"{at}ms drain firewalls/a", *ports)
        self.assertEqual(changed[:at], usual[:at])
        self.assertNotIn("198.51.100.11", changed[at:])
        self.assertTrue(all(one == other for one, other in zip(usual, changed) if one != "198.51.100.11"))
        self.assertEqual(self.firewalls(f"{at + 1}ms drain firewalls/a", *ports)[:at + 1], usual[:at + 1])
        # In the order of time, not of lines; and after the last packet.
        self.assertEqual(self.firewalls(f"{at}ms register firewalls/a\n0ms drain firewalls/a", *ports)[at:], usual[at:])
        self.assertEqual(self.firewalls("30ms drain firewalls/a\n9h drain firewalls/b", *ports), usual)

    def refused(self, events):
        self.events.write_text(events)
        command = [SALLYPORT, "replay", "--config", CONFIG, "--input", self.folder / "trace.pcap", "--output",
                   self.output, "--events", self.events]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertFalse(self.output.exists())
        return run.stderr.replace(f"{self.events}:", "").splitlines()

    def test_bad_lines_are_all_told_with_what_to_write_and_nothing_is_replayed(self):
        (self.folder / "other.yaml").write_text(CONFIG.read_text().replace("mtu: 9216", "mtu: 9100"))
        self.assertEqual(self.refused("1s drian firewalls/a\n\n# but this is fine\n1 drain firewalls/a\n"), [
            "1: nothing is called `drian`; did you mean `drain`?",
            "4: is not a time: `1`; begin with how long after the trace's first packet it happens, such as 1500ms or 2s"])
        self.assertEqual(self.refused("1s drain firewalls/d\n2s shift wets\n3s config other.yaml\n"), [
            "1: there is no appliance `firewalls/d`; did you mean `firewalls/a`?",
            "2: there is no zone `wets`; did you mean `west`?",
            "3: the configuration changes what can not change while a gateway runs: ports.inspect.mtu; leave it as it was"])
        # Later there is one of that name.
        later = f"1s config {CONFIGS / 'failing_later.yaml'}\n"
        self.assertEqual(len(self.refused("0s drain firewalls/d\n" + later + "2s drain firewalls/d\n")), 1)
        (self.folder / "bad.yaml").write_text("gateway: {nmae: x}\n")
        self.assertIn("bad.yaml:1: ", self.refused("1s config bad.yaml")[0])
        self.events.unlink()

    def test_a_file_that_is_not_there_is_wrong_usage(self):
        run = subprocess.run([SALLYPORT, "replay", "--config", CONFIG, "--input", "x", "--output", self.output,
                              "--events", self.folder / "none.txt"], capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stderr.count("\n")), (2, 1), run.stderr)

    def check_accounts(self, report, output, name):
        packets, drops = report["packets"], report["drops"]
        self.assertEqual(packets["in"], packets["forwarded"] + packets["dropped"], name)
        sent = sum(len(traces.frames(output / f"{port}.pcap")) for port in ("north", "south"))
        self.assertEqual(sent, packets["out"], name)
        self.assertEqual(packets["out"], packets["forwarded"] + packets["generated"], name)
        self.assertEqual(packets["to_appliances"], len(traces.frames(output / "inspect.pcap")), name)
        kept = packets.get("copies", 0) + drops.get("ApplianceKept", 0)
        self.assertEqual(packets["to_appliances"], packets["from_appliances"] + kept, name)
        self.assertEqual(report["asymmetric_flows"], 0, name)

    def test_real_traffic_is_accounted_for_and_replays_to_the_same_bytes(self):
        if not TRACES.is_dir():
            self.skipTest(f"there are no traces at {TRACES}")
        seen = dict.fromkeys(("copies", "generated", "flows_moved", "flows_reset"), 0)
        for trace in sorted(path for path in TRACES.iterdir() if path.suffix in (".pcap", ".pcapng", ".cap")):
            first, second = self.folder / "first", self.folder / "second"
            report = self.replay(trace, COURSE, output=first)
            self.replay(trace, COURSE, output=second)
            names = sorted(path.name for path in first.iterdir())
            self.assertEqual(filecmp.cmpfiles(first, second, names, shallow=False)[1:], ([], []), trace.name)
            self.check_accounts(report, first, trace.name)
            for key in seen:
                seen[key] += report.get(key, 0) + report["packets"].get(key, 0)
        self.assertNotIn(0, seen.values(), seen)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
