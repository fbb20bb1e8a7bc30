# SPDX-License-Identifier: Apache-2.0
"""The engine's HTTP/2 between programs that others wrote (curl, nghttp, h2load), and with frames that no decent
program sends. usage: http2_oracle.py SERVE_LINES"""
import contextlib
import hashlib
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from http2_wire import *
import serve_kit
from serve_kit import *

Gateway.program = sys.argv.pop(1)


def content_of(peer, got):
    """Of a request whose head (and more) was read: the content, and the trailers."""
    head, _, body = got.partition(b"\r\n\r\n")
    if length := re.search(rb"\r\nContent-Length: (\d+)", head):
        while len(body) < int(length[1]):
            body += peer.recv(65536)
        return body, b""
    content = b""
    while True:
        while b"\r\n" not in body:
            body += peer.recv(65536)
        line, _, body = body.partition(b"\r\n")
        size = int(line, 16)
        if size == 0:
            break
        while len(body) < size + 2:
            body += peer.recv(65536)
        content, body = content + body[:size], body[size + 2 :]
    trailers = body
    while not (trailers == b"\r\n" or trailers.endswith(b"\r\n\r\n")):
        trailers += peer.recv(65536)
    return content, trailers


def hashes(peer):
    """A function for Target: answers with its request's line and the hash of the content."""
    while got := read_head(peer):
        content, trailers = b"", b""
        if re.search(rb"\r\n(Content-Length|Transfer-Encoding): ", got):
            if b"\r\nexpect" in got.lower():
                raise AssertionError(got)
            content, trailers = content_of(peer, got)
        said = got.split(b" HTTP/")[0] + b" " + hashlib.sha256(content).hexdigest().encode() + trailers.strip()
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + (b"" if got.startswith(b"HEAD") else said))


def curl(*words, **options):
    """With HTTP/2, unless the words say otherwise."""
    return serve_kit.curl("--http2-prior-knowledge", *words, **options)


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.large = os.urandom(1 << 20) * 8
        cls.temporary = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.temporary.name) / "large"
        cls.file.write_bytes(cls.large)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_curl_uploads_with_and_without_a_length(self):
        digest = hashlib.sha256(self.large).hexdigest().encode()
        with Target(hashes) as target, Gateway(target.port) as gateway:
            for words in [[self.file], ["-"], [self.file, "--header", "expect: 100-continue"]]:
                got = curl("--upload-file", *words, gateway.url("/up?a=b"), input=self.large)
                self.assertEqual(got.stdout, b"PUT /up?a=b " + digest, got.stderr)

    def test_curl_downloads_what_is_framed_in_all_ways(self):
        for head in [b"Content-Length: %d" % len(self.large), b"Transfer-Encoding: chunked", b"Connection: close"]:
            parts = [self.large]
            if b"chunked" in head:
                parts = [b"%x\r\n" % len(self.large), self.large, b"\r\n0\r\n\r\n"]
            answer = b"".join([b"HTTP/1.1 200 OK\r\n", head, b"\r\n\r\n", *parts])
            with Target(sends(answer, "close")) as target, Gateway(target.port) as gateway:
                got = curl(gateway.url())
                self.assertEqual(hashlib.sha256(got.stdout).digest(), hashlib.sha256(self.large).digest(), got.stderr)

    def test_curl_sees_no_fields_of_connections_and_the_trailers(self):
        answer = (b"HTTP/1.1 200 OK\r\nConnection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Stays: 1\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nGrpc-Status: 0\r\nX-Sum: 42\r\n\r\n")
        with Target(sends(answer)) as target, Gateway(target.port) as gateway:
            got = curl("--include", gateway.url()).stdout.decode()
            self.assertRegex(got, r"^HTTP/2 200 \r\nx-stays: 1\r\n(?:[a-z-]+: .*\r\n)*\r\nhi")
            self.assertNotIn("hop", got)
            self.assertNotIn("keep-alive", got)
            self.assertTrue(got.endswith("higrpc-status: 0\r\nx-sum: 42\r\n"), got)

    def test_answers_without_content(self):
        told = b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
        with Target(sends(told)) as target, Gateway(target.port) as gateway:
            self.assertIn(b"\r\ncontent-length: 1234\r\n", curl("--head", gateway.url()).stdout)
        for status in [204, 304]:
            with Target(sends(b"HTTP/1.1 %d X\r\n\r\n" % status)) as target, Gateway(target.port) as gateway:
                got = curl("--include", gateway.url())
                self.assertRegex(got.stdout.decode(), rf"^HTTP/2 {status} \r\n")
                self.assertEqual(got.returncode, 0, got.stderr)

    def test_h2load_finds_no_fault(self):
        small = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
        large = b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + b"x" * 400000
        for answer, words in [(small, ["-n4000", "-m32"]), (large, ["-n200", "-m16"]),
                              (large, ["-n100", "-m8", "-w14", "-W15"]),  # narrow windows
                              (small, ["-n400", "-m16", f"--data={self.file}"])]:
            if "data" in words[-1]:
                words = ["-n40", *words[1:]]
            serve = hashes if "data" in words[-1] else sends(answer)
            with Target(serve) as target, Gateway(target.port) as gateway:
                said = subprocess.run(["h2load", "-c2", *words, gateway.url()], capture_output=True, text=True,
                                      timeout=2 * PATIENCE_S).stdout
                done = words[0][2:]
                self.assertIn(f"{done} succeeded, 0 failed, 0 errored, 0 timeout", said)
                self.assertIn(f"status codes: {done} 2xx", said)

    def test_h2load_loses_nothing_that_it_had_sent_when_a_connection_has_had_its_requests(self):
        with Target(sends(ok)) as target, Gateway(target.port, requests=50) as gateway:
            said = subprocess.run(["h2load", "-n400", "-c2", "-m20", gateway.url()], capture_output=True, text=True,
                                  timeout=2 * PATIENCE_S).stdout
        # It opens no other connection; nobody can serve what it never sent. The one request of each connection that it
        # could not send any more it may have counted as started.
        started, done, succeeded = map(int, re.search(r"(\d+) started, (\d+) done, (\d+) succeeded", said).groups())
        self.assertEqual(started, done, said)
        self.assertIn(started - succeeded, range(said.count("Process Request Failure") + 1), said)
        self.assertGreaterEqual(succeeded, 2 * 50, said)
        self.assertLess(started, 200)

    def test_http1_is_spoken_on_the_same_port(self):
        with Target(sends(ok)) as target, Gateway(target.port) as gateway:
            self.assertEqual(curl("--http1.1", gateway.url()).stdout, b"ok\n")


class Frames(unittest.TestCase):
    def setUp(self):
        self.target = Target(sends(ok))
        self.addCleanup(self.target.__exit__)

    def check_alive(self, client):
        self.assertEqual(client.answer(client.request()), (200, b"ok\n", None))

    def test_a_malformed_request_costs_no_other_its_answer(self):
        answered = {":path": ["", "nowhere", "https://a/", "/\x01"], ":authority": ["a@b", "", "a/b"],
                    ":scheme": ["", "ftp", None], ":method": ["G T", "", "CONNECT"]}
        rows = [({name: value}, []) for name, values in answered.items() for value in values]
        rows += [({}, [field]) for field in [
            ("X-Capital", "1"), ("connection", "close"), ("transfer-encoding", "chunked"), ("te", "gzip"), ("upgrade", "h2c"),
            ("x", "1\r\ny: 2"), ("x", "1\0"), ("x y", "1"), ("host", "other"), ("content-length", "1"), (":late", "1"),
            ("content-length", "x"), ("keep-alive", "1"), ("proxy-connection", "close"), ("", "1"), ("x", " 1")]]
        seen = []

        def serve(peer):
            while head := read_head(peer):
                seen.append(head)
                peer.sendall(ok)

        with Target(serve) as target, Gateway(target.port) as gateway:
            for changes, more in rows:
                with self.subTest(changes=changes, more=more), Client(gateway.http) as client:
                    first = client.request()
                    self.assertEqual(client.answer(first)[0], 200)
                    count = len(seen)
                    bad, good = client.request(changes, more), client.request()
                    frames = client.until(lambda kind, flags, number, _: number == good and flags & END_STREAM)
                    statuses = {number: status_of(payload) for kind, _, number, payload in frames if kind == HEADERS}
                    errors = {number: struct.unpack(">I", payload)[0] for kind, _, number, payload in frames if kind == RST_STREAM}
                    self.assertTrue(statuses.get(bad) in (400, 405) or errors.get(bad) == PROTOCOL_ERROR, (statuses, errors))
                    self.assertEqual(statuses.get(good), 200)
                    self.assertEqual(len(seen), count + 1)

    def test_fields_beyond_the_limits(self):
        with Gateway(self.target.port) as gateway:
            many = [(f"x-{i}", "1") for i in range(200)]
            for changes, more, status in [({":path": "/" + "a" * 17000}, [], 414), ({}, [("x", "a" * 17000)], 431),
                                          ({}, many, 431), ({}, [(f"x{i}", "a" * 16000) for i in range(5)], 431)]:
                with Client(gateway.http) as client:
                    client.send(*headers(1, block([*{**GET, **changes}.items(), *more]), END_STREAM))
                    self.assertEqual(client.answer(1)[0], status)
            with Client(gateway.http) as client:  # nobody reads as much as that
                number = client.request(more=[(f"x-{i}", "1") for i in range(400)])
                self.assertEqual(client.answer(number), (None, b"", CALM))
                self.check_alive(client)
            with Client(gateway.http) as client:  # CVE-2024-27316 and its kin
                client.send(frame(HEADERS, 0, 1, block(GET.items())),
                            *[frame(CONTINUATION, 0, 1, block([("x", "1")])) for _ in range(50)])
                self.assertIsNone(client.answer(1)[0])

    def test_more_streams_than_allowed_are_refused(self):
        with Target(lambda peer: read_head(peer) and peer.recv(1)) as target, Gateway(target.port) as gateway, \
                Client(gateway.http) as client:
            # It has not acknowledged the limit yet, and may not have known of it.
            numbers = [client.request() for _ in range(129)]
            self.assertEqual(client.answer(numbers[-1]), (None, b"", REFUSED_STREAM))

    def test_requests_that_are_taken_back_at_once_end_the_connection(self):
        with Target(lambda peer: read_head(peer) and peer.recv(1)) as target, Gateway(target.port) as gateway, \
                Client(gateway.http) as client:
            with contextlib.suppress(OSError):
                for _ in range(200):
                    client.reset(client.request())
            self.assertEqual([error for _, error in client.goaways()], [CALM])

    def test_resets_that_the_client_provokes_count_as_its_own(self):
        with Target(lambda peer: read_head(peer) and peer.recv(1)) as target, Gateway(target.port) as gateway, \
                Client(gateway.http) as client:
            with contextlib.suppress(OSError):
                for _ in range(200):  # CVE-2025-8671
                    client.send(frame(WINDOW_UPDATE, 0, client.request(), struct.pack(">I", 2**31 - 1)))
            self.assertEqual([error for _, error in client.goaways()], [CALM])

    def test_some_resets_are_no_attack(self):
        with Target(lambda peer: read_head(peer) and peer.recv(1)) as target, Gateway(target.port) as gateway, \
                Client(gateway.http) as client:
            for _ in range(90):
                client.reset(client.request())
            self.assertEqual(client.answer(client.request({":path": "/fixed"})), (200, b"fixed\n", None))

    def test_frames_that_change_nothing_end_the_connection(self):
        # Nobody answers: frames of a stream that has ended are passed over, and cost nothing.
        with Target(lambda peer: read_head(peer) and peer.recv(1)) as target, Gateway(target.port) as gateway:
            for flood in [frame(SETTINGS), frame(PRIORITY, 0, 1, b"\0\0\0\0\1"), frame(DATA, 0, 1)]:
                with Client(gateway.http) as client:
                    client.request(ends=False)
                    with contextlib.suppress(OSError):
                        for _ in range(200):
                            client.send(flood * 10)
                    # Of SETTINGS that come at once, many answers are owed at once: that ends without a word.
                    self.assertIn([error for _, error in client.goaways()], [[CALM]] + [[]] * (flood == frame(SETTINGS)))

    def test_pings_are_answered_unless_nobody_reads_the_answers(self):
        with Gateway(self.target.port) as gateway, Client(gateway.http) as client:
            client.send(frame(PING, 0, 0, b"12345678"))
            self.assertEqual(client.until(lambda kind, flags, *_: kind == PING)[-1], (PING, ACK, 0, b"12345678"))
            before = gateway.memory_kb()
            client.socket.settimeout(1)
            with contextlib.suppress(OSError):
                for _ in range(10000):
                    client.send(frame(PING, 0, 0, b"12345678") * 100)
            self.assertFalse(gateway.has_grown_by_more(before, 4000))

    def test_what_is_no_http2_ends(self):
        with Gateway(self.target.port) as gateway:
            for bad in [frame(DATA, 0, 0, b"x"), frame(HEADERS, END_HEADERS, 2, block(GET.items())), frame(WINDOW_UPDATE, 0, 0, b"\0" * 4),
                        frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff\xff\xff\xff"), frame(PING, 0, 0, b"1"),
                        frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2"), b"\xff" * 100]:
                with Client(gateway.http) as client:
                    client.send(bad)
                    self.assertTrue(all(error != NO_ERROR for _, error in client.goaways()))

    def test_it_leaves_gracefully_after_so_many_requests(self):
        with Gateway(self.target.port, requests=3) as gateway, Client(gateway.http) as client:
            numbers = [client.request() for _ in range(3)]
            frames = client.until(lambda kind, *_: kind == GOAWAY)
            self.assertEqual(struct.unpack(">II", frames[-1][3][:8]), (2**31 - 1, NO_ERROR))
            late = client.request()  # under way when the client heard of it
            frames += client.until(lambda *_: False)
            statuses = {number: status_of(payload) for kind, _, number, payload in frames if kind == HEADERS}
            self.assertEqual(statuses, dict.fromkeys([*numbers, late], 200))
            last = [struct.unpack(">II", payload[:8]) for kind, _, _, payload in frames if kind == GOAWAY][-1]
            self.assertIn(last, [(late, NO_ERROR), (numbers[-1], NO_ERROR)])

    def test_connections_that_do_nothing_end(self):
        with Gateway(self.target.port, idle=400, header_read=400) as gateway:
            with Client(gateway.http) as client:
                self.check_alive(client)
                self.assertEqual(client.goaways(), [(1, NO_ERROR)])
            with Client(gateway.http) as client:
                client.until(lambda kind, flags, *_: kind == SETTINGS and flags & ACK)
                client.send(frame(HEADERS, 0, 1, block(GET.items())))
                self.assertEqual([error for _, error in client.goaways()], [CALM])
            with socket.create_connection(("127.0.0.1", gateway.http)) as silent:
                silent.sendall(PREFACE)
                silent.settimeout(PATIENCE_S)
                while silent.recv(65536):
                    pass

    def test_a_request_that_is_taken_back_leaves_its_target(self):
        gone = threading.Event()

        def serve(peer):
            read_head(peer)
            if not peer.recv(1):
                gone.set()

        with Target(serve) as target, Gateway(target.port) as gateway, Client(gateway.http) as client:
            number = client.request()
            while not target.peers:
                time.sleep(0.01)
            client.reset(number)
            self.assertTrue(gone.wait(PATIENCE_S))
            self.assertEqual(client.answer(client.request({":path": "/fixed"}))[0], 200)

    def test_a_client_that_goes_leaves_its_targets(self):
        gone = threading.Semaphore(0)

        def serve(peer):
            read_head(peer)
            if not peer.recv(1):
                gone.release()

        with Target(serve) as target, Gateway(target.port) as gateway:
            with Client(gateway.http) as client:
                for _ in range(5):
                    client.request()
                while len(target.peers) < 5:
                    time.sleep(0.01)
            for _ in range(5):
                self.assertTrue(gone.acquire(timeout=PATIENCE_S))

    def test_an_answer_that_breaks_off_resets_its_stream_alone(self):
        broken = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"

        def serve(peer):
            while head := read_head(peer):
                peer.sendall(broken if b"/broken" in head else ok)
                if b"/broken" in head:
                    return

        with Target(serve) as target, Gateway(target.port) as gateway, Client(gateway.http) as client:
            status, _, error = client.answer(client.request({":path": "/broken"}))
            # What breaks off at once does not get as far as its head.
            self.assertIn((status, error), [(200, INTERNAL_ERROR), (None, INTERNAL_ERROR)])
            self.check_alive(client)

    def test_who_is_refused_in_the_midst_of_content_may_go_on_with_other_requests(self):
        with Gateway(self.target.port, body_limit=1000) as gateway, Client(gateway.http) as client:
            number = client.request({":method": "POST"}, ends=False)
            client.data(number, b"x" * 60000)
            status, _, _ = client.answer(number)
            self.assertEqual(status, 413)
            got = client.until(lambda kind, _, stream, __: kind == RST_STREAM and stream == number)
            self.assertEqual(struct.unpack(">I", got[-1][3])[0], NO_ERROR)
            self.check_alive(client)

    def test_content_waits_for_a_target_that_does_not_read(self):
        may_read, content = threading.Event(), os.urandom(1 << 20) * 8
        digest = hashlib.sha256(content).hexdigest().encode()

        def serve(peer):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            head = read_head(peer)
            may_read.wait(PATIENCE_S)
            got, _ = content_of(peer, head)
            said = hashlib.sha256(got).hexdigest().encode()
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n" + said)

        with Target(serve) as target, Gateway(target.port) as gateway, Client(gateway.http) as client:
            before = gateway.memory_kb()
            number = client.request({":method": "POST"}, ends=False)
            windows, sent, answered = {0: 65535, number: 65535}, 0, b""
            while True:
                room = min(windows.values(), default=0)
                if sent < len(content) and room > 0:
                    piece = content[sent : sent + min(room, 16384)]
                    client.data(number, piece, ends=sent + len(piece) == len(content))
                    sent += len(piece)
                    windows = {each: window - len(piece) for each, window in windows.items()}
                    continue
                if not may_read.is_set():  # nothing more may be sent, until the target reads
                    client.socket.settimeout(0.5)
                try:
                    kind, flags, stream, payload = client.read()
                except TimeoutError:
                    self.assertLess(sent, 6 << 20)
                    self.assertFalse(gateway.has_grown_by_more(before, 4000))
                    may_read.set()
                    client.socket.settimeout(PATIENCE_S)
                    continue
                if kind == WINDOW_UPDATE:
                    windows[stream] += struct.unpack(">I", payload)[0]
                if kind == SETTINGS and not flags & ACK:
                    told = dict(struct.unpack(">HI", payload[at : at + 6]) for at in range(0, len(payload), 6))
                    windows[number] += told[INITIAL_WINDOW_SIZE] - 65535
                if kind == DATA:
                    answered += payload
                    if flags & END_STREAM:
                        break
            self.assertEqual(answered, digest)

    def test_an_answer_waits_for_a_client_that_gives_no_window_and_others_go_on(self):
        size = 16 << 20
        large = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size

        def serve(peer):
            while head := read_head(peer):
                peer.sendall(large if b"/large" in head else ok)

        with Target(serve) as target, Gateway(target.port) as gateway, Client(gateway.http, window=100) as client:
            before = gateway.memory_kb()
            number = client.request({":path": "/large"})
            client.until(lambda kind, *_: kind == DATA)
            for _ in range(20):
                self.check_alive(client)
            self.assertFalse(gateway.has_grown_by_more(before, 4000))
            client.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", size)), frame(WINDOW_UPDATE, 0, number, struct.pack(">I", size)))
            status, content, error = client.answer(number)
            self.assertEqual((len(content), error), (size - 100, None))

    def test_an_answer_that_nobody_fetches_is_given_up(self):
        large = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + b"x" * 20000
        with Target(sends(large)) as target, Gateway(target.port, idle=500) as gateway, \
                Client(gateway.http, window=100) as client:
            status, content, error = client.answer(client.request())
            self.assertEqual((status, len(content), error), (200, 100, CANCEL))

    def test_trailers_of_a_request(self):
        with Target(hashes) as target, Gateway(target.port) as gateway, Client(gateway.http) as client:
            number = client.request({":method": "POST"}, [("te", "trailers")], ends=False)
            client.data(number, b"hi")
            client.send(frame(HEADERS, END_HEADERS | END_STREAM, number, block([("x-sum", "7"), ("content-type", "x")])))
            status, content, _ = client.answer(number)
            self.assertEqual(status, 200)
            self.assertTrue(content.endswith(hashlib.sha256(b"hi").hexdigest().encode() + b"x-sum: 7"), content)

    def test_a_websocket_is_a_tunnel(self):
        seen = []

        def serve(peer):
            head = read_head(peer)
            seen.append(head)
            peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         b"Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\nhello ")
            while piece := peer.recv(65536):
                peer.sendall(piece.upper())
            peer.sendall(b" bye")

        with Target(serve) as target, Gateway(target.port) as gateway, Client(gateway.http) as client:
            number = client.request({":method": "CONNECT", ":scheme": None, ":path": None}, ends=False)
            self.assertEqual(client.answer(number)[0], 405)
            fields = {":method": "CONNECT", ":protocol": "websocket", ":scheme": "http", ":authority": "a", ":path": "/chat"}
            number = client.next_stream
            client.send(frame(HEADERS, END_HEADERS, number, block([*fields.items(), ("sec-websocket-version", "13")])))
            client.data(number, b"early ")  # held until it is granted
            got = b""
            while b"EARLY" not in got:
                kind, flags, stream, payload = client.read()
                if stream == number and kind == HEADERS:
                    self.assertEqual(status_of(payload), 200)
                    self.assertNotIn(b"accept", payload)
                if stream == number and kind == DATA:
                    got += payload
            client.data(number, b"late", ends=True)
            _, content, error = client.answer(number)
            self.assertEqual((got + content, error), (b"hello EARLY LATE bye", None))
        self.assertRegex(seen[0], rb"^GET /chat HTTP/1.1\r\n(?s:.*)Upgrade: websocket\r\n")
        self.assertRegex(seen[0], rb"(?i)sec-websocket-key: ")

    def test_it_ends_in_the_midst_of_everything(self):
        with Target(lambda peer: read_head(peer) and peer.recv(1)) as target:
            gateway = Gateway(target.port)
            with Client(gateway.http) as client:
                for _ in range(20):
                    client.request()
                client.request({":method": "POST"}, ends=False)
                while len(target.peers) < 21:
                    time.sleep(0.01)
                gateway.__exit__()


def serves(serve):
    """A function for Target: the same with HTTP/2."""
    return lambda peer: serve(Server(peer))


class Targets(unittest.TestCase):
    """Targets with HTTP/2."""

    def gateway(self, *targets, **settings):
        return Gateway(*(each.port for each in targets), **{"target_version": "http2", **settings})

    def test_a_group_of_grpc_is_asked_by_post_over_http2(self):
        def serve(server):
            for number in server.requests():
                server.answer(number, trailers=[("grpc-status", "0")])

        with Target(serves(serve)) as target, self.gateway(target, target_version="grpc") as gateway:
            for words, status in [(["--http2-prior-knowledge", "--data", "x"], b"200"), (["--http2-prior-knowledge"], b"464"),
                                  (["--http1.1", "--data", "x"], b"464")]:
                got = curl(*words, "--output", os.devnull, "--write-out", "%{http_code}", gateway.url())
                self.assertEqual(got.stdout, status, words)

    def test_requests_of_both_versions_share_a_connection(self):
        def serve(server):
            for number in server.requests():
                server.answer(number, [(":status", "200"), ("x-number", str(number)), ("content-type", "a/b")])

        with Target(serves(serve)) as target, self.gateway(target) as gateway:
            for version in ["--http2-prior-knowledge", "--http1.1"] * 3:
                got = curl(version, "--include", gateway.url("/a?b"))
                self.assertIn(b"content-type: a/b\r\n", got.stdout)
                self.assertTrue(got.stdout.endswith(b"\r\nok\n"), got.stdout)
            self.assertEqual(len(target.peers), 1)

    def test_the_end_of_an_answer_has_its_trailers(self):
        trailers = [("grpc-status", "0"), ("grpc-message", "well")]

        def serve(server):
            for number in server.requests():
                server.answer(number, trailers=trailers)

        with Target(serves(serve)) as target, self.gateway(target) as gateway:
            for version in ["--http2-prior-knowledge", "--http1.1"]:
                got = curl(version, "--include", gateway.url())
                self.assertTrue(got.stdout.endswith(b"\r\nok\ngrpc-status: 0\r\ngrpc-message: well\r\n"), got.stdout)

    def test_an_answer_may_be_a_head_alone_and_may_be_announced(self):
        def serve(server):
            for number in server.requests():
                fields = block([(":status", "200"), ("grpc-status", "12")])
                server.send(frame(HEADERS, END_HEADERS, number, block([(":status", "103"), ("link", "x")])),
                            frame(HEADERS, END_HEADERS | END_STREAM, number, fields))

        with Target(serves(serve)) as target, self.gateway(target) as gateway:
            got = curl("--include", gateway.url())
            self.assertRegex(got.stdout.decode(), r"^HTTP/2 200 \r\n(?s:.*)grpc-status: 12\r\n")

    def test_what_a_target_that_leaves_has_not_taken_goes_elsewhere(self):
        taken = []

        def serve(server):
            numbers = []
            for number in server.requests():
                numbers.append(number)
                if len(numbers) < 3:
                    continue
                # It has taken the first alone, and is not asked about it again.
                server.send(frame(GOAWAY, 0, 0, struct.pack(">II", numbers[0], NO_ERROR)))
                server.answer(numbers[0])
                taken.append(numbers[0])
                server.until(lambda *_: False)

        def others(server):
            for number in server.requests():
                server.answer(number)
                taken.append(number)

        behaviours = [serve]
        with Target(lambda peer: serves(behaviours.pop() if behaviours else others)(peer)) as target, \
                self.gateway(target) as gateway, Client(gateway.http) as client:
            numbers = [client.request({":method": "POST"}) for _ in range(3)]
            statuses = {}
            while len(statuses) < 3:
                kind, _, number, payload = client.read()
                if kind == HEADERS:
                    statuses[number] = status_of(payload)
            self.assertEqual(statuses, dict.fromkeys(numbers, 200))
            self.assertEqual(len(taken), 3)

    def test_what_targets_do_wrong_has_its_status(self):
        def resets(server):
            for number in server.requests():
                server.send(frame(RST_STREAM, 0, number, struct.pack(">I", INTERNAL_ERROR)))

        def head(*fields):
            def serve(server):
                for number in server.requests():
                    server.answer(number, fields)
            return serves(serve)

        status = (":status", "200")
        for what, serve in [("speaks HTTP/1", sends(ok)), ("resets", serves(resets)), ("no status", head(("x", "1"))),
                            ("two statuses", head(status, status)), ("101", head((":status", "101"))),
                            ("a connection's field", head(status, ("connection", "close"))),
                            ("another length", head(status, ("content-length", "1"))),
                            ("a line's end", head(status, ("x", "1\r\ny: 2"))),
                            ("too large", head(status, *[(f"x{i}", "a" * 8000) for i in range(2)] * 3)),
                            ("far too large", head(status, *[(f"x{i}", "1") for i in range(1000)])),
                            ("leaves", serves(lambda server: server.send(frame(GOAWAY, 0, 0, b"\0" * 8))))]:
            with self.subTest(what), Target(serve) as target, self.gateway(target) as gateway, \
                    Client(gateway.http) as client:
                status_, _, error = client.answer(client.request({":method": "POST"}))
                self.assertTrue(status_ == 502 or (what == "another length" and error == INTERNAL_ERROR), (status_, error))

    def test_a_request_that_is_taken_back_is_taken_back_at_the_target_alone(self):
        reset = threading.Event()

        def serve(server):
            while (each := server.read()) is not None:
                kind, flags, number, _ = each
                if kind == HEADERS and number > 1:
                    server.answer(number)
                if kind == RST_STREAM and number == 1:
                    reset.set()

        with Target(serves(serve)) as target, self.gateway(target) as gateway, Client(gateway.http) as client:
            number = client.request()
            while not target.peers:
                time.sleep(0.01)
            self.assertEqual(client.answer(client.request())[0], 200)
            client.reset(number)
            self.assertTrue(reset.wait(PATIENCE_S))
            self.assertEqual(client.answer(client.request())[0], 200)
            self.assertEqual(len(target.peers), 1)

    def test_a_connection_that_has_fallen_silent_gets_no_more_requests(self):
        met = []

        def serve(server):
            met.append(server)
            for number in server.requests():
                server.answer(number)
                if len(met) == 1:  # as if something on the way let nothing past any more
                    while server.socket.recv(65536):
                        pass

        with Target(serves(serve)) as target, self.gateway(target, target_response=1500) as gateway:
            words = ["--http2-prior-knowledge", "--output", os.devnull, "--write-out", "%{http_code}", gateway.url()]
            self.assertEqual([curl(*words).stdout for _ in range(3)], [b"200", b"504", b"200"])
            self.assertEqual(len(target.peers), 2)

    def test_a_slow_client_does_not_hold_up_others_on_the_same_connection(self):
        size = 8 << 20

        def serve(server):
            windows = {0: 65535}
            streams = {}
            while (each := server.read()) is not None:
                kind, flags, number, payload = each
                if kind == SETTINGS and not flags & ACK:
                    told = dict(struct.unpack(">HI", payload[at : at + 6]) for at in range(0, len(payload), 6))
                    first = told.get(INITIAL_WINDOW_SIZE, 65535)
                if kind == HEADERS:
                    large = len(streams) < 8
                    server.send(frame(HEADERS, END_HEADERS, number, block([(":status", "200")])))
                    streams[number] = size if large else 3
                    windows[number] = first
                if kind == WINDOW_UPDATE:
                    windows[number] = windows.get(number, first) + struct.unpack(">I", payload)[0]
                for stream, left in list(streams.items()):
                    while left > 0 and (room := min(left, windows[0], windows[stream], 16384)) > 0:
                        left -= room
                        windows[0] -= room
                        windows[stream] -= room
                        server.send(frame(DATA, END_STREAM if left == 0 else 0, stream, b"x" * room))
                    streams[stream] = left

        with Target(serves(serve)) as target, self.gateway(target) as gateway, Client(gateway.http, window=100) as slow, \
                Client(gateway.http) as quick:
            before = gateway.memory_kb()
            numbers = [slow.request() for _ in range(8)]
            heads = 0
            while heads < 8:
                heads += slow.read()[0] == HEADERS
            for _ in range(20):
                self.assertEqual(quick.answer(quick.request()), (200, b"xxx", None))
            self.assertFalse(gateway.has_grown_by_more(before, 8000))
            self.assertEqual(len(target.peers), 1)
            slow.send(frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 30)),
                      *[frame(WINDOW_UPDATE, 0, number, struct.pack(">I", 1 << 30)) for number in numbers])
            got, ended = 0, 0
            while ended < 8:
                kind, flags, _, payload = slow.read()
                self.assertNotEqual(kind, RST_STREAM)
                if kind == DATA:
                    got += len(payload)
                    ended += flags & END_STREAM
            self.assertGreater(got, 8 * size - 1000)

    def test_content_waits_for_a_target_that_gives_no_window(self):
        content = os.urandom(1 << 20) * 4
        arrived = hashlib.sha256()
        may_go_on = threading.Event()

        def serve(server):
            server.send(frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, 0)))
            for kind, flags, number, payload in iter(server.read, None):
                if kind == HEADERS:
                    may_go_on.wait(PATIENCE_S)
                    more = struct.pack(">I", 1 << 30)
                    server.send(frame(WINDOW_UPDATE, 0, number, more), frame(WINDOW_UPDATE, 0, 0, more))
                if kind == DATA:
                    arrived.update(payload)
                    if flags & END_STREAM:
                        server.answer(number)

        with Target(serves(serve)) as target, self.gateway(target) as gateway:
            before = gateway.memory_kb()
            upload = subprocess.Popen(["curl", "--silent", "--http1.1", "--data-binary", "@-", gateway.url()], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
            threading.Timer(1, may_go_on.set).start()
            said, _ = upload.communicate(content, PATIENCE_S)
            self.assertEqual(said, b"ok\n")
            self.assertEqual(arrived.digest(), hashlib.sha256(content).digest())
            self.assertFalse(gateway.has_grown_by_more(before, 4000))

    def test_idle_connections_serve_again_or_are_replaced(self):
        def serve(server):
            for number in server.requests():
                server.answer(number)
                server.socket.shutdown(socket.SHUT_WR)
                server.until(lambda *_: False)

        with Target(serves(serve)) as target, self.gateway(target) as gateway:
            for _ in range(5):
                self.assertEqual(curl(gateway.url()).stdout, b"ok\n")


if __name__ == "__main__":
    unittest.main()
