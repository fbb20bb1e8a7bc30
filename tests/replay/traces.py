# SPDX-License-Identifier: Apache-2.0
"""Reads what a replay wrote, with scapy: nothing here knows how Sallyport does it."""
import json
import pathlib
import subprocess
import sys
from dataclasses import dataclass

try:
    from scapy.contrib.geneve import GENEVE, GeneveOptions
    from scapy.layers.inet import IP, TCP, UDP  # TCP for those who import it from here
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


def is_icmp_error(ip):
    """Of an IP packet without options or extension headers."""
    if ip[0] >> 4 == 4:
        return ip[9] == 1 and not ip[6] & 0x3F and not ip[7] and len(ip) > 20 and ip[20] in (3, 4, 5, 11, 12)
    return ip[6] == 58 and len(ip) > 40 and ip[40] < 128


def fragment_of(ip):
    """(what its fragments share, whether it is the first); None for a whole packet."""
    if ip[0] >> 4 == 4:
        offset = int.from_bytes(ip[6:8], "big")
        return ((ip[12:20], ip[4:6], ip[9]), not offset & 0x1FFF) if offset & 0x3FFF else None
    if ip[6] != 44:
        return None
    offset = int.from_bytes(ip[42:44], "big")
    return ((ip[8:40], ip[44:48]), not offset & 0xFFF8) if offset & 0xFFF9 else None


def ends(ip, firsts):
    """(protocol, (source, port), (destination, port)) of the flow that the packet is of. `firsts`: what the first
    fragments seen before said, to which this one's is added. An ICMP error is of the flow that it quotes, the other way."""
    if is_icmp_error(ip):
        protocol, source, destination = ends(ip[28:] if ip[0] >> 4 == 4 else ip[48:], firsts)
        return protocol, destination, source
    packet = IP(ip) if ip[0] >> 4 == 4 else IPv6(ip)
    fragment = fragment_of(ip)
    if fragment and not fragment[1]:
        protocol, ports = firsts[fragment[0]]
        return protocol, (packet.src, ports[0]), (packet.dst, ports[1])
    at = (ip[0] & 15) * 4 if ip[0] >> 4 == 4 else 40
    protocol = ip[9] if ip[0] >> 4 == 4 else ip[6]
    while ip[0] >> 4 == 6 and protocol in (0, 44, 60):
        protocol, at = ip[at], at + (8 if protocol == 44 else ip[at + 1] * 8 + 8)
    ports = (0, 0)
    if protocol in (6, 17):
        ports = (int.from_bytes(ip[at:at + 2], "big"), int.from_bytes(ip[at + 2:at + 4], "big"))
    if fragment:
        firsts[fragment[0]] = protocol, ports
    return protocol, (packet.src, ports[0]), (packet.dst, ports[1])


def visits(path):
    """All frames of a port towards appliances, in order."""
    found, firsts = [], {}
    for frame in frames(path):
        packet = Ether(frame)
        outer = packet.payload
        assert isinstance(outer, (IP, IPv6)) and isinstance(outer.payload, UDP), packet.summary()
        udp_payload = frame[14 + 20 + 8:] if isinstance(outer, IP) else frame[14 + 40 + 8:]
        geneve = GENEVE(udp_payload)
        options_end = 8 + geneve.optionlen * 4
        options = gwlb_options(udp_payload[8:options_end])
        inner_bytes = udp_payload[options_end:]
        endpoint = int.from_bytes(options[1], "big")
        protocol, source, destination = ends(inner_bytes, firsts.setdefault(endpoint, {}))
        found.append(Visit(outer.dst, endpoint, int.from_bytes(options[3], "big"), source, destination, protocol,
                           inner_bytes))
    return found


def passages(path, hops):
    """The visits of each packet, where every packet visits as many appliances."""
    found = visits(path)
    assert len(found) % hops == 0, f"{path}: {len(found)} visits are no multiple of {hops}"
    # Fragments that waited for their first one go through the chain side by side.
    begun = []
    for visit in found:
        passage = next((one for one in begun if one[0].inner == visit.inner and one[0].life == visit.life), None)
        if passage is None:
            passage = []
            begun.append(passage)
        passage.append(visit)
        if len(passage) == hops:
            begun.remove(passage)
            yield passage
    assert not begun, f"{path}: {len(begun)} packets without all of their visits"


def as_forwarded(ip):
    """An IP packet without what a router changes."""
    if ip[0] >> 4 == 4:
        return ip[:8] + b"\0" + ip[9:10] + b"\0\0" + ip[12:]
    return ip[:7] + b"\0" + ip[8:]
