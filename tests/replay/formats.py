#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The same packets in every format of capture files give the same forwarded packets, and those are the ones that scapy
expects of a router.

usage: formats.py SALLYPORT CONFIG
"""
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import traces
from traces import IP, TCP, UDP, Ether, IPv6

CLIENT, SERVER = "192.0.2.10", "203.0.113.11"
CLIENT6, SERVER6 = "2001:db8:1::10", "2001:db8:3::11"


def conversation(ip, client, server, **ttl):
    """(IP packet, whether the client sends it)"""
    there, back = dict(sport=40000, dport=443), dict(sport=443, dport=40000)
    question, answer = dict(sport=5000, dport=53), dict(sport=53, dport=5000)
    return [(ip(src=client, dst=server, **ttl) / TCP(flags="S", **there), True),
            (ip(src=server, dst=client, **ttl) / TCP(flags="SA", **back), False),
            (ip(src=client, dst=server, **ttl) / TCP(flags="A", **there), True),
            (ip(src=client, dst=server, **ttl) / TCP(flags="PA", **there) / b"GET / HTTP/1.1\r\n\r\n", True),
            (ip(src=server, dst=client, **ttl) / TCP(flags="PA", **back) / b"HTTP/1.1 200 OK\r\n\r\n", False),
            (ip(src=client, dst=server, **ttl) / UDP(**question) / b"who is it", True),
            (ip(src=server, dst=client, **ttl) / UDP(**answer) / b"it is me", False)]


def conversations(sent):
    """As sent, or as a router passes it on."""
    hops = 64 if sent else 63
    return (conversation(IP, CLIENT, SERVER, ttl=hops, id=7, flags="DF"),
            conversation(IPv6, CLIENT6, SERVER6, hlim=hops))


def ethernet(packet):
    return bytes(Ether(src="00:53:00:00:00:01", dst="00:53:00:00:00:02") / packet)


def tagged(packet):
    """A VLAN tag in a VLAN tag, where no port has a VLAN."""
    frame = ethernet(packet)
    return frame[:12] + struct.pack("!HHHH", 0x88A8, 7, 0x8100, 42) + frame[12:]


def ether_type(packet):
    return 0x0800 if isinstance(packet, IP) else 0x86DD


def cooked(packet):
    return struct.pack("!HHH8sH", 0, 1, 6, b"\0" * 8, ether_type(packet)) + bytes(packet)


def cooked2(packet):
    return struct.pack("!HHIHBB8s", ether_type(packet), 0, 1, 1, 0, 6, b"\0" * 8) + bytes(packet)


def loopback(order):
    return lambda packet: struct.pack(order + "I", 2 if isinstance(packet, IP) else 30) + bytes(packet)


def hdlc(packet):
    return struct.pack("!BBH", 0x0F, 0, ether_type(packet)) + bytes(packet)


# name, link type, how a packet stands in it
LINK_TYPES = [("ethernet", 1, ethernet), ("stacked VLAN tags", 1, tagged), ("raw 101", 101, bytes), ("raw 12", 12, bytes),
              ("raw 14", 14, bytes), ("cooked", 113, cooked), ("cooked v2", 276, cooked2),
              ("loopback, little-endian", 0, loopback("<")), ("loopback, big-endian", 0, loopback(">")),
              ("OpenBSD loopback", 108, loopback(">")), ("HDLC", 104, hdlc)]


def in_other_order(path):
    """A pcap file as a big-endian machine would have written it."""
    data, at = path.read_bytes(), 24
    out = struct.pack(">IHHIIII", *struct.unpack("<IHHIIII", data[:24]))
    while at < len(data):
        header = struct.unpack("<IIII", data[at:at + 16])
        out += struct.pack(">IIII", *header) + data[at + 16:at + 16 + header[2]]
        at += 16 + header[2]
    path.write_bytes(out)


def as_pcapng(path):
    subprocess.run(["editcap", "-F", "pcapng", str(path), str(path) + "ng"], check=True)
    path.unlink()
    pathlib.Path(str(path) + "ng").rename(path)


def check(name, sallyport, config, trace, wanted, folder):
    report = traces.replay(sallyport, config, [trace], folder / "out")
    for port, from_client in (("south", True), ("north", False)):
        sent = [frame[14:] for frame in traces.frames(folder / "out" / f"{port}.pcap")]
        expected = [bytes(packet) for packet, by_client in wanted if by_client == from_client]
        assert sent == expected, f"{name}: {port} has {len(sent)} packets, expected {len(expected)}: {report}"
    assert report["packets"]["dropped"] == 0, f"{name}: {report['drops']}"
    print(f"{name}: {len(wanted)} packets as expected")
    return report


def main():
    sallyport, config = sys.argv[1:3]
    sent, wanted = ([one for part in conversations(sent) for one in part] for sent in (True, False))
    folder = pathlib.Path(tempfile.mkdtemp())
    trace = folder / "trace.pcap"
    for name, link_type, encode in LINK_TYPES:
        traces.write(trace, [encode(packet) for packet, _ in sent], link_type)
        check(name, sallyport, config, trace, wanted, folder)

    # Link types for one IP version.
    for link_type, version in ((228, 0), (229, 1)):
        traces.write(trace, [bytes(packet) for packet, _ in conversations(True)[version]], link_type)
        check(f"IP only {link_type}", sallyport, config, trace, conversations(False)[version], folder)

    # File formats: the packets, and their times, which the output has in nanoseconds.
    frames = [ethernet(packet) for packet, _ in sent]
    variants = [("pcap, microseconds", False, None), ("pcap, nanoseconds", True, None),
                ("pcap, microseconds, other byte order", False, in_other_order),
                ("pcap, nanoseconds, other byte order", True, in_other_order)]
    if shutil.which("editcap"):
        variants += [("pcapng, microseconds", False, as_pcapng), ("pcapng, nanoseconds", True, as_pcapng)]
    outputs = set()
    for name, nanoseconds, change in variants:
        traces.write(trace, frames, 1, nanoseconds)
        if change:
            change(trace)
        report = check(name, sallyport, config, trace, wanted, folder)
        assert report["trace"]["first_ns"] == 1_700_000_000_000_000_000, report["trace"]
        assert report["trace"]["duration_ns"] == 13_000_000, report["trace"]
        outputs.add((folder / "out" / "south.pcap").read_bytes())
    assert len(outputs) == 1, "the file format shows in the output"
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
