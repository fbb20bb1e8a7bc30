# SPDX-License-Identifier: Apache-2.0
"""Reads what a replay wrote, with scapy: nothing here knows how Sallyport does it."""
import json
import pathlib
import subprocess
import sys
from dataclasses import dataclass

try:
    from scapy.contrib.geneve import GENEVE, GeneveOptions
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import Ether
    from scapy.utils import RawPcapReader, RawPcapWriter
except ImportError:
    print("skipped: scapy is not installed")
    sys.exit(77)

GWLB_CLASS = 0x0108


def replay(sallyport, config, inputs, output, *options, expect=0):
    """Runs a replay and gives its report."""
    command = [sallyport, "replay", "--config", str(config), "--output", str(output), *options]
    for one in inputs:
        command += ["--input", str(one)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == expect, f"{command} ended with {run.returncode}: {run.stdout}{run.stderr}"
    return json.loads((pathlib.Path(output) / "report.json").read_text()) if expect != 2 else {}


def frames(path):
    """The raw frames of a capture file."""
    reader = RawPcapReader(str(path))
    try:
        return [frame for frame, _ in reader]
    except EOFError:
        return []
    finally:
        reader.close()


def write(path, packets, linktype, nanoseconds=False, start=1_700_000_000):
    """Raw frames as a pcap file, a millisecond apart."""
    writer = RawPcapWriter(str(path), linktype=linktype, nano=nanoseconds)
    writer.write_header(None)
    for number, packet in enumerate(packets):
        fraction = number % 1000 * (1_000_000 if nanoseconds else 1000)
        writer.write_packet(packet, sec=start + number // 1000, usec=fraction)
    writer.close()


@dataclass(frozen=True)
class Visit:
    """One frame to an appliance."""
    appliance: str       # outer destination
    endpoint: int
    cookie: int
    source: tuple        # (address, port) of the packet inside
    destination: tuple
    protocol: int
    inner: bytes

    @property
    def flow(self):
        return (self.endpoint, self.protocol, *sorted((self.source, self.destination)))

    @property
    def life(self):
        """The cookie without the number of the hop in its last three bits."""
        return self.cookie >> 3


def gwlb_options(option_bytes):
    options = {}
    while option_bytes:
        option = GeneveOptions(option_bytes)
        # scapy takes all that follows an option for its payload.
        option_bytes = bytes(option.payload)
        assert option.classid == GWLB_CLASS, option.classid
        assert option.type not in options, option.type
        options[option.type] = bytes(option.data)
    assert sorted(options) == [1, 2, 3], sorted(options)
    return options


def visits(path):
    """All frames of a port towards appliances, in order."""
    found = []
    for frame in frames(path):
        packet = Ether(frame)
        outer = packet.payload
        assert isinstance(outer, (IP, IPv6)) and isinstance(outer.payload, UDP), packet.summary()
        udp_payload = frame[14 + 20 + 8:] if isinstance(outer, IP) else frame[14 + 40 + 8:]
        geneve = GENEVE(udp_payload)
        options_end = 8 + geneve.optionlen * 4
        options = gwlb_options(udp_payload[8:options_end])
        inner_bytes = udp_payload[options_end:]
        inner = IP(inner_bytes) if geneve.proto == 0x0800 else IPv6(inner_bytes)
        transport = inner.getlayer(TCP, 1) or inner.getlayer(UDP, 1)
        # The transport of this packet, not of one that it carries.
        if transport is not None and transport.underlayer is not inner:
            transport = None
        ports = (transport.sport, transport.dport) if transport else (0, 0)
        found.append(Visit(outer.dst, int.from_bytes(options[1], "big"), int.from_bytes(options[3], "big"),
                           (inner.src, ports[0]), (inner.dst, ports[1]),
                           inner.proto if isinstance(inner, IP) else inner.nh, inner_bytes))
    return found


def passages(path, hops):
    """The visits of each packet, where every packet visits as many appliances."""
    found = visits(path)
    assert len(found) % hops == 0, f"{path}: {len(found)} visits are no multiple of {hops}"
    for start in range(0, len(found), hops):
        passage = found[start:start + hops]
        assert all(visit.inner == passage[0].inner for visit in passage), f"{path}: visits of packet {start // hops}"
        yield passage


def as_forwarded(ip):
    """An IP packet without what a router changes."""
    if ip[0] >> 4 == 4:
        return ip[:8] + b"\0" + ip[9:10] + b"\0\0" + ip[12:]
    return ip[:7] + b"\0" + ip[8:]
