# SPDX-License-Identifier: Apache-2.0
"""What the L7 stage writes, read by programs that others wrote: sealed cookies by the Python library `cryptography`, dates
by email.utils, Set-Cookie values of http.cookies, log lines by the regular expressions of the tables that AWS publishes
for Athena, and by json. usage: l7_oracle.py L7_LINES"""
import base64
import email.utils
import http.cookies
import json
import os
import random
import re
import struct
import subprocess
import sys
import unittest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

L7_LINES = sys.argv.pop(1)
KEY = "0f" * 32

# `input.regex` of alb_access_logs and alb_connection_logs in Amazon Athena's user guide.
ACCESS = re.compile(
    r'([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([^ ]*)[:-]([0-9]*) ([-.0-9]*) ([-.0-9]*) ([-.0-9]*) (|[-0-9]*) (-|[-0-9]*)'
    r' ([-0-9]*) ([-0-9]*) \"([^ ]*) (.*) (- |[^ ]*)\" \"([^\"]*)\" ([A-Z0-9-_]+) ([A-Za-z0-9.-]*) ([^ ]*) \"([^\"]*)\"'
    r' \"([^\"]*)\" \"([^\"]*)\" ([-.0-9]*) ([^ ]*) \"([^\"]*)\" \"([^\"]*)\" \"([^ ]*)\" \"([^\s]+?)\" \"([^\s]+)\"'
    r' \"([^ ]*)\" \"([^ ]*)\" ?([^ ]*)?( .*)?')
CONNECTION = re.compile(r'([^ ]*) ([^ ]*) ([0-9]*) ([0-9]*) ([A-Za-z0-9.-]*) ([^ ]*) ([-.0-9]*) \"([^\"]*)\" ([^ ]*) ([^ ]*)'
                        r' ([^ ]*) ?([^ ]*)?( .*)?')

PEERS = [b"GET", b'say "hello"', b"line\r\nforged", b"\\x22", b"\x00\x1f\x7f", "caf\u00e9 \U0001f600".encode(), b"\xff\xfe\x80",
         b"\xc0\xaf\xed\xa0\x80", b" ", b"a b c", b'" "" "-"', b"\xe2\x82", b"\xe2\x80\xa8"]


def run(mode, lines, *arguments):
    text = "".join(f"{line}\n" for line in lines)
    done = subprocess.run([L7_LINES, mode, *arguments], input=text.encode(), capture_output=True, check=True, timeout=60)
    return done.stdout.split(b"\n")[:-1]


def unescaped(text):
    """The bytes behind \\xHH."""
    return re.sub(rb"\\x([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), text)


class Cookies(unittest.TestCase):
    """Format, mark of the key, nonce, ciphertext, tag: AES-256-GCM with the first two bytes as additional data."""

    def setUp(self):
        chance = random.Random(5)
        self.contents = [(kind, chance.getrandbits(64), chance.getrandbits(64), chance.getrandbits(40))
                         for kind in (1, 2, 3) for _ in range(20)]
        self.sealed = [text.decode() for text in
                       run("seal", [" ".join(map(str, content)) for content in self.contents], KEY)]

    def test_what_we_seal_opens_elsewhere(self):
        for text, content in zip(self.sealed, self.contents, strict=True):
            data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            plain = AESGCM(bytes.fromhex(KEY)).decrypt(data[2:14], data[14:], data[:2])
            self.assertEqual(struct.unpack("<BQQq", plain), content)
            with self.assertRaises(InvalidTag):
                AESGCM(bytes.fromhex(KEY)).decrypt(data[2:14], data[14:], b"\x02" + data[1:2])

    def test_what_is_sealed_elsewhere_opens_here(self):
        first = base64.urlsafe_b64decode(self.sealed[0] + "=" * (-len(self.sealed[0]) % 4))
        texts = []
        for content in self.contents:
            nonce = os.urandom(12)
            body = AESGCM(bytes.fromhex(KEY)).encrypt(nonce, struct.pack("<BQQq", *content), first[:2])
            texts.append(base64.urlsafe_b64encode(first[:2] + nonce + body).decode().rstrip("="))
        self.assertEqual([line.decode() for line in run("open", texts, KEY)],
                         [" ".join(map(str, content)) for content in self.contents])

    def test_a_kind_that_is_none_of_ours_is_not_opened(self):
        first = base64.urlsafe_b64decode(self.sealed[0] + "=" * (-len(self.sealed[0]) % 4))
        texts = []
        for kind in (0, 4, 255):
            body = AESGCM(bytes.fromhex(KEY)).encrypt(bytes(12), struct.pack("<BQQq", kind, 1, 2, 3), first[:2])
            texts.append(base64.urlsafe_b64encode(first[:2] + bytes(12) + body).decode().rstrip("="))
        self.assertEqual(run("open", texts, KEY), [b"-"] * 3)

    def test_nonces_never_repeat(self):
        lines = ["1 2 3 4"] * 20000
        nonces = {base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))[2:14] for text in run("seal", lines, KEY)}
        self.assertEqual(len(nonces), len(lines))


class Dates(unittest.TestCase):
    def test_dates_of_messages(self):
        chance = random.Random(6)
        seconds = [0, 951782400, 951868799, 4107542400] + [chance.randrange(253402300800) for _ in range(2000)]
        self.assertEqual([line.decode() for line in run("dates", seconds)],
                         [email.utils.formatdate(second, usegmt=True) for second in seconds])

    def test_ends_of_cookies(self):
        chance = random.Random(7)
        lines, ends = [], []
        for _ in range(300):
            end = chance.randrange(1, 4_000_000_000)
            jar = http.cookies.SimpleCookie()
            jar["session"] = 'quoted "value"; Max-Age=1'
            jar["session"]["path"] = "/"
            jar["session"]["httponly"] = True
            if chance.random() < 0.5:
                jar["session"]["expires"] = email.utils.formatdate(end, usegmt=True)
            else:
                jar["session"]["expires"] = email.utils.formatdate(end + 5, usegmt=True)
                jar["session"]["max-age"] = min(end, 100 * 365 * 86400)
                end = min(end, 100 * 365 * 86400)
            lines.append(jar.output(header="").strip())
            ends.append(str(end).encode())
        self.assertEqual(run("ends", lines), ends)


class Logs(unittest.TestCase):
    def setUp(self):
        chance = random.Random(8)
        self.peers = PEERS + [bytes(chance.getrandbits(8) for _ in range(chance.randrange(1, 40))) for _ in range(500)]
        lines = run("logs", [peer.hex() for peer in self.peers])
        self.assertEqual(len(lines), 4 * len(self.peers))
        self.requests, self.requests_json, self.connections, self.connections_json = (lines[i::4] for i in range(4))

    def test_athena_finds_all_columns_of_requests(self):
        for peer, line in zip(self.peers, self.requests, strict=True):
            found = ACCESS.fullmatch(line.decode("ascii"))
            self.assertIsNotNone(found, line)
            self.assertEqual(found[1], "https")
            self.assertEqual(found[2], "2026-11-21T12:00:00.123456Z")
            self.assertEqual((found[4], found[5]), ("[2001:db8::7]", "50000"))
            self.assertEqual((found[6], found[7]), ("192.0.2.1", "80"))
            self.assertEqual(found[11], "200")
            self.assertEqual(unescaped(found[18].encode()), peer)
            self.assertEqual((found[19], found[20], found[21]), ("TLS_AES_128_GCM_SHA256", "TLSv1.3", "web"))
            self.assertEqual(unescaped(found[22].encode()), peer)
            self.assertEqual(found[25], "0")
            self.assertEqual(unescaped(found[28].encode()), peer)
            self.assertEqual(unescaped(found[29].encode()), peer)
            self.assertEqual((found[30], found[31]), ("[2001:db8::7]:50000,192.0.2.1:80", "-,200"))
            self.assertEqual((found[32], found[33], found[34]), ("Severe", "BadUri", "TID_0"))

    def test_athena_finds_all_columns_of_connections(self):
        for peer, line in zip(self.peers, self.connections, strict=True):
            found = CONNECTION.fullmatch(line.decode("ascii"))
            self.assertIsNotNone(found, line)
            self.assertEqual(found.group(2, 3, 4, 5), ("2001:db8::7", "50000", "443", "TLSv1.3"))
            self.assertEqual(found[7], "0.005")
            self.assertEqual(unescaped(found[8].encode()), peer)
            self.assertEqual(found[9], "NotBefore=2026-11-21T12:00:00Z;NotAfter=2026-11-21T12:00:00Z")
            self.assertEqual(unescaped(found[11].encode()), peer)
            self.assertEqual(found[12], "TID_0")

    def test_json_lines_are_json_whatever_peers_send(self):
        for peer, request, connection in zip(self.peers, self.requests_json, self.connections_json, strict=True):
            request = json.loads(request.decode("utf-8"))
            text = peer.decode("utf-8", "replace")
            got = request["user_agent"]
            # How many U+FFFD stand for a broken character is a matter of taste: ours is one a byte.
            self.assertEqual(re.sub("\ufffd+", "\ufffd", got), re.sub("\ufffd+", "\ufffd", text))
            self.assertEqual(request["targets"], [{"target": "[2001:db8::7]:50000"},
                                                  {"target": "192.0.2.1:80", "status_code": 200}])
            connection = json.loads(connection.decode("utf-8"))
            self.assertEqual(connection["leaf_client_cert_subject"], got)
            self.assertEqual(connection["tls_handshake_latency"], 0.005001)


if __name__ == "__main__":
    unittest.main()
