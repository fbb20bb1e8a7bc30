# SPDX-License-Identifier: Apache-2.0
"""Does a target ever see another request than the gateway believes to have sent? The cases of desync_cases.py, to the
engine in each of its modes with nginx behind it, and to nginx alone. What comes of them is the table of docs/desync.md.
usage: desync_oracle.py SERVE_LINES DESYNC_PAGE; with --print behind, it prints that table"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from desync_cases import CASES
from serve_kit import *

PRINTS = "--print" in sys.argv
PAGE = pathlib.Path(sys.argv[2])
Gateway.program = sys.argv[1]
MODES = ["monitor", "defensive", "strictest"]

# It reads contents whole before it hands a request on, so 200 means: that there was a whole one.
HTTP = """
    log_format seen escape=json '{"method": "$request_method", "uri": "$request_uri", "status": $status,'
        ' "content": "$request_body", "client": "$http_x_forwarded_for"}';
    server { listen unix:FOLDER/application; access_log off; return 200 "ok\\n"; }"""
SERVER = "location / { proxy_pass http://unix:FOLDER/application; } location = /busy { access_log off; stub_status; }"


class SeeingNginx(Nginx):
    def __init__(self, folder):
        self.lines = pathlib.Path(folder) / "seen"
        super().__init__(folder, SERVER.replace("FOLDER", folder), log=f"{self.lines} seen", http=HTTP.replace("FOLDER", folder))
        self.read_to = 0

    def wait_until_idle(self):
        """Nobody is at a request but who asks. It serves connections in the order in which something came on them."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[0]}/busy", timeout=PATIENCE_S) as page:
                if b"Reading: 0 Writing: 1 " in page.read():
                    return
        raise AssertionError("nginx is busy")

    def requests(self):
        """Since the last time."""
        self.wait_until_idle()
        text = self.lines.read_bytes()[self.read_to :]
        self.read_to += len(text)
        return [json.loads(line) for line in text.splitlines()]


class LoggingGateway(Gateway):
    def __init__(self, port, mode):
        super().__init__(port, desync=mode, log="json", idle=1000)
        self.marks = 0

    def requests(self):
        """The log's lines since the last time. They come in order: one more request tells when all of them are there."""
        self.marks += 1
        self.exchange(b"GET /fixed?%d HTTP/1.0\r\n\r\n" % self.marks)
        lines = []
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self.process.stdin.write("log\n")
            self.process.stdin.flush()
            while (line := self.process.stdout.readline()) != "\n":
                lines.append(json.loads(line))
            if lines and lines[-1].get("request_url", "").endswith(f"/fixed?{self.marks}"):
                return lines[:-1]
        raise AssertionError("no line of the last request")


def talk(port, text, size=None):
    """And one more request, which ends the connection, in pieces of so many bytes; all that is answered."""
    text += b"GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        size = size or len(text)
        with contextlib.suppress(OSError):  # it may have been refused by then
            for at in range(0, len(text), size):
                client.sendall(text[at : at + size])
        return read_all(client)


def name_of(uri):
    return next((name for name in ["outer", "inner", "end"] if f"/{name}" in uri), "something")


def seen_by(requests):
    """Those that nginx took for whole ones, with the size of their content."""
    return [(each["method"], name_of(each["uri"]), len(each["content"])) for each in requests if each["status"] == 200]


def believed_by(lines):
    return [(each["request_method"], name_of(each["request_url"]), each["received_bytes"])
            for each in lines if each.get("target_status_code") == 200]


def alone(nginx, text):
    talk(nginx.ports[0], text)
    return joined(f"{name_of(each['uri'])} {len(each['content'])}" if each["status"] == 200 else str(each["status"])
                  for each in nginx.requests())


def joined(cells):
    return ", ".join(cell for cell in cells if not cell.startswith("end")) or "nothing"


def cell_of(lines, answers):
    """A mode's: what reached nginx, and the gateway's own answers."""
    heads = re.findall(rb"HTTP/1\.1 (\d+ .*?\r\n)\r\n", answers, re.DOTALL)
    heads = [head for head in heads if not head.startswith(b"100")]
    cells = []
    for line, head in zip(lines, heads, strict=True):
        reached = line.get("target_status_code") == 200
        cells.append(f"{name_of(line['request_url'])} {line['received_bytes']}" if reached else str(line["elb_status_code"]))
        if reached and b"Connection: close\r\n" in head:
            cells[-1] += " close"
    return joined(cells)


class Desync(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        os.chmod(cls.folder, 0o777)  # nginx's worker is nobody
        cls.nginx = cls.enterClassContext(SeeingNginx(cls.folder))
        cls.gateways = {mode: cls.enterClassContext(LoggingGateway(cls.nginx.ports[0], mode)) for mode in MODES}

    def in_mode(self, mode, text, size=None):
        """The cell, and the class."""
        gateway = self.gateways[mode]
        answers = talk(gateway.http, text, size)
        lines, seen = gateway.requests(), self.nginx.requests()
        self.assertEqual(seen_by(seen), believed_by(lines))
        for each in seen:  # those too that were cut off: the head is the gateway's
            self.assertEqual(each["client"], "127.0.0.1")
        cut = [each for each in seen if each["status"] != 200]
        broken_off = [each for each in lines if "target" in each and "target_status_code" not in each]
        self.assertLessEqual(len(cut), len(broken_off))
        worst = lines[0].get("classification", "Compliant") if lines else "-"
        self.hold_to_mode(mode, worst, seen)
        reason = lines[0].get("classification_reason", "") if lines else ""
        return cell_of(lines, answers), f"{worst} {reason}".strip()

    def hold_to_mode(self, mode, worst, seen):
        names = [name for _, name, _ in seen_by(seen)]
        if mode == "strictest" and worst not in ["-", "Compliant"]:
            self.assertEqual(names, [])
        if mode == "defensive" and worst == "Ambiguous":
            self.assertNotIn("inner", names)
        if mode == "defensive" and worst == "Severe":
            self.assertEqual(names, [])

    def row(self, text):
        cells, classes = zip(*(self.in_mode(mode, text) for mode in MODES))
        self.assertEqual(len(set(classes)), 1, classes)
        # However it comes.
        self.assertEqual([self.in_mode(mode, text, 1) for mode in MODES], list(zip(cells, classes)))
        return [classes[0], *cells, alone(self.nginx, text)]

    def test_the_page_has_what_comes_of_every_case(self):
        page = PAGE.read_text()
        said = [line.strip("| ").split(" | ") for line in page[page.index("| case |") :].splitlines()[2:]]
        expected = {name: row for name, *row in said}
        version = subprocess.run(["nginx", "-v"], stderr=subprocess.PIPE, text=True).stderr.split("/")[1].split()[0]
        columns = slice(None) if f"nginx/{version}" in page else slice(0, -1)  # others may read otherwise
        for name, text in CASES:
            with self.subTest(name):
                row = self.row(text)
                if PRINTS:
                    print("|", " | ".join([name, *row]), "|")
                else:
                    self.assertEqual(row[columns], expected.pop(name, [])[columns])
        if not PRINTS:
            self.assertEqual(expected, {})


if __name__ == "__main__":
    if shutil.which("nginx") is None:
        sys.exit("nginx is missing: lab/install-deps")
    unittest.main(argv=sys.argv[:1])
