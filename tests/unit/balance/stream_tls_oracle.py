# SPDX-License-Identifier: Apache-2.0
"""A stream proxy that ends clients' TLS, and speaks TLS to targets, between openssl, curl, nginx and Python's ssl.
usage: stream_tls_oracle.py STREAM_LINES MAKE_CERTIFICATES"""
import contextlib
import random
import re
import select
import socket
import ssl
import subprocess
import sys
import threading
import unittest

from stream_kit import *

StreamProxy.program = sys.argv.pop(1)
MAKE_CERTIFICATES = sys.argv.pop(1)
FOLDER = pathlib.Path(tempfile.mkdtemp())
FLOOD = 64 << 20  # bytes that no socket takes unread


def setUpModule():
    subprocess.run([MAKE_CERTIFICATES, FOLDER], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def tearDownModule():
    shutil.rmtree(FOLDER)


def shows(*names):
    return [f"certificate={pair_of(name)}" for name in names]


def pair_of(name):
    return f"{FOLDER / name}.pem,{FOLDER / name}.key"


def client_terms(name=None, **settings):
    terms = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    terms.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    terms.check_hostname, terms.verify_mode = False, ssl.CERT_NONE
    terms.load_verify_locations(FOLDER / "ca.pem")
    if name:
        terms.load_cert_chain(FOLDER / f"{name}.pem", FOLDER / f"{name}.key")
    for key, value in settings.items():
        setattr(terms, key, value)
    return terms


def server_terms(name, alpn=()):
    terms = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    terms.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    terms.load_cert_chain(FOLDER / f"{name}.pem", FOLDER / f"{name}.key")
    if alpn:
        terms.set_alpn_protocols(alpn)
    return terms


def connect(proxy, terms=None, server_name="www.example", session=None):
    """A client with TLS, which tells an end that is none of TLS's."""
    peer = socket.create_connection(proxy.address, PATIENCE_S)
    return (terms or client_terms()).wrap_socket(peer, server_hostname=server_name, session=session, suppress_ragged_eofs=False)


def receive(peer, size):
    got = bytearray()
    while len(got) < size:
        piece = peer.recv(min(65536, size - len(got)))
        if not piece:
            raise AssertionError(f"an end after {len(got)} bytes")
        got += piece
    return bytes(got)


def says_end(peer):
    """close_notify, and nothing else: what comes can still be read."""
    with contextlib.suppress(ssl.SSLWantReadError):
        peer.setblocking(False)
        peer.unwrap()
    peer.settimeout(PATIENCE_S)


def sees_end(peer):
    try:
        return peer.recv(1) == b""
    except ssl.SSLZeroReturnError:  # as Python has it for who has said its own end before
        return True


def is_cut_off(peer):
    """An end of TCP without one of TLS."""
    try:
        peer.recv(1)
    except ssl.SSLError as error:
        return error.reason == "UNEXPECTED_EOF_WHILE_READING"
    return False


def is_reset(peer):
    try:
        return bool(socket.socket.recv(peer, 65536)) and is_reset(peer)  # of TCP, whatever TLS makes of it
    except ConnectionResetError:
        return True


@contextlib.contextmanager
def line(*words, target=None, client=None):
    """A proxy, a client that has shaken hands, and the target's end of its connection."""
    with listening() as server, StreamProxy(*shows("www-ec"), f"default={port_of(server)}", *words) as proxy:
        accepted = []

        def accept():
            peer = server.accept()[0]
            peer.settimeout(PATIENCE_S)
            accepted.append(target.wrap_socket(peer, server_side=True, suppress_ragged_eofs=False) if target else peer)

        waiting = threading.Thread(target=accept)
        waiting.start()
        with connect(proxy, client) as peer:
            waiting.join(PATIENCE_S)
            with accepted[0]:
                yield proxy, peer, accepted[0]


class Clients(unittest.TestCase):
    def s_client(self, proxy, *words, text="hello\n"):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.port}", "-CAfile", FOLDER / "ca.pem", *words],
                              input=text, capture_output=True, text=True, timeout=PATIENCE_S).stdout

    def test_openssl_sees_the_certificate_of_the_name_it_asks_for(self):
        with echo() as port, StreamProxy(*shows("www-ec", "www-rsa", "wild"), f"default={port}") as proxy:
            def subject(*words):
                return re.search(r"subject=.*CN = (\S+)", self.s_client(proxy, *words)).group(1)

            for version in ("-tls1_2", "-tls1_3"):
                self.assertEqual(subject(version, "-servername", "www.example"), "www-ec")
                self.assertEqual(subject(version, "-servername", "a.wild.example"), "wild")
                self.assertEqual(subject(version, "-noservername"), "www-ec")
            self.assertEqual(subject("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-servername", "www.example"), "www-rsa")
            self.assertIn("Verify return code: 0 (ok)", self.s_client(proxy, "-servername", "www.example"))

    def test_bytes_come_through_as_they_are_and_are_counted(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with line(client=client_terms(minimum_version=version, maximum_version=version)) as (proxy, client, target):
                client.sendall(b"question")
                self.assertEqual(receive(target, 8), b"question")
                target.sendall(b"an answer")
                self.assertEqual(receive(client, 9), b"an answer")
                says_end(client)
                self.assertTrue(sees_end(target))
                target.close()
                self.assertTrue(sees_end(client))
                self.assertIn("ended client_closed", told := proxy.line_with("ended"))
                self.assertIn("name=www.example in=8 out=9", told)

    def test_alpn_is_the_policys(self):
        for policy, offered, agreed in (("http2_preferred", ["http/1.1", "h2"], "h2"), ("http2_optional", ["h2", "http/1.1"], "http/1.1"),
                                        ("http1_only", ["h2"], None), ("http2_only", ["http/1.1", "h2"], "h2")):
            terms = client_terms()
            terms.set_alpn_protocols(offered)
            with line(f"alpn={policy}", client=terms) as (_, client, _target):
                self.assertEqual(client.selected_alpn_protocol(), agreed)

    def test_sessions_are_resumed_over_a_change_of_certificates(self):
        with echo() as port, StreamProxy(*shows("www-ec"), f"default={port}") as proxy:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                terms = client_terms(minimum_version=version, maximum_version=version)
                with connect(proxy, terms) as first:
                    first.sendall(b"x")
                    receive(first, 1)
                    session = first.session
                self.assertIn("resumed=0", proxy.line_with("agreed"))
                proxy.ask(f"certificate {pair_of('www-ec')}", "changed")
                with connect(proxy, terms, session=session) as second:
                    self.assertTrue(second.session_reused)
                self.assertIn("resumed=1", proxy.line_with("agreed"))

    def test_a_new_certificate_is_shown_and_connections_live_on(self):
        with echo() as port, StreamProxy(*shows("www-ec"), f"default={port}") as proxy:
            def shown(peer):
                return peer.getpeercert()["subject"][-1][0][1]

            terms = client_terms(verify_mode=ssl.CERT_REQUIRED)
            with connect(proxy, terms) as old:
                self.assertEqual(shown(old), "www-ec")
                proxy.ask(f"certificate {pair_of('www-rsa')}", "changed")
                with connect(proxy, terms) as new:
                    self.assertEqual(shown(new), "www-rsa")
                old.sendall(b"still there")
                self.assertEqual(receive(old, 11), b"still there")

    def test_clients_need_a_certificate_where_that_is_asked(self):
        with line(f"trust={FOLDER / 'ca.pem'}", client=client_terms("good")) as (_, client, target):
            client.sendall(b"in")
            self.assertEqual(receive(target, 2), b"in")
        with echo() as port, StreamProxy(*shows("www-ec"), f"default={port}", f"trust={FOLDER / 'ca.pem'}") as proxy:
            for name in (None, "stranger", "expired"):
                with contextlib.suppress(ssl.SSLError, ConnectionResetError), connect(proxy, client_terms(name)) as client:
                    self.assertEqual(client.recv(1), b"")
                self.assertIn("failed client peer_certificate: The client's certificate", proxy.line_with("failed"))
                self.assertIn("client_tls_failed", proxy.line_with("ended"))

    def test_a_header_of_an_upstream_stands_in_front_of_the_handshake(self):
        with listening() as server, StreamProxy(*shows("www-ec"), "trusted=127.0.0.0/8", "header=1", f"default={port_of(server)}") as proxy:
            peer = socket.create_connection(proxy.address, PATIENCE_S)
            peer.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.80 4711 443\r\n")
            with client_terms().wrap_socket(peer, server_hostname="www.example") as client, server.accept()[0] as target:
                client.sendall(b"hello")
                header = receive(target, 16)
                self.assertEqual(header[:13], b"\r\n\r\n\0\r\nQUIT\n\x21")
                fields = receive(target, int.from_bytes(header[14:], "big"))
                self.assertEqual(fields[:12], bytes([192, 0, 2, 7, 192, 0, 2, 80]) + (4711).to_bytes(2, "big") + (443).to_bytes(2, "big"))
                self.assertIn(b"\x02\x00\x0bwww.example", fields)
                self.assertEqual(receive(target, 5), b"hello")

    def test_header_and_hello_may_come_in_any_pieces(self):
        for size in (7, 100, 100_000):
            with echo() as port, StreamProxy(*shows("www-ec"), "trusted=127.0.0.0/8", f"default={port}") as proxy:
                hello, answer = ssl.MemoryBIO(), ssl.MemoryBIO()
                tls = client_terms().wrap_bio(answer, hello, server_hostname="www.example")
                with contextlib.suppress(ssl.SSLWantReadError):
                    tls.do_handshake()
                with socket.create_connection(proxy.address, PATIENCE_S) as peer:
                    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    text = b"PROXY TCP4 192.0.2.7 192.0.2.80 4711 443\r\n" + hello.read()
                    for at in range(0, len(text), size):
                        peer.sendall(text[at : at + size])
                    answer.write(peer.recv(65536))
                    while True:
                        try:
                            tls.do_handshake()
                            break
                        except ssl.SSLWantReadError:
                            answer.write(peer.recv(65536))


class Ends(unittest.TestCase):
    def test_a_client_that_has_said_all_is_still_answered(self):
        for terms in (None, server_terms("address")):
            with line(*(["target_verify=none"] if terms else []), target=terms) as (proxy, client, target):
                client.sendall(b"question")
                says_end(client)
                self.assertEqual(receive(target, 8), b"question")
                self.assertTrue(sees_end(target))
                target.sendall(b"answer")
                self.assertEqual(receive(client, 6), b"answer")
                says_end(target) if terms else target.close()
                self.assertTrue(sees_end(client))
                self.assertIn("client_closed", proxy.line_with("ended"))

    def test_a_target_that_has_said_all_is_still_told(self):
        for terms in (None, server_terms("address")):
            with line(*(["target_verify=none"] if terms else []), target=terms) as (proxy, client, target):
                target.sendall(b"banner")
                says_end(target) if terms else target.shutdown(socket.SHUT_WR)
                self.assertEqual(receive(client, 6), b"banner")
                self.assertTrue(sees_end(client))
                client.sendall(b"late")
                self.assertEqual(receive(target, 4), b"late")
                says_end(client)
                self.assertTrue(sees_end(target))
                self.assertIn("target_closed", proxy.line_with("ended"))

    def test_a_connection_that_is_cut_off_is_so_for_the_other_side(self):
        with line("target_verify=none", target=server_terms("address")) as (proxy, client, target):
            client.sendall(b"half of it")
            socket.socket.shutdown(client, socket.SHUT_WR)
            self.assertEqual(receive(target, 10), b"half of it")
            self.assertTrue(is_cut_off(target))
        with line("target_verify=none", target=server_terms("address")) as (proxy, client, target):
            target.sendall(b"half of it")
            socket.socket.shutdown(target, socket.SHUT_WR)
            self.assertEqual(receive(client, 10), b"half of it")
            self.assertTrue(is_cut_off(client))

    def test_a_client_that_ends_without_a_word_is_still_answered_by_a_plain_target(self):
        with line() as (proxy, client, target):
            client.sendall(b"question")
            socket.socket.shutdown(client, socket.SHUT_WR)
            self.assertEqual(receive(target, 8), b"question")
            self.assertTrue(sees_end(target))
            target.sendall(b"answer")
            target.close()
            self.assertEqual(receive(client, 6), b"answer")
            self.assertTrue(sees_end(client))
            self.assertIn("client_closed", proxy.line_with("ended"))

    def test_a_reset_of_one_side_resets_the_other(self):
        hard = bytes([1, 0, 0, 0, 0, 0, 0, 0])
        with line() as (proxy, client, target):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, hard)
            client.close()
            self.assertTrue(is_reset(target))
            self.assertIn("client_reset", proxy.line_with("ended"))
        with line() as (proxy, client, target):
            client.sendall(b"x")
            receive(target, 1)  # a reset before that is a target that does not take connections
            target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, hard)
            target.close()
            self.assertTrue(is_reset(client))
            self.assertIn("target_reset", proxy.line_with("ended"))

    def test_what_is_no_tls_any_more_ends_both_sides(self):
        with line() as (proxy, client, target):
            socket.socket.send(client, b"\x17\x03\x03\x00\x20" + bytes(32))
            self.assertTrue(is_reset(target))
            with self.assertRaisesRegex(ssl.SSLError, "BAD_RECORD_MAC"):
                client.recv(1)
            self.assertEqual(socket.socket.recv(client, 1), b"")  # no RST, which could overtake the alert
            self.assertIn("failed client protocol", proxy.line_with("failed"))
            self.assertIn("client_tls_failed", proxy.line_with("ended"))
        with line("target_verify=none", target=server_terms("address")) as (proxy, client, target):
            socket.socket.send(target, b"\x17\x03\x03\x00\x20" + bytes(32))
            self.assertTrue(is_reset(client))
            self.assertIn("failed target protocol", proxy.line_with("failed"))
            self.assertIn("target_tls_failed", proxy.line_with("ended"))


class Half:
    """One end that sends and reads at the same time; Python's ssl does not do that in two threads."""

    later = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

    def __init__(self, peer, text):
        self.peer, self.text, self.sent, self.got = peer, memoryview(text), 0, bytearray()
        peer.setblocking(False)

    def step(self, size):
        """False: there was nothing to do."""
        before = self.sent + len(self.got)
        with contextlib.suppress(*self.later):
            while self.sent < len(self.text):
                self.sent += self.peer.send(self.text[self.sent : self.sent + 50_000])
        with contextlib.suppress(*self.later):
            while len(self.got) < size:
                self.got += self.peer.recv(65536)
        return self.sent + len(self.got) > before


class Amounts(unittest.TestCase):
    def exchange(self, one, other, size):
        """Both send at the same time, and get what the other has sent."""
        texts = [random.Random(each).randbytes(size) for each in (1, 2)]
        halves = [Half(one, texts[0]), Half(other, texts[1])]
        while any(len(half.got) < size for half in halves):
            if not any([half.step(size) for half in halves]):
                ready = select.select([one, other], [], [], PATIENCE_S)
                self.assertTrue(ready[0], [(half.sent, len(half.got)) for half in halves])
        self.assertTrue(halves[0].got == texts[1] and halves[1].got == texts[0])

    def test_megabytes_go_both_ways_at_once(self):
        for terms in (None, server_terms("address")):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                client = client_terms(minimum_version=version, maximum_version=version)
                with line(*(["target_verify=none"] if terms else []), target=terms, client=client) as (_, one, other):
                    self.exchange(one, other, 12_000_000)

    def test_who_does_not_read_stops_the_other_side_and_loses_nothing(self):
        text = random.Random(3).randbytes(1 << 16)
        for terms in (None, server_terms("address")):
            for reversed_ in (False, True):
                with line(*(["target_verify=none"] if terms else []), target=terms) as (proxy, client, target):
                    sender, reader = (target, client) if reversed_ else (client, target)
                    sender.settimeout(0.5)
                    sent = 0
                    with contextlib.suppress(TimeoutError):
                        while sent < FLOOD:
                            sent += sender.send(text[sent % len(text) :])
                    self.assertLess(sent, FLOOD)
                    held = int(proxy.ask("held", "held").split()[1])
                    self.assertLess(held, 70_000)
                    sender.settimeout(PATIENCE_S)
                    finisher = threading.Thread(target=self.finish, args=(sender, text, sent))
                    finisher.start()
                    got = bytearray()
                    while piece := reader.recv(65536):
                        got += piece
                    finisher.join(PATIENCE_S)
                    self.assertTrue(got == text * (sent // len(text) + 1))

    @staticmethod
    def finish(sender, text, sent):
        sender.sendall(text[sent % len(text) :])  # with what the last send() has sealed already
        says_end(sender) if isinstance(sender, ssl.SSLSocket) else sender.shutdown(socket.SHUT_WR)

    def test_keys_are_updated_on_the_way(self):
        with echo() as port, StreamProxy(*shows("www-ec"), f"default={port}") as proxy:
            words = ["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.port}", "-tls1_3", "-quiet", "-no_ign_eof"]
            with Process(words, stdin=subprocess.PIPE) as client, client.process.stdin as keyboard:
                for number in range(20):
                    for text, answer in ((f"line {number}\n", f"line {number}"), ("K\n", "KEYUPDATE")):
                        keyboard.write(text)
                        keyboard.flush()
                        client.line_with(answer)


class Handshakes(unittest.TestCase):
    def refused(self, proxy, prepare):
        with contextlib.suppress(OSError), socket.create_connection(proxy.address, PATIENCE_S) as peer:
            prepare(peer)
        told = proxy.line_with("failed client")
        self.assertIn("ended client_tls_failed", proxy.line_with("ended"))
        return told

    def test_what_fails_has_a_name(self):
        def junk(peer):
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            peer.recv(100)

        def with_terms(**settings):
            terms = client_terms(**settings)
            terms.set_ciphers("ALL:@SECLEVEL=0")
            return lambda peer: terms.wrap_socket(peer)

        def distrust(peer):
            client_terms(verify_mode=ssl.CERT_REQUIRED, check_hostname=True).wrap_socket(peer, server_hostname="another.example")

        def weak(peer):
            terms = client_terms(maximum_version=ssl.TLSVersion.TLSv1_2)
            terms.set_ciphers("AES128-SHA")
            terms.wrap_socket(peer)

        with echo() as port, StreamProxy(*shows("www-ec"), f"default={port}") as proxy:
            self.assertIn("not_tls", self.refused(proxy, junk))
            self.assertIn("version", self.refused(proxy, with_terms(minimum_version=ssl.TLSVersion.TLSv1,
                                                                      maximum_version=ssl.TLSVersion.TLSv1_1)))
            self.assertIn("cipher", self.refused(proxy, weak))
            self.assertIn("closed", self.refused(proxy, lambda peer: None))
            self.assertRegex(self.refused(proxy, distrust), "alert|closed")

    def test_a_slow_client_is_reset(self):
        with echo() as port, StreamProxy(*shows("www-ec"), f"default={port}", "handshake_ms=300") as proxy:
            with socket.create_connection(proxy.address, PATIENCE_S) as peer:
                peer.sendall(b"\x16\x03\x01\x02\x00\x01")
                self.assertIn("timeout: The client took too long", proxy.line_with("failed client"))
                with contextlib.suppress(ConnectionResetError):
                    self.assertEqual(peer.recv(1), b"")

    def test_random_bytes_end_nobody_elses_connection(self):
        source = random.Random(5)
        with line() as (proxy, client, target):
            for number in range(300):
                with contextlib.suppress(OSError), socket.create_connection(proxy.address, PATIENCE_S) as peer:
                    start = b"\x16\x03\x01" if number % 2 else b""
                    peer.sendall(start + source.randbytes(source.randrange(1, 2000)))
            client.sendall(b"alive")
            self.assertEqual(receive(target, 5), b"alive")


class Targets(unittest.TestCase):
    def test_certificates_are_verified_for_the_address_by_the_ca(self):
        with line(f"target_ca={FOLDER / 'ca.pem'}", target=server_terms("address")) as (_, client, target):
            client.sendall(b"in")
            self.assertEqual(receive(target, 2), b"in")

    def test_and_for_the_name_which_is_asked_for(self):
        asked = []
        terms = server_terms("www-ec")
        terms.sni_callback = lambda session, name, context: asked.append(name)
        with line(f"target_ca={FOLDER / 'ca.pem'}", "target_name=www.example", target=terms) as (_, client, target):
            client.sendall(b"in")
            self.assertEqual(receive(target, 2), b"in")
        self.assertEqual(asked, ["www.example"])

    @contextlib.contextmanager
    def bad_target(self, name):
        """Shakes hands with whoever comes, or tries to."""
        terms = server_terms(name)
        with listening() as server:
            def run():
                with contextlib.suppress(OSError):
                    while True:
                        with contextlib.suppress(ssl.SSLError, ConnectionError), server.accept()[0] as peer:
                            terms.wrap_socket(peer, server_side=True).recv(1)

            threading.Thread(target=run, daemon=True).start()
            yield port_of(server)
            server.shutdown(socket.SHUT_RDWR)

    def test_a_target_that_is_not_believed_gets_nothing_and_another_one_is_tried(self):
        for name, ca in (("www-ec", "ca"), ("address", "other-ca"), ("old", "ca")):
            with self.bad_target(name) as bad, StreamProxy(*shows("www-ec"), f"default={bad}", f"target_ca={FOLDER / ca}.pem") as proxy:
                with connect(proxy) as client:
                    self.assertTrue(is_reset(client))
                self.assertIn("peer_certificate: The target's certificate is not to be trusted", proxy.line_with("failed target"))
                self.assertIn("ended target_tls_failed", proxy.line_with("ended"))
        with self.bad_target("www-ec") as bad, listening() as server:
            with StreamProxy(*shows("www-ec"), f"default={bad}", f"spare={port_of(server)}", f"target_ca={FOLDER / 'ca.pem'}") as proxy:
                with connect(proxy) as client:
                    with server_terms("address").wrap_socket(server.accept()[0], server_side=True) as target:
                        client.sendall(b"in")
                        self.assertEqual(receive(target, 2), b"in")

    def test_a_slow_target_is_passed_over(self):
        with listening() as slow, listening() as server:
            with StreamProxy(*shows("www-ec"), f"default={port_of(slow)}", f"spare={port_of(server)}", "target_verify=none",
                             "connect_ms=2000") as proxy, connect(proxy) as client:
                self.assertIn("timeout: The target took too long", proxy.line_with("failed target"))
                with server_terms("address").wrap_socket(server.accept()[0], server_side=True) as target:
                    client.sendall(b"in")
                    self.assertEqual(receive(target, 2), b"in")

    def test_a_target_that_speaks_no_tls_is_none(self):
        with listening() as server, StreamProxy(*shows("www-ec"), f"default={port_of(server)}", "target_verify=none") as proxy:
            with connect(proxy) as client, server.accept()[0] as target:
                target.recv(5)
                target.sendall(b"220 ready\r\n" * 10)
                self.assertTrue(is_reset(client))
                self.assertIn("failed target not_tls", proxy.line_with("failed"))

    def test_the_header_stands_in_front_of_the_handshake(self):
        with listening() as server, StreamProxy(*shows("www-ec"), "header=1", "alpn=http2_preferred", f"default={port_of(server)}",
                                                "target_verify=none") as proxy:
            terms = client_terms()
            terms.set_alpn_protocols(["h2"])
            with connect(proxy, terms) as client, server.accept()[0] as peer:
                header = receive(peer, 16)
                self.assertEqual(header[:12], b"\r\n\r\n\0\r\nQUIT\n")
                fields = receive(peer, int.from_bytes(header[14:], "big"))
                self.assertIn(b"\x02\x00\x0bwww.example", fields)
                self.assertIn(b"\x01\x00\x02h2", fields)
                with server_terms("address", ["http/1.1", "h2"]).wrap_socket(peer, server_side=True) as target:
                    self.assertEqual(target.selected_alpn_protocol(), "h2")  # what the client speaks is offered, no more
                    client.sendall(b"in")
                    self.assertEqual(receive(target, 2), b"in")

    def test_without_alpn_of_the_client_none_is_offered(self):
        with line("alpn=http2_preferred", "target_verify=none", target=server_terms("address", ["http/1.1", "h2"])) as (_, _client, target):
            self.assertIsNone(target.selected_alpn_protocol())

    def test_curl_gets_a_page_of_nginx_over_two_tls(self):
        port, config = listening(), FOLDER / "nginx.conf"
        number = port_of(port)
        port.close()
        config.write_text(f"""
            daemon off; master_process off; pid {FOLDER}/pid; error_log {FOLDER}/error.log; events {{}}
            http {{ access_log off; client_body_temp_path {FOLDER}; proxy_temp_path {FOLDER}; fastcgi_temp_path {FOLDER};
                    scgi_temp_path {FOLDER}; uwsgi_temp_path {FOLDER};
              server {{ listen 127.0.0.1:{number} ssl http2; ssl_certificate {FOLDER}/address.pem; ssl_certificate_key {FOLDER}/address.key;
                return 200 "$server_protocol\\n"; }} }}""")
        with Process(["nginx", "-c", config]):
            wait_until_it_listens(number)
            with StreamProxy(*shows("www-ec"), "alpn=http2_preferred", f"default={number}", f"target_ca={FOLDER / 'ca.pem'}") as proxy:
                for version, words in (("2.0", ["--http2"]), ("1.1", ["--http1.1"])):
                    page = subprocess.run(["curl", "-sS", "--cacert", FOLDER / "ca.pem", "--connect-to", f"::127.0.0.1:{proxy.port}", *words,
                                           "https://www.example/"], capture_output=True, text=True, timeout=PATIENCE_S)
                    self.assertEqual((page.stdout, page.stderr), (f"HTTP/{version}\n", ""))


@contextlib.contextmanager
def echo():
    """A plain target that says again what it hears, on as many connections as come."""
    with listening() as server:
        def serve(peer):
            with contextlib.suppress(OSError), peer:
                while piece := peer.recv(65536):
                    peer.sendall(piece)

        def run():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield port_of(server)
        server.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    unittest.main(verbosity=2)
