# SPDX-License-Identifier: Apache-2.0
"""The stream proxy between programs that others wrote: HAProxy and nginx read its PROXY headers, HAProxy and curl write
headers for it, openssl speaks TLS through it, and tshark takes a header apart. usage: stream_oracle.py STREAM_LINES"""
import re
import socket
import subprocess
import sys
import unittest

from stream_kit import *

StreamProxy.program = sys.argv.pop(1)
ENDPOINT = "2b8ee1d4db0c51c4"
REPORT = ("%[src] %[src_port] %[dst] %[dst_port] authority=%[fc_pp_authority] "
          "unique=%[fc_pp_unique_id]")
HTTP = b"GET / HTTP/1.0\r\n\r\n"


class Programs(Folder):
    def haproxy(self, sections, *sockets):
        """HAProxy with these sections; the sockets are fd@N in them."""
        config = self.folder / "haproxy.cfg"
        config.write_text("defaults\n mode tcp\n timeout connect 60s\n timeout client 60s\n timeout server 60s\n" + sections)
        process = Process(["haproxy", "-db", "-f", config], pass_fds=[each.fileno() for each in sockets])
        self.addCleanup(process.__exit__)
        return process

    def haproxy_receiver(self):
        """HAProxy that answers with what the PROXY header told it; its port."""
        server = listening()
        self.addCleanup(server.close)
        self.haproxy(f"frontend in\n mode http\n bind fd@{server.fileno()} accept-proxy\n"
                     f' http-request return status 200 content-type text/plain lf-string "{REPORT}"\n', server)
        return port_of(server)

    def nginx_receiver(self):
        """nginx that answers with what the PROXY header told it; its port."""
        reserved = socket.socket()  # bound as well, so that nobody else gets the port
        self.addCleanup(reserved.close)
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        config = self.folder / "nginx.conf"
        config.write_text(f"""
            daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/error.log;
            events {{}}
            http {{ access_log off; client_body_temp_path {self.folder}; proxy_temp_path {self.folder};
                    fastcgi_temp_path {self.folder}; scgi_temp_path {self.folder}; uwsgi_temp_path {self.folder};
              server {{ listen 127.0.0.1:{port_of(reserved)} proxy_protocol;
                return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr $proxy_protocol_server_port"; }} }}
            """)
        process = Process(["nginx", "-c", config])
        self.addCleanup(process.__exit__)
        wait_until_it_listens(port_of(reserved))
        return port_of(reserved)


class HeadersOut(Programs):
    def check_reader(self, port, *words):
        for listen, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
            with StreamProxy(f"listen={listen}", "header=1", f"default={port}", *words) as proxy:
                answer, client = exchange((listen, proxy.port), HTTP)
                told = answer.split(b"\r\n\r\n", 1)[1].decode()
                self.assertTrue(told.startswith(f"{listen} {client[1]} {listen} {proxy.port}"), told)

    def test_haproxy_reads_our_header(self):
        self.check_reader(self.haproxy_receiver(), f"endpoint={ENDPOINT}", "chain=perimeter")

    def test_nginx_reads_our_header(self):
        # nginx 1.22 takes headers of at most 107 bytes: with IPv6, endpoint id and names it would be more.
        self.check_reader(self.nginx_receiver(), "chain=perimeter")

    def test_haproxy_refuses_what_has_no_header(self):
        with StreamProxy(f"default={self.haproxy_receiver()}") as proxy:
            answer, _ = exchange(proxy.address, HTTP)
            self.assertNotIn(b"200", answer or b"")

    def test_haproxy_sees_server_name_as_authority(self):
        port = self.haproxy_receiver()
        hello = captured_hello("a.example")
        log = listening()
        with log, StreamProxy("sni=1", "header=1", f"*={port_of(log)}") as proxy:
            with socket.create_connection(proxy.address) as client:
                client.sendall(hello)
                with log.accept()[0] as target:
                    got = b""
                    while not got.endswith(hello):
                        got += target.recv(65536)
            header = got[: -len(hello)]
        # The very header, with HTTP behind it, to HAProxy.
        answer, _ = exchange(("127.0.0.1", port), header + HTTP)
        self.assertIn(b"authority=a.example", answer)
        # One wrong bit, and HAProxy finds the checksum wrong.
        broken = bytearray(header)
        broken[20] ^= 1
        answer, _ = exchange(("127.0.0.1", port), bytes(broken) + HTTP)
        self.assertNotIn(b"200", answer or b"")

    def test_tshark_takes_our_header_apart(self):
        target = listening()
        with target, StreamProxy("header=1", f"endpoint={ENDPOINT}", "chain=perimeter", f"default={port_of(target)}") as proxy:
            with socket.create_connection(proxy.address) as client:
                end = client.getsockname()
                with target.accept()[0] as accepted:
                    header = accepted.recv(65536)
        from scapy.all import IP, TCP, Ether, Raw, wrpcap
        trace = str(self.folder / "header.pcap")
        wrpcap(trace, Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=50000, dport=8080, flags="PA", seq=1) / Raw(header))
        fields = ["proxy.src.ipv4", "proxy.srcport", "proxy.dst.ipv4", "proxy.dstport", "proxy.v2.tlv.type", "proxy.v2.tlv.value"]
        words = [word for field in fields for word in ("-e", field)]
        read = subprocess.run(["tshark", "-r", trace, "-o", "tcp.try_heuristic_first:TRUE", "-T", "fields", *words],
                              capture_output=True, text=True, check=True).stdout.rstrip("\n").split("\t")
        self.assertEqual(read[:4], ["127.0.0.1", str(end[1]), "127.0.0.1", str(proxy.port)])
        # tshark 4.0 leaves out fields that begin in the last 16 bytes, as the checksum does; HAProxy checks that one.
        self.assertEqual([int(number, 0) for number in read[4].split(",")], [0xEA, 0xE5, 0xE6])
        values = [bytes.fromhex(value.replace(":", "")) for value in read[5].split(",")]
        self.assertEqual(values[:3], [b"\x010x" + ENDPOINT.encode(), b"office", b"perimeter"])


class HeadersIn(Programs):
    def check_sender(self, options):
        """A client through HAProxy, which sends a header, through the stream proxy to a plain target."""
        front, target = listening(), listening()
        with front, target, StreamProxy("trusted=127.0.0.0/8", f"default={port_of(target)}") as proxy:
            self.haproxy(f"listen out\n bind fd@{front.fileno()}\n server s 127.0.0.1:{proxy.port} {options}\n", front)
            with socket.create_connection(("127.0.0.1", port_of(front))) as client:
                client.sendall(b"data")
                with target.accept()[0] as accepted:
                    self.assertEqual(accepted.recv(100), b"data")
                end = client.getsockname()
            self.assertIn(f"127.0.0.1:{end[1]} 127.0.0.1:{port_of(front)}", proxy.line_with("ended"))

    def test_haproxy_sends_version_1(self):
        self.check_sender("send-proxy")

    def test_haproxy_sends_version_2(self):
        self.check_sender("send-proxy-v2")

    def test_haproxy_sends_version_2_with_checksum(self):
        self.check_sender("send-proxy-v2 proxy-v2-options crc32c,unique-id")

    def test_curl_sends_version_1(self):
        target = listening()
        with target, StreamProxy("trusted=127.0.0.0/8", f"default={port_of(target)}") as proxy:
            with Process(["curl", "-s", "--haproxy-protocol", f"http://127.0.0.1:{proxy.port}/"]):
                with target.accept()[0] as accepted:
                    self.assertTrue(accepted.recv(1000).startswith(b"GET / HTTP/1.1"))


def captured_hello(name):
    with listening() as server:
        with Process(["openssl", "s_client", "-connect", f"127.0.0.1:{port_of(server)}", "-servername", name],
                     stdin=subprocess.DEVNULL):
            with server.accept()[0] as accepted:
                hello = accepted.recv(65536)
                while len(hello) < 5 + int.from_bytes(hello[3:5], "big"):
                    hello += accepted.recv(65536)
                return hello


class ServerNames(Folder):
    def tls_server(self, name):
        key, certificate = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        server = Process(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"])
        self.addCleanup(server.__exit__)
        return int(server.line_with("ACCEPT").rsplit(":", 1)[1])

    def subject(self, proxy, *words):
        """The subject of the certificate that openssl s_client sees."""
        seen = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{proxy.port}", *words],
                              input="", capture_output=True, text=True, timeout=PATIENCE_S).stdout
        found = re.search(r"subject=CN = (\S+)", seen)
        return found.group(1) if found else None

    def test_tls_goes_through_to_the_target_of_its_name(self):
        one, two, rest = (self.tls_server(name) for name in ("one", "two", "rest"))
        with StreamProxy("sni=1", f"one.example={one}", f"*.example={two}", f"default={rest}") as proxy:
            for version in ("-tls1_2", "-tls1_3"):
                self.assertEqual(self.subject(proxy, version, "-servername", "one.example"), "one")
                self.assertEqual(self.subject(proxy, version, "-servername", "ONE.example"), "one")
                self.assertEqual(self.subject(proxy, version, "-servername", "x.example"), "two")
                self.assertEqual(self.subject(proxy, version, "-noservername"), "rest")
                self.assertIsNone(self.subject(proxy, version, "-servername", "nobody.test"))

    def test_curl_gets_pages_through_tls_that_is_passed_through(self):
        one = self.tls_server("one")
        with StreamProxy("sni=1", f"one.example={one}") as proxy:
            page = subprocess.run(["curl", "-sk", "--connect-to", f"::127.0.0.1:{proxy.port}", "https://one.example/"],
                                  capture_output=True, text=True, timeout=PATIENCE_S).stdout
            self.assertIn("s_server", page)
            self.assertIn("name=one.example", proxy.line_with("ended"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
