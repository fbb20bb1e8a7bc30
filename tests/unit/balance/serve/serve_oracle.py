# SPDX-License-Identifier: Apache-2.0
"""The L7 engine between programs that others wrote (curl, wrk, openssl, nginx), and between sockets that do what no
decent program does. usage: serve_oracle.py SERVE_LINES MAKE_CERTIFICATES"""
import contextlib
import hashlib
import os
import pathlib
import re
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from serve_kit import *

MAKE_CERTIFICATES = sys.argv.pop(2)
Gateway.program = sys.argv.pop(1)


def status_of(text):
    return int(text.split(b" ", 2)[1]) if text.startswith(b"HTTP/") else None


class WithNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        os.chmod(cls.folder, 0o777)  # nginx's worker is nobody
        cls.large = os.urandom(1 << 20) * 24
        (pathlib.Path(cls.folder) / "large").write_bytes(cls.large)
        (pathlib.Path(cls.folder) / "small").write_bytes(b"x" * 1000)
        certificates = pathlib.Path(cls.folder) / "tls"
        certificates.mkdir()
        with open(certificates / "log", "w") as log:
            subprocess.run([MAKE_CERTIFICATES, certificates], check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        cls.certificates = certificates
        cls.nginx = Nginx(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.__exit__()
        cls.temporary.cleanup()

    def gateway(self, **settings):
        return Gateway(*self.nginx.ports, **settings)

    def secure(self, **settings):
        return self.gateway(https=free_port(), certificate=self.certificates / "www-ec.pem",
                            key=self.certificates / "www-ec.key", **settings)

    def test_curl_gets_what_nginx_has(self):
        with self.gateway() as gateway:
            base = f"http://127.0.0.1:{gateway.http}"
            for version in ["--http1.0", "--http1.1"]:
                got = curl(version, f"{base}/large")
                self.assertEqual(hashlib.sha256(got.stdout).digest(), hashlib.sha256(self.large).digest())
            self.assertIn(b"Content-Length: 1000\r\n", curl("--head", f"{base}/small").stdout)
            self.assertEqual(curl("--range", "10-19", f"{base}/small").stdout, b"x" * 10)
            self.assertEqual(status_of(curl("--head", f"{base}/none").stdout), 404)

    def test_targets_have_their_turns_and_are_told_of_the_client(self):
        with self.gateway() as gateway:
            seen = [curl(f"http://127.0.0.1:{gateway.http}/echo").stdout.decode().split() for _ in range(4)]
            self.assertEqual(sorted({words[0] for words in seen}), sorted(map(str, self.nginx.ports)))
            self.assertEqual(seen[0][1:], ["GET", "127.0.0.1", "127.0.0.1", "http", str(gateway.http)])

    def test_uploads_arrive_whole_with_a_length_and_in_chunks(self):
        with self.gateway() as gateway:
            stored = pathlib.Path(self.folder) / "stored"
            with Nginx(self.folder, "location /put/ { dav_methods PUT; alias " + self.folder + "/; }") as nginx, \
                    Gateway(nginx.ports[0]) as gateway:
                for words in [[], ["--header", "Transfer-Encoding: chunked"], ["--header", "Expect: 100-continue"]]:
                    stored.unlink(missing_ok=True)
                    got = curl("--upload-file", f"{self.folder}/large", *words, "--write-out", "%{http_code}",
                               f"http://127.0.0.1:{gateway.http}/put/stored")
                    self.assertEqual(got.stdout, b"201", words)
                    self.assertEqual(stored.read_bytes(), self.large, words)

    def test_pipelined_requests_are_answered_in_their_order(self):
        with self.gateway() as gateway:
            paths = ["/fixed", "/small", "/echo", "/none", "/moved/x?y=1", "/small"]
            requests = b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path.encode() for path in paths)
            got = gateway.exchange(requests + b"GET /fixed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            self.assertEqual([int(code) for code in re.findall(rb"HTTP/1.1 (\d+) ", got)], [200, 200, 200, 404, 301, 200, 200])
            self.assertIn(b"Location: https://a/moved/x?y=1\r\n", got)

    def test_a_client_that_reads_slowly_fills_no_memory(self):
        with self.gateway() as gateway, gateway.connect() as client:
            before = gateway.memory_kb()
            client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            got = client.recv(1000)
            # As much is under way as there is room for, once nothing moves any more.
            waiting = -1
            while waiting != (waiting := int(subprocess.run(["ss", "-Htnm", f"sport = :{gateway.http}"], capture_output=True,
                                                          text=True).stdout.split()[2])) or waiting == 0:
                time.sleep(0.2)
            self.assertFalse(gateway.has_grown_by_more(before, 4000))
            got += read_all(client)
            self.assertEqual(got.split(b"\r\n\r\n", 1)[1], self.large)

    def test_wrk_finds_no_fault(self):
        with self.gateway() as gateway:
            said = subprocess.run(["wrk", "-t1", "-c32", "-d2", f"http://127.0.0.1:{gateway.http}/small"],
                                  capture_output=True, text=True, timeout=PATIENCE_S).stdout
            self.assertNotIn("Non-2xx", said)
            self.assertNotIn("Socket errors", said)
        requests, opened = re.search(r"requests (\d+).*to targets (\d+)", gateway.said).groups()
        self.assertGreater(int(requests), 100)
        self.assertLess(int(opened), 64)  # the others were reused

    def test_a_cookie_leads_back_to_its_target_until_that_is_gone(self):
        with Target(sends(ok)) as mortal, Gateway(mortal.port, self.nginx.ports[0], sticky=True) as gateway:
            jar = f"{self.folder}/jar-{gateway.http}"
            url = f"http://127.0.0.1:{gateway.http}/echo"
            while curl("--cookie-jar", jar, url).stdout != b"ok\n":
                pass
            for _ in range(4):
                self.assertEqual(curl("--cookie", jar, url).stdout, b"ok\n")
            mortal.__exit__()
            got = curl("--cookie", jar, "--cookie-jar", jar, url).stdout.decode()
            self.assertEqual(got.split()[0], str(self.nginx.ports[0]))
            self.assertIn("SALLYPORT", pathlib.Path(jar).read_text())

    def test_tls_to_the_client_and_to_the_target(self):
        settings = f"ssl_certificate {self.certificates}/www-ec.pem; ssl_certificate_key {self.certificates}/www-ec.key;"
        port = free_port()
        with Nginx(self.folder, f"listen 127.0.0.1:{port} ssl; {settings}"):
            with self.secure() as gateway:
                url = f"https://www.example:{gateway.https}"
                to = ["--resolve", f"www.example:{gateway.https}:127.0.0.1", "--cacert", f"{self.certificates}/ca.pem", "--http1.1"]
                self.assertEqual(curl(*to, f"{url}/large").stdout, self.large)
                self.assertEqual(curl(*to, f"{url}/echo").stdout.split()[4], b"https")
            believed = {"target_ca": self.certificates / "ca.pem", "target_name": "www.example"}
            with Gateway(port, **believed) as gateway:
                self.assertEqual(curl(f"http://127.0.0.1:{gateway.http}/large").stdout, self.large)
            with Gateway(port, **{**believed, "target_name": "other.example"}) as gateway:
                self.assertEqual(status_of(curl("--include", f"http://127.0.0.1:{gateway.http}/echo").stdout), 502)

    def test_who_a_client_with_a_certificate_is_the_target_and_the_log_are_told(self):
        seen = []

        def serve(peer):
            while head := read_head(peer):
                seen.append(head.decode())
                peer.sendall(ok)

        def ask(gateway, *words):
            to = ["--resolve", f"www.example:{gateway.https}:127.0.0.1", "--cacert", self.certificates / "ca.pem"]
            return curl(*to, *words, "--header", "X-Amzn-Mtls-Clientcert-Subject: CN=me", f"https://www.example:{gateway.https}/")

        good = ["--cert", self.certificates / "good.pem", "--key", self.certificates / "good.key"]
        stranger = ["--cert", self.certificates / "stranger.pem", "--key", self.certificates / "stranger.key"]
        own = {"https": free_port(), "certificate": self.certificates / "www-ec.pem", "key": self.certificates / "www-ec.key"}
        with Target(serve) as target:
            with Gateway(target.port, trust=self.certificates / "ca.pem", log="alb", **own) as gateway:
                self.assertEqual(ask(gateway, *good).stdout, b"ok\n")
                self.assertNotEqual(ask(gateway, *stranger).returncode, 0)
                self.assertNotEqual(ask(gateway).returncode, 0)
            self.assertEqual(len(seen), 1)
            told = dict(re.findall(r"X-Amzn-Mtls-Clientcert-(\S+): (.*)\r\n", seen[0]))
            self.assertEqual(sorted(told), ["Issuer", "Leaf", "Serial-Number", "Subject", "Validity"])
            subject, serial = subprocess.run(["openssl", "x509", "-noout", "-subject", "-nameopt", "RFC2253", "-serial", "-in", self.certificates / "good.pem"],
                                             capture_output=True, text=True, check=True).stdout.splitlines()
            self.assertEqual(told["Subject"], subject.removeprefix("subject="))
            self.assertEqual(told["Serial-Number"], serial.removeprefix("serial="))
            lines = [line for line in gateway.said.splitlines() if f" {gateway.https} TLSv1.3 " in line]
            self.assertTrue(any(f' "{told["Subject"]}" {told["Validity"]} {told["Serial-Number"]} Success ' in line for line in lines), lines)
            self.assertTrue(any(" Failed:" in line for line in gateway.said.splitlines()), gateway.said)
            with Gateway(target.port, passthrough=True, **own) as gateway:
                self.assertEqual(ask(gateway, *stranger).stdout, b"ok\n")
            self.assertIn("X-Amzn-Mtls-Clientcert: -----BEGIN%20CERTIFICATE-----", seen[-1])

    def test_a_target_killed_under_load_costs_no_idempotent_request(self):
        dying = subprocess.Popen([sys.executable, "-c", """
import http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nok\\n")  # all of it or nothing
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""], stdout=subprocess.PIPE, text=True)
        with dying, Gateway(int(dying.stdout.readline()), *self.nginx.ports) as gateway:
            load = subprocess.Popen(["wrk", "-t1", "-c16", "-d4", f"http://127.0.0.1:{gateway.http}/small"],
                                    stdout=subprocess.PIPE, text=True)
            time.sleep(1)
            dying.kill()
            said, _ = load.communicate(timeout=PATIENCE_S)
            self.assertNotIn("Non-2xx", said)
            self.assertNotIn("Socket errors", said)
        self.assertGreater(int(re.search(r"retries (\d+)", gateway.said)[1]), 0)


class Faults(unittest.TestCase):
    get = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    post = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"

    def test_what_targets_do_wrong_has_its_status(self):
        for what, serve, request, status in [
                ("closes at once", lambda peer: read_head(peer) and None, self.post, 502),
                ("says nothing", lambda peer: peer.recv(1) and read_all(peer), self.get, 504),
                ("is no HTTP", sends(b"SSH-2.0-OpenSSH_9\r\n\r\n", "close"), self.post, 502),
                ("has too large a head", sends(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40000 + b"\r\n\r\n", "close"), self.get, 502),
                ("upgrades unasked", sends(b"HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), self.get, 502),
                ("has two lengths", sends(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), self.get, 502)]:
            with self.subTest(what), Target(serve) as target, Gateway(target.port, target_response=500) as gateway:
                self.assertEqual(status_of(gateway.exchange(request)), status)

    def test_an_answer_that_breaks_off_is_not_made_whole(self):
        for head in [b"Content-Length: 10\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"]:
            with Target(sends(b"HTTP/1.1 200 OK\r\n" + head, "close")) as target, Gateway(target.port) as gateway:
                got = curl(f"http://127.0.0.1:{gateway.http}/")
                self.assertNotEqual(got.returncode, 0)

    def test_nobody_there(self):
        with Gateway(free_port()) as gateway:
            self.assertEqual(status_of(gateway.exchange(self.get)), 502)

    def test_idempotent_requests_are_sent_again_others_are_not(self):
        closes = Target(lambda peer: read_head(peer) and None)
        with closes, Target(sends(ok)) as good:
            with Gateway(closes.port, good.port) as gateway:
                self.assertEqual([status_of(gateway.exchange(self.get)) for _ in range(4)], [200] * 4)
            with Gateway(closes.port, good.port) as gateway:
                self.assertEqual(sorted(status_of(gateway.exchange(self.post)) for _ in range(4)), [200, 200, 502, 502])

    def test_a_connection_that_the_target_has_closed_meanwhile_is_replaced(self):
        with Target(sends(ok, "close")) as target, Gateway(target.port) as gateway:
            for _ in range(5):
                self.assertEqual(status_of(gateway.exchange(self.get)), 200)

    def test_a_length_of_zero_is_an_end(self):
        with Target(sends(ok)) as target, Gateway(target.port) as gateway, gateway.connect() as client:
            for _ in range(3):
                client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                self.assertEqual(status_of(read_head(client)), 200)
            self.assertEqual(len(target.peers), 1)

    def test_slow_clients_are_told(self):
        with Target(lambda peer: read_all(peer)) as target, Gateway(target.port, header_read=300, idle=500) as gateway:
            self.assertEqual(status_of(gateway.exchange(b"GET / HTTP/1.1\r\nHost")), 408)
            self.assertEqual(status_of(gateway.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")), 408)
            self.assertEqual(gateway.exchange(b""), b"")

    def test_the_pace_of_content_is_the_clients_while_the_target_takes_it(self):
        slow = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nConnection: close\r\n\r\n"
        with Target(read_all) as target, Gateway(target.port, body_rate=1000, log="alb") as gateway:
            began = time.monotonic()
            self.assertEqual(status_of(gateway.exchange(slow, b"abc")), 408)
            self.assertLess(time.monotonic() - began, 30)  # not the idle timeout's minute
        self.assertRegex(gateway.said, r'(?m)^http .* 408 - 3 .*"POST ')

    def test_who_goes_before_the_answer_is_written_down(self):
        asked, let_go = threading.Event(), threading.Event()

        def wait_for_the_end(peer):
            asked.set()
            read_all(peer)
            let_go.set()

        with Target(wait_for_the_end) as target, Gateway(target.port, log="alb") as gateway:
            with gateway.connect() as client:
                client.sendall(self.get)
                self.assertTrue(asked.wait(PATIENCE_S))
            self.assertTrue(let_go.wait(PATIENCE_S))
        self.assertRegex(gateway.said, r'(?m)^http .* 460 - .*"GET ')

    def test_what_is_too_much(self):
        with Target(sends(ok)) as target, Gateway(target.port, body_limit=4) as gateway:
            post = b"POST / HTTP/1.1\r\nHost: a\r\n"
            self.assertEqual(status_of(gateway.exchange(post + b"Content-Length: 5\r\n\r\n")), 413)
            self.assertEqual(status_of(gateway.exchange(post + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")), 413)
            self.assertEqual(status_of(gateway.exchange(b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")), 414)
            self.assertEqual(status_of(gateway.exchange(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 17000 + b"\r\n\r\n")), 431)
            self.assertEqual(status_of(gateway.exchange(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: " + b"1.2.3.4," * 31 + b"\r\n\r\n")), 463)

    def test_a_request_has_one_outcome_for_its_target(self):
        for answer, outcomes in [(ok, "1 well, 0 not"), (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "0 well, 1 not"),
                                 (b"HTTP/1.1 500 Oh\r\nContent-Length: 10\r\n\r\nabc", "0 well, 1 not"), (b"", "0 well, 1 not")]:
            with Target(lambda peer: read_head(peer) and peer.sendall(answer)) as target, Gateway(target.port) as gateway:
                gateway.exchange(self.get.replace(b"GET", b"POST"))
            self.assertIn(f"\noutcomes {outcomes}\n", gateway.said, answer)

    def test_what_is_missing_here_is_no_fault_of_a_target(self):
        if keeps_what_is_freed(Gateway.program):
            self.skipTest("UBSan needs descriptors itself: it finds out by a pipe whether an object's memory can be read")
        with Target(sends(ok)) as target, Gateway(target.port) as gateway:
            process = gateway.process.pid
            limits = resource.prlimit(process, resource.RLIMIT_NOFILE)
            room = len(os.listdir(f"/proc/{process}/fd")) + 1  # for the client, and for no target
            resource.prlimit(process, resource.RLIMIT_NOFILE, (room, limits[1]))
            self.assertEqual(status_of(gateway.exchange(self.get)), 503)
            resource.prlimit(process, resource.RLIMIT_NOFILE, limits)
            self.assertEqual(status_of(gateway.exchange(self.get)), 200)

    def test_more_connections_than_there_may_be_are_told(self):
        keep = self.get.replace(b"Connection: close\r\n", b"")
        with Target(sends(ok)) as target:
            for settings in [{"connections": 3}, {"client_connections": 3}]:
                with self.subTest(settings), Gateway(target.port, **settings) as gateway:
                    clients = [gateway.connect() for _ in range(3)]
                    for client in clients:
                        client.sendall(keep)
                        self.assertEqual(status_of(read_head(client)), 200)
                    self.assertEqual(status_of(gateway.exchange(keep)), 503)
                    clients.pop().close()
                    # There is room again as soon as the engine has seen the end.
                    while status_of(gateway.exchange(self.get)) != 200:
                        time.sleep(0.01)
                    for client in clients:
                        client.close()

    def test_smuggled_requests_do_not_reach_the_target(self):
        seen = []

        def serve(peer):
            while head := read_head(peer):
                seen.append(head)
                peer.sendall(ok)

        both = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /inner HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        with Target(serve) as target:
            for mode in ["defensive", "strictest"]:
                with Gateway(target.port, desync=mode) as gateway:
                    gateway.exchange(both)
                self.assertNotIn(b"inner", b"".join(seen), mode)
            with Gateway(target.port, desync="monitor") as gateway:
                gateway.exchange(both)
            # What follows the body is a request of its own, which the target is told the client of.
            self.assertTrue(all(b"X-Forwarded-For: 127.0.0.1\r\n" in head for head in seen), seen)
            with Gateway(target.port) as gateway:
                unknown = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"
                self.assertIn(status_of(gateway.exchange(unknown)), [400, 501])

    def test_connections_of_an_ambiguous_request_end_with_it(self):
        seen = []

        def serve(peer):
            while head := read_head(peer):
                seen.append(head)
                peer.sendall(ok)

        plain = b"GET / HTTP/1.1\r\nHost: a\r\n%s\r\n"
        with Target(serve) as target, Gateway(target.port) as gateway:
            got = gateway.exchange(plain % b"X-Empty-Name: 1\r\nTransfer-Encoding: identity\r\n")
            self.assertIn(b"Connection: close\r\n", got)  # and it has ended, or this would still wait
            self.assertIn(b"\r\nConnection: close\r\n", seen[0])
            self.assertEqual(status_of(gateway.exchange(plain % b"Connection: close\r\n")), 200)
            self.assertNotIn(b"\r\nConnection: close\r\n", seen[1])
            self.assertEqual(len(target.peers), 2)

    def test_chunks_and_trailers_go_through_both_ways(self):
        seen = []

        def serve(peer):
            got = read_head(peer)
            while not got.endswith(b"\r\n\r\n") or b"0\r\n" not in got:
                got += peer.recv(65536)
            seen.append(got)
            peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n")

        with Target(serve) as target, Gateway(target.port) as gateway:
            got = gateway.exchange(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
                                   b"2\r\nhi\r\n", b"0\r\nX-Check: 7\r\n\r\n")
            self.assertIn(b"X-Check: 7\r\n", seen[0])
            self.assertIn(b"\r\nhi\r\n", seen[0])
            self.assertTrue(got.endswith(b"3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n"), got)

    def test_a_websocket_is_a_tunnel(self):
        def serve(peer):
            head = read_head(peer)
            if b"Upgrade: websocket" not in head:
                return
            peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello")
            while piece := peer.recv(65536):
                peer.sendall(piece.upper())
            peer.sendall(b"bye")

        with Target(serve) as target, Gateway(target.port) as gateway, gateway.connect() as client:
            client.sendall(b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            got = b""
            while not got.endswith(b"hello"):
                got += client.recv(65536)
            self.assertEqual(status_of(got), 101)
            client.sendall(b"some" * 100000)
            echo = b""
            while len(echo) < 400000:
                echo += client.recv(65536)
            self.assertEqual(echo, b"SOME" * 100000)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(client), b"bye")

    def test_a_request_that_nobody_waits_for_is_given_up(self):
        gone = threading.Event()

        def serve(peer):
            read_head(peer)
            if not read_all(peer):
                gone.set()

        with Target(serve) as target, Gateway(target.port) as gateway:
            client = gateway.connect()
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            while not target.peers:
                time.sleep(0.01)
            client.close()
            self.assertTrue(gone.wait(PATIENCE_S))

    def test_requests_at_a_target_that_has_to_go_are_asked_elsewhere_or_end(self):
        asked = threading.Event()

        def hold(peer):
            read_head(peer)
            asked.set()
            read_all(peer)

        for request, status in [(self.get, 200), (self.post, 502)]:
            with self.subTest(status), Target(hold) as leaving, Target(sends(ok)) as good, \
                    Gateway(leaving.port, good.port) as gateway:
                clients = [gateway.connect(), gateway.connect()]
                for client in clients:
                    self.addCleanup(client.close)
                    client.sendall(request)
                self.assertTrue(asked.wait(PATIENCE_S))
                gateway.process.stdin.write(f"end {leaving.port}\n")
                gateway.process.stdin.flush()
                self.assertEqual(sorted(status_of(read_all(client)) for client in clients), sorted([200, status]))
                self.assertEqual(status_of(gateway.exchange(request)), 200)
                asked.clear()

    def test_rules_that_change_hold_for_the_next_request_of_a_connection(self):
        fixed = b"GET /fixed HTTP/1.1\r\nHost: a\r\n\r\n"
        with Target(sends(ok)) as target, Gateway(target.port) as gateway, gateway.connect() as client:
            client.sendall(fixed)
            self.assertTrue(read_head(client).endswith(b"\r\n\r\nfixed\n"))
            gateway.process.stdin.write("fixed another\n")
            gateway.process.stdin.flush()
            seen = b""
            while not seen.endswith(b"another"):  # once the thread has heard of it
                client.sendall(fixed)
                seen = read_head(client)

    def test_who_asks_and_ends_at_once_is_answered(self):
        with Target(sends(ok)) as target, Gateway(target.port) as gateway, gateway.connect() as client:
            client.sendall(b"GET /fixed HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(client).count(b"HTTP/1.1 200"), 3)

    def test_who_asks_and_does_not_read_fills_no_memory(self):
        fixed = b"GET /fixed HTTP/1.1\r\nHost: a\r\n\r\n"
        with Target(sends(ok)) as target, Gateway(target.port, requests=10**9) as gateway, gateway.connect() as client:
            client.sendall(fixed)
            read_head(client)
            before = gateway.memory_kb()
            client.setblocking(False)
            asked, sent = fixed * 400000, 0
            while True:
                with contextlib.suppress(BlockingIOError):
                    while sent < len(asked):
                        sent += client.send(asked[sent:])
                if not select.select([], [client], [], 1)[1] or sent == len(asked):
                    break  # nobody takes any more
            self.assertFalse(gateway.has_grown_by_more(before, 16_000))  # of fifty megabytes of answers
            client.settimeout(PATIENCE_S)
            answers, tail = 0, b""
            while answers < sent // len(fixed):
                piece = tail + client.recv(1 << 20)
                answers += piece.count(b"\nfixed\n")
                tail = piece[piece.rfind(b"\nfixed\n") + 7 :][-6:] if b"\nfixed\n" in piece else piece[-6:]

    def test_the_end_of_an_answer_waits_for_a_slow_client(self):
        large = os.urandom(1 << 20) * 8

        def serve(peer):
            read_head(peer)
            peer.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + large)

        with Target(serve) as target, Gateway(target.port) as gateway, gateway.connect() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            got = client.recv(1000)
            while len(got) < len(large):
                if len(large) - 200_000 < len(got) < len(large) - 190_000:
                    time.sleep(2.5)  # longer than the gateway waits for an end when all is said
                piece = client.recv(8192)
                if not piece:
                    break
                got += piece
            got += read_all(client)
            self.assertEqual(hashlib.sha256(got.split(b"\r\n\r\n", 1)[1]).digest(), hashlib.sha256(large).digest())

    def test_an_answer_before_the_end_of_the_request_says_that_it_is_the_last_one(self):
        with Target(sends(ok)) as target, Gateway(target.port) as gateway:
            got = gateway.exchange(b"POST /fixed HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc")
            self.assertIn(b"Connection: close\r\n", got)

    def test_what_the_gateway_alone_may_say_a_client_can_not(self):
        seen = []

        def serve(peer):
            seen.append(read_head(peer))
            peer.sendall(ok)

        with Target(serve) as target, Gateway(target.port) as gateway:
            for name in [b"X-Amzn-Mtls-Clientcert-Subject", b"x_amzn_mtls_clientcert_subject", b"X-Amzn_Tls-Version"]:
                gateway.exchange(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s: CN=admin\r\n\r\n" % name)
        self.assertEqual(len(seen), 3)
        self.assertNotIn(b"admin", b"".join(seen))

    def test_what_comes_before_an_upgrade_is_granted_is_the_tunnels(self):
        def serve(peer):
            read_head(peer)
            asked.wait(PATIENCE_S)
            peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
            peer.sendall(peer.recv(100).upper())

        asked = threading.Event()
        with Target(serve) as target, Gateway(target.port) as gateway, gateway.connect() as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" + b"early")
            asked.set()
            got = b""
            while not got.endswith(b"EARLY"):
                got += client.recv(65536)

    def test_a_connection_serves_so_many_requests(self):
        with Target(sends(ok)) as target, Gateway(target.port, requests=3) as gateway:
            got = gateway.exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 5)
            self.assertEqual(got.count(b"HTTP/1.1 200"), 3)
            self.assertEqual(got.count(b"Connection: close"), 1)


if __name__ == "__main__":
    for program in ["nginx", "curl", "wrk", "openssl", "ss"]:
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: lab/install-deps")
    unittest.main()
