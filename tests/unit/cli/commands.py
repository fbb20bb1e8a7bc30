#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each command has its help page, and the exit codes are 0, 1 and 2 as promised.

usage: commands.py SALLYPORT
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SALLYPORT = sys.argv[1]
GOOD = """
ports:
  north: {interface: gw-north, addresses: [192.0.2.1/24]}
  south: {interface: gw-south, addresses: [203.0.113.1/24]}
endpoints:
  office: {id: 0x1, ports: [north, south]}
policy:
  - {chain: none}
"""


def run(*arguments):
    return subprocess.run([SALLYPORT, *map(str, arguments)], capture_output=True, text=True, check=False)


class Commands(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.good, self.bad = folder / "good.yaml", folder / "bad.yaml"
        self.good.write_text(GOOD)
        self.bad.write_text(GOOD.replace("south]", "west]").replace("policy", "polizy"))

    def test_every_command_has_a_help_page(self):
        page = run("--help")
        self.assertEqual((page.returncode, page.stderr), (0, ""))
        commands = re.findall(r"^  (\w+) ", page.stdout, re.MULTILINE)
        self.assertLess({"run", "check", "explain", "replay", "targets", "drain", "undrain", "reload"}, set(commands))
        for command in commands:
            page = run(command, "--help")
            self.assertEqual((page.returncode, page.stderr), (0, ""), command)
            self.assertIn(f"usage: sallyport {command}", page.stdout)

    def test_the_version_is_told(self):
        self.assertRegex(run("--version").stdout, r"^sallyport \d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_one_sentence_and_exit_code_2(self):
        for arguments in ([], ["fly"], ["check"], ["check", "--confg", "x"], ["replay", "--config", self.good],
                          ["explain", "--config", self.good], ["explain", "--config", self.good, "tcp a b"],
                          ["explain", "--config", self.good, "icmp 192.0.2.10 > 203.0.113.9", "--from", "west"],
                          ["drain"], ["undrain"], ["drain", "firewalls", "--zone", "a"], ["drain", "a", "b"],
                          ["drain", "firewalls", "--delay", "30"], ["drain", "--zone", "a", "--delay", "30s"],
                          ["undrain", "firewalls", "--delay", "30s"], ["reload", "firewalls"],
                          ["drain", "firewalls", "--target", "web"], ["drain", "--target", "web", "--zone", "a"],
                          ["targets", "web"]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertTrue(done.stderr.startswith("sallyport: "), done.stderr)

    def test_check_prints_every_finding_with_its_line(self):
        self.assertEqual(run("check", "--config", self.good).returncode, 0)
        done = run("check", "--config", self.bad)
        self.assertEqual(done.returncode, 2)
        lines = done.stdout.splitlines()
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.assertRegex(line, rf"^{re.escape(str(self.bad))}:\d+: .+; .+")
        findings = json.loads(run("check", "--config", self.bad, "--json").stdout)
        self.assertEqual((findings["usable"], len(findings["findings"])), (False, len(lines)))

    def test_a_bad_configuration_stops_every_command_that_needs_one(self):
        for arguments in (["run"], ["explain", "icmp 192.0.2.10 > 203.0.113.9"],
                          ["replay", "--input", "x.pcap", "--output", "/nonexistent/out"]):
            done = run(*arguments, "--config", self.bad)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("west", done.stderr)

    def test_without_a_gateway_the_commands_that_ask_one_fail_with_exit_code_1(self):
        for arguments in (["status"], ["drain", "firewalls/fw-1", "--delay", "30s"], ["drain", "--zone", "a"],
                          ["undrain", "firewalls"], ["reload", "--json"]):
            done = run(*arguments, "--admin", "/nonexistent/admin.sock")
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("no gateway answers at /nonexistent/admin.sock", done.stderr)

    def test_explain_answers_in_words_and_in_json(self):
        arguments = ["explain", "--config", self.good, "tcp 192.0.2.10:40000 > 203.0.113.11:443"]
        self.assertIn("leaves", run(*arguments).stdout)
        self.assertEqual(json.loads(run(*arguments, "--json").stdout)["leaves_by"], "south")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
