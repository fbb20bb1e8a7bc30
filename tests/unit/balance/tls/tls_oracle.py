# SPDX-License-Identifier: Apache-2.0
"""A listener's TLS as openssl s_client and curl see it. usage: tls_oracle.py TLS_LINES MAKE_CERTIFICATES"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

MAKE_CERTIFICATES = sys.argv.pop(2)
TLS_LINES = sys.argv.pop(1)
PATIENCE_S = 60


class Server:
    def __init__(self, folder, mode="off"):
        self.folder = folder
        self.process = subprocess.Popen([TLS_LINES, folder, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().split()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()

    def s_client(self, *words):
        """What openssl says until the server has answered (by then it has its tickets), and what the server does."""
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", "ca.pem", *words]
        with subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) as client:
            said = ""
            while (line := client.stdout.readline()) and line != "served\n":
                said += line
            rest, _ = client.communicate(timeout=PATIENCE_S)
        return said + rest, self.process.stdout.readline()


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        with open(pathlib.Path(cls.folder) / "log", "w") as log:
            subprocess.run([MAKE_CERTIFICATES, cls.folder], check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        with open(pathlib.Path(cls.folder) / "www-ec.pem", "a") as chain:  # curl wants the issuer for --cert-status
            chain.write((pathlib.Path(cls.folder) / "ca.pem").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def serial(self, name):
        command = ["openssl", "x509", "-noout", "-serial", "-in", f"{self.folder}/{name}.pem"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def test_the_certificate_is_the_one_of_the_name(self):
        with Server(self.folder) as server:
            for name, words, shown in [("www.example", [], "www-ec"), ("a.wild.example", [], "wild"),
                                       ("unknown.example", [], "www-ec"),
                                       ("www.example", ["-sigalgs", "RSA-PSS+SHA256"], "www-rsa"),
                                       ("www.example", ["-tls1_2", "-cipher", "aRSA"], "www-rsa")]:
                said, line = server.s_client("-servername", name, *words)
                self.assertIn(f"subject=CN = {shown}\n", said)
                self.assertIn("Verify return code: 0 (ok)", said)
                self.assertIn(f"name={name} ", line)
                self.assertIn(self.serial(shown) + " ", line)

    def test_versions_and_what_was_agreed_on(self):
        with Server(self.folder) as server:
            said, line = server.s_client("-tls1_3", "-alpn", "http/1.1,h2")
            self.assertIn("ALPN protocol: h2\n", said)
            self.assertRegex(line, "^agreed TLSv1.3 TLS_AES_128_GCM_SHA256 x25519 name= alpn=h2 .* Success$")
            said, line = server.s_client("-tls1_2", "-curves", "P-384:P-256")
            self.assertIn("New, TLSv1.2, Cipher is ECDHE-ECDSA-AES128-GCM-SHA256", said)
            self.assertIn("Secure Renegotiation IS supported", said)
            self.assertIn("Compression: NONE", said)
            self.assertRegex(line, "^agreed TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256 secp256r1 ")
            said, line = server.s_client("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
            self.assertIn("alert protocol version", said)
            self.assertRegex(line, "^failed version Failed:UnmappedConnectionError: ")

    def test_the_response_of_the_certificate_is_stapled(self):
        with Server(self.folder) as server:
            for words in (["-sigalgs", "ECDSA+SHA256"], ["-sigalgs", "RSA-PSS+SHA256"]):
                said, _ = server.s_client("-status", "-servername", "www.example", *words)
                self.assertIn("OCSP Response Status: successful", said)
                self.assertIn("Cert Status: good", said)
            said, _ = server.s_client("-status", "-servername", "a.wild.example")
            self.assertIn("OCSP response: no response sent", said)

    def test_tickets_resume(self):
        with Server(self.folder) as server:
            for version in ("-tls1_2", "-tls1_3"):
                session = f"{self.folder}/session{version}"
                _, line = server.s_client(version, "-servername", "a.wild.example", "-sess_out", session)
                self.assertIn("resumed=0", line)
                said, line = server.s_client(version, "-servername", "a.wild.example", "-sess_in", session)
                self.assertIn("Reused, TLS", said)
                self.assertIn("resumed=1", line)

    def test_clients_with_certificates(self):
        def showing(name):
            return ["-cert", f"{name}.pem", "-key", f"{name}.key"]

        with Server(self.folder, "verify") as server:
            said, line = server.s_client(*showing("good"))
            self.assertIn("Acceptable client certificate CA names\nCN = ca\n", said)
            self.assertIn("client=" + self.serial("good").removeprefix("serial=") + " Success", line)
            for version in ("-tls1_2", "-tls1_3"):
                for name, word in [("revoked", "CrlHit"), ("stranger", "Untrusted"), ("expired", "Expired")]:
                    _, line = server.s_client(version, *showing(name))
                    self.assertIn(f"failed peer_certificate Failed:ClientCert{word}: ", line)
        with Server(self.folder, "passthrough") as server:
            _, line = server.s_client(*showing("stranger"))
            self.assertRegex(line, "client=[0-9A-F]+ Success$")
            _, line = server.s_client()
            self.assertRegex(line, "client=- Success$")

    def test_who_speaks_no_tls_is_told_apart(self):
        with Server(self.folder) as server:
            subprocess.run(["curl", "-s", f"http://127.0.0.1:{server.port}/"], timeout=PATIENCE_S)
            self.assertEqual(server.process.stdout.readline(),
                             "failed not_tls Failed:UnmappedConnectionError: The client does not speak TLS: http request\n")

    def test_curl_verifies_the_certificate_and_the_stapled_response(self):
        with Server(self.folder) as server:
            command = ["curl", "-sv", "--cacert", f"{self.folder}/ca.pem", "--cert-status",
                       "--resolve", f"www.example:{server.port}:127.0.0.1", f"https://www.example:{server.port}/", "--http1.1"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertIn("SSL certificate verify ok", done.stderr)
            self.assertIn("SSL certificate status: good (0)", done.stderr)
            self.assertIn(" alpn=http/1.1 ", server.process.stdout.readline())


unittest.main(verbosity=2)
