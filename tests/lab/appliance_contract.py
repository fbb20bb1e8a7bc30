#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The sample appliances keep the GWLB contract, byte for byte, in network namespaces of their own.

usage: appliance_contract.py BUILD_DIRECTORY        (as root)

Exit code 0: held; 1: did not; 77: left out, because root or scapy is missing.
"""
import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

try:
    from scapy.contrib.geneve import GENEVE, GeneveOptions
    from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_RR
    from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
    from scapy.layers.l2 import Ether
    from scapy.packet import Raw
except ImportError:
    print("skipped: scapy is not installed")
    sys.exit(77)

PATIENCE_S = 20
GATEWAY4, APPLIANCE4 = "198.51.100.1", "198.51.100.11"
GATEWAY6, APPLIANCE6 = "2001:db8:51::1", "2001:db8:51::11"
SOURCE_PORT = 49321
RULES = """\
default deny
deny tcp from any to 203.0.113.0/24 port 23
allow tcp from 192.0.2.0/24 to 203.0.113.0/24
allow icmp from 2001:db8:1::/48 to any
"""


def run(*words):
    subprocess.run(words, check=True)


class Lab:
    """A gateway's namespace, which this process enters, and an appliance's, with a veth pair between them."""

    def __init__(self):
        self.gateway, self.appliance = f"sp-gw-{os.getpid()}", f"sp-ap-{os.getpid()}"

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def build(self):
        for name in (self.gateway, self.appliance):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", self.gateway, "link", "add", "inspect", "type", "veth", "peer", "name", "eth0", "netns",
            self.appliance)
        for name, link, last in ((self.gateway, "inspect", "1"), (self.appliance, "eth0", "11")):
            run("ip", "-n", name, "link", "set", link, "mtu", "1600", "up")
            run("ip", "-n", name, "address", "add", f"198.51.100.{last}/24", "dev", link)
            run("ip", "-n", name, "address", "add", f"2001:db8:51::{last}/64", "dev", link, "nodad")
        self.gateway_mac = self.mac(self.gateway, "inspect")
        self.appliance_mac = self.mac(self.appliance, "eth0")
        with open(f"/run/netns/{self.gateway}", "rb") as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0x40000000) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def mac(self, namespace, link):
        shown = subprocess.run(["ip", "-n", namespace, "-j", "link", "show", link], capture_output=True, check=True)
        return json.loads(shown.stdout)[0]["address"]

    def remove(self):
        for name in (self.gateway, self.appliance):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)


class Program:
    """An appliance that runs in its namespace until the end of the `with` block."""

    def __init__(self, lab, *words):
        self.stats_file = tempfile.mktemp(prefix="sallyport-stats-")
        self.process = subprocess.Popen(["ip", "netns", "exec", lab.appliance, *words, "--stats", self.stats_file],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.told = b""

    def __enter__(self):
        self.wait_for_line(b": ready\n")
        return self

    def wait_for_line(self, end):
        deadline = time.monotonic() + PATIENCE_S
        pipe = self.process.stderr.fileno()
        while end not in self.told:
            readable, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(pipe, 65536) if readable else b""
            if not piece:
                self.process.kill()
                raise AssertionError(f"never told {end!r}, but {self.told!r}")
            self.told += piece

    def stats(self):
        if os.path.exists(self.stats_file):
            os.unlink(self.stats_file)
        self.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE_S
        while not os.path.exists(self.stats_file):
            assert time.monotonic() < deadline, "no stats after SIGUSR1"
            select.select([], [], [], 0.01)
        with open(self.stats_file, encoding="utf-8") as file:
            return json.load(file)

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            out, rest = self.process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.told += rest
        if kind is None:
            check("SIGTERM ends it with 0 and its counters", (0, True),
                  (self.process.returncode, "received" in json.loads(out)))
        if os.path.exists(self.stats_file):
            os.unlink(self.stats_file)


class Wire:
    """Frames as a gateway's port sees them."""

    def __init__(self, lab):
        self.lab = lab
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind(("inspect", 0))

    def send(self, outer, payload):
        self.socket.send(bytes(Ether(src=self.lab.gateway_mac, dst=self.lab.appliance_mac) / outer / Raw(payload)))

    def answer(self):
        """The next GENEVE packet that the appliance sends, from its outer IP header on."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            readable, _, _ = select.select([self.socket], [], [], max(0, deadline - time.monotonic()))
            if not readable:
                raise AssertionError("no answer from the appliance")
            data, address = self.socket.recvfrom(65536)
            frame = Ether(data)
            if address[2] == socket.PACKET_OUTGOING or frame.src != self.lab.appliance_mac:
                continue
            if UDP in frame and frame.getlayer(UDP).dport == 6081:
                return frame.payload


checks, failures = 0, 0


def check(what, expected, seen):
    global checks, failures
    checks += 1
    if expected != seen:
        failures += 1
        print(f"FAILED {what}: expected {expected!r}, saw {seen!r}")


def outer(family, source_port=SOURCE_PORT, **udp):
    if family == 4:
        return IP(src=GATEWAY4, dst=APPLIANCE4, tos=0x28, flags="DF") / UDP(sport=source_port, dport=6081, chksum=0)
    return IPv6(src=GATEWAY6, dst=APPLIANCE6, tc=0x28) / UDP(sport=source_port, dport=6081, **udp)


def gwlb(inner, endpoint=0x2B8EE1D4DB0C51C4, cookie=0xCAFE0001, extra=()):
    options = [GeneveOptions(classid=0x0108, type=1, data=endpoint.to_bytes(8, "big")),
               GeneveOptions(classid=0x0108, type=2, data=bytes(8)),
               GeneveOptions(classid=0x0108, type=3, data=cookie.to_bytes(4, "big")), *extra]
    words = sum(1 + len(option.data) // 4 for option in options)
    protocol_type = 0x86DD if IPv6 in inner else 0x0800
    return bytes(GENEVE(optionlen=words, proto=protocol_type, options=options) / inner)


def check_answer(what, family, seen, payload, source_port=SOURCE_PORT):
    check(f"{what}: outer family", family, seen.version)
    here, there = (GATEWAY4, APPLIANCE4) if family == 4 else (GATEWAY6, APPLIANCE6)
    check(f"{what}: outer addresses are swapped", (there, here), (seen.src, seen.dst))
    udp = seen.getlayer(UDP)
    check(f"{what}: both ports are kept", (source_port, 6081), (udp.sport, udp.dport))
    udp_bytes = bytes(seen.original)[20 if family == 4 else 40:]
    check(f"{what}: UDP length", len(udp_bytes), udp.len)
    check(f"{what}: header, options and packet are verbatim", payload.hex(), udp_bytes[8:].hex())
    if family == 4:
        check(f"{what}: DF", "DF", str(seen.flags))
        check(f"{what}: DSCP is kept", 0x28, seen.tos)
        header = IP(bytes(seen.original)[:20])
        stored, header.chksum = header.chksum, None
        check(f"{what}: IPv4 checksum", IP(bytes(header)).chksum, stored)
    else:
        check(f"{what}: traffic class is kept", 0x28, seen.tc)
        rebuilt = IPv6(src=seen.src, dst=seen.dst) / UDP(sport=udp.sport, dport=udp.dport) / Raw(udp_bytes[8:])
        check(f"{what}: UDP checksum", IPv6(bytes(rebuilt)).getlayer(UDP).chksum, udp.chksum)


def tcp(source, destination, sport, dport, flags):
    ip = IPv6 if ":" in source else IP
    return ip(src=source, dst=destination) / TCP(sport=sport, dport=dport, flags=flags) / Raw(b"data")


def echo_answers(lab, wire, build):
    inner4 = IP(src="192.0.2.10", dst="203.0.113.11", options=[IPOption_RR()]) / UDP(sport=40000, dport=40001)
    inner6 = IPv6(src="2001:db8:1::10", dst="2001:db8:3::11") / UDP(sport=40000, dport=40001) / Raw(b"odd")
    unknown = GeneveOptions(classid=0xFF00, type=5, data=b"\x00\x00\x00\x2a")
    payloads = {
        "IPv4 inside": gwlb(inner4),
        "IPv6 inside": gwlb(inner6),
        "an option that nobody knows": gwlb(inner4, extra=[unknown]),
        "1500 bytes inside": gwlb(inner4 / Raw(bytes(1500 - len(inner4)))),
        "an empty packet": gwlb(inner4)[:40],
        "reserved bits": b"\x08\x3f" + gwlb(inner4)[2:],
    }
    with Program(lab, f"{build}/appliances/sallyport-echo") as echo:
        for family in (4, 6):
            for name, payload in payloads.items():
                wire.send(outer(family), payload)
                check_answer(f"echo, IPv{family} outside, {name}", family, wire.answer(), payload)
        wire.send(outer(6, chksum=0), payloads["IPv4 inside"])
        check_answer("echo, IPv6 without UDP checksum", 6, wire.answer(), payloads["IPv4 inside"])

        for broken in (b"", b"\x08\x00", b"\x48" + payloads["IPv4 inside"][1:], payloads["IPv4 inside"][:39],
                       b"\x01\x40\x08\x00\x00\x00\x00\x00\xff\xff\x80\x00"):
            wire.send(outer(4), broken)
        for port in range(50000, 50200):
            wire.send(outer(4, port), gwlb(inner4, cookie=port))
            check_answer(f"echo, port {port}", 4, wire.answer(), gwlb(inner4, cookie=port), port)
        stats = echo.stats()
        good = 2 * len(payloads) + 1 + 200
        check("echo: counters", (good + 5, good, good), (stats["received"], stats["passed"], stats["sent"]))
        check("echo: malformed by fault",
              {"header_truncated": 2, "version_unsupported": 1, "options_truncated": 1, "critical_option_unknown": 1},
              {name: count for name, count in stats["malformed"].items() if count})


def firewall_judges(lab, wire, build):
    allowed = gwlb(tcp("192.0.2.10", "203.0.113.11", 40000, 443, "S"))
    marker = gwlb(tcp("192.0.2.10", "203.0.113.11", 40009, 443, "S"))
    other_tenant = {"endpoint": 7}
    request6 = IPv6(src="2001:db8:1::10", dst="2001:db8:3::11") / ICMPv6EchoRequest(id=7)
    reply6 = IPv6(src="2001:db8:3::11", dst="2001:db8:1::10") / ICMPv6EchoReply(id=7)
    story = [  # (what, payload, passes)
        ("a reply before there is a flow", gwlb(tcp("203.0.113.11", "192.0.2.10", 443, 40000, "SA")), False),
        ("an allowed flow", allowed, True),
        ("its reply", gwlb(tcp("203.0.113.11", "192.0.2.10", 443, 40000, "SA")), True),
        ("the same reply of another tenant",
         gwlb(tcp("203.0.113.11", "192.0.2.10", 443, 40000, "SA"), **other_tenant), False),
        ("a denied port", gwlb(tcp("192.0.2.10", "203.0.113.11", 40000, 23, "S")), False),
        ("a source that no rule allows", gwlb(tcp("192.0.3.10", "203.0.113.11", 40000, 443, "S")), False),
        ("a packet cut short", gwlb(IP(src="192.0.2.10", dst="203.0.113.11", len=100) / Raw(b"x")), False),
        ("an echo request over IPv6", gwlb(request6), True),
        ("the echo reply", gwlb(reply6), True),
        ("an echo request the other way",
         gwlb(IPv6(src="2001:db8:3::11", dst="2001:db8:1::10") / ICMPv6EchoRequest(id=7)), False),
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".rules") as rules:
        rules.write(RULES)
        rules.flush()
        with Program(lab, f"{build}/appliances/sallyport-firewall", "--rules", rules.name) as firewall:
            for family in (4, 6):
                # The second round meets the flows of the first one, but for the judgement that changes nothing.
                for what, payload, passes in story[1 if family == 6 else 0:]:
                    wire.send(outer(family), payload)
                    if not passes:
                        # The marker behind it is allowed: if its answer is the first, the packet itself had none.
                        wire.send(outer(family), marker)
                    check_answer(f"firewall, IPv{family} outside, {what}", family, wire.answer(),
                                 payload if passes else marker)
            stats = firewall.stats()
            own = stats["appliance"]
            check("firewall: rule that denied", 2, own["line 2: deny tcp from any to 203.0.113.0/24 port 23"])
            check("firewall: default", 1 + 2 * 3, own["default deny"])
            check("firewall: malformed inside", 2, own["longer_than_packet"])
            check("firewall: flows", 3, own["flows"])
            check("firewall: dropped", 1 + 2 * 5, stats["dropped"])
    line = b"denied tcp 192.0.2.10:40000 > 203.0.113.11:23, endpoint 0x2b8ee1d4db0c51c4, line 2: deny tcp"
    check("firewall: denial is told", True, line in firewall.told)


def starts_are_refused(lab, build):
    def ended(*words):
        done = subprocess.run(["ip", "netns", "exec", lab.appliance, *words], capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)
        return done.returncode, done.stderr

    echo = f"{build}/appliances/sallyport-echo"
    with Program(lab, echo):
        code, told = ended(echo)
        check("port in use", (1, True), (code, "is in use" in told))
    code, told = ended(echo, "--listen", "192.0.2.77")
    check("foreign address", (1, True), (code, "not an address of this host" in told))
    code, told = ended("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=65534", "--clear-groups", echo)
    check("no privileges", (1, True), (code, "CAP_NET_RAW" in told or "Permission denied" in told))


def main():
    build = os.path.abspath(sys.argv[1])
    if os.geteuid() != 0:
        print("skipped: needs root, for network namespaces")
        sys.exit(77)
    with Lab() as lab:
        wire = Wire(lab)
        echo_answers(lab, wire, build)
        firewall_judges(lab, wire, build)
        starts_are_refused(lab, build)
    print(f"{checks} checks, {failures} failures")
    sys.exit(1 if failures or not checks else 0)


if __name__ == "__main__":
    main()
