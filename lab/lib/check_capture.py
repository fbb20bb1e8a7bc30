#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Judges captures of the lab: did every packet make its way through the chain, in order, both ways?

tshark decodes; nothing that the gateway says about itself is believed. Every packet of the client and the server is
followed by its fingerprint (what no router may change) over three captures: north, the inspect segment, south.
Prints one line a check: ok or FAILED, the sentence, a figure; tabs between. Exit 0 when all hold.
"""
import argparse
import subprocess
import sys
from collections import Counter, defaultdict, namedtuple

FIELDS = [
    "frame.number", "frame.time_epoch", "_ws.malformed", "_ws.expert.severity", "geneve.version", "geneve.flags",
    "geneve.vni", "geneve.reserved", "geneve.proto_type", "geneve.option.class", "geneve.option.type", "geneve.option.length",
    "ip.src", "ip.dst", "ip.id", "ip.len", "ip.proto", "ipv6.src", "ipv6.dst", "ipv6.plen", "ipv6.flow", "ipv6.nxt",
    "udp.srcport", "udp.dstport", "udp.checksum", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw",
    "tcp.flags", "tcp.checksum", "icmp.ident", "icmp.seq", "icmp.checksum", "icmpv6.echo.identifier", "icmpv6.checksum",
    "icmp.type", "icmpv6.type",
]
EXPERT_ERROR = 8388608  # tshark's PI_ERROR; retransmissions and resets are below it
NOT_A_FLOW_ICMP = {"3", "11", "12"}
NOT_A_FLOW_ICMPV6 = {"1", "2", "3", "4", "133", "134", "135", "136", "137", "143"}

# One packet as seen at one place. `step` is where: ("north",), ("south",), ("out", hop), ("back", hop).
Sight = namedtuple("Sight", "time number step appliance flow forward fingerprint")


def decode(path, display_filter):
    """The packets of a capture as dicts of lists: outer value first, inner one after it. What TCP carries is nobody's
    business here, and random bytes of a file look like some protocol, malformed, now and then."""
    command = ["tshark", "-n", "-r", path, "-Y", display_filter, "-T", "fields", "-E", "separator=|", "-E", "occurrence=a",
               "-o", "tcp.analyze_sequence_numbers:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE",
               "-o", "ip.defragment:FALSE", "-o", "tcp.relative_sequence_numbers:FALSE", "-d", "tcp.port==1-65535,data"]
    for field in FIELDS:
        command += ["-e", field]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout
    for line in output.splitlines():
        values = line.split("|")
        yield {field: value.split(",") if value else [] for field, value in zip(FIELDS, values)}


def last(packet, field):
    return packet[field][-1] if packet[field] else ""


def inner(packet, tunnelled):
    """Flow, source, destination and fingerprint of the innermost packet, or None when it is not a flow of hosts: neighbour
    discovery, or an ICMP error, whose quoted packet would be taken for its own."""
    if last(packet, "icmpv6.type") in NOT_A_FLOW_ICMPV6 or last(packet, "icmp.type") in NOT_A_FLOW_ICMP:
        return None
    ipv6 = bool(packet["ipv6.src"])
    if not ipv6 and len(packet["ip.src"]) < (2 if tunnelled else 1):
        return None
    family = "ipv6" if ipv6 else "ip"
    source, destination = last(packet, family + ".src"), last(packet, family + ".dst")
    fixed = ["ipv6.plen", "ipv6.flow"] if ipv6 else ["ip.id", "ip.len"]
    if packet["tcp.srcport"]:
        ports = (last(packet, "tcp.srcport"), last(packet, "tcp.dstport"))
        protocol = "tcp"
        fixed = fixed + ["tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.checksum"]
    elif len(packet["udp.srcport"]) > (1 if tunnelled else 0):
        ports = (last(packet, "udp.srcport"), last(packet, "udp.dstport"))
        protocol = "udp"
        fixed = fixed + ["udp.checksum"]
    else:
        identifier = last(packet, "icmpv6.echo.identifier" if ipv6 else "icmp.ident")
        ports = (identifier, identifier)
        protocol = last(packet, family + (".nxt" if ipv6 else ".proto"))
        fixed = fixed + ["icmp.seq", "icmp.checksum", "icmpv6.checksum"]
    ends = sorted([(source, ports[0]), (destination, ports[1])])
    fingerprint = (source, destination, protocol, ports, tuple(last(packet, field) for field in fixed))
    return (protocol, *ends[0], *ends[1]), source, destination, fingerprint


class Judge:
    def __init__(self, hops, gateway, clients, servers):
        self.hops = hops                                          # [{address: name}] in forward order
        self.gateway = gateway
        self.hop_of = {address: index for index, hop in enumerate(hops) for address in hop}
        self.clients, self.servers = set(clients), set(servers)
        self.sights = []
        self.results = []

    def note(self, good, sentence, figure):
        self.results.append(good)
        print("ok" if good else "FAILED", sentence, figure, sep="\t")

    def read_inspect(self, path):
        total, bad, strangers = 0, [], 0
        for packet in decode(path, "udp.port == 6081"):
            total += 1
            number = packet["frame.number"][0]
            right = (packet["geneve.version"] == ["0"] and packet["geneve.option.class"] == ["0x0108"] * 3
                     and [int(kind, 16) for kind in packet["geneve.option.type"]] == [1, 2, 3]
                     and packet["geneve.option.length"] == ["32", "12", "12", "8"]  # all, then each
                     and packet["geneve.reserved"] == ["0x00"]
                     and packet["geneve.proto_type"] in (["0x0800"], ["0x86dd"])
                     and packet["udp.dstport"][0] == "6081")
            if not right or packet["_ws.malformed"] or any(int(s) >= EXPERT_ERROR for s in packet["_ws.expert.severity"]):
                bad.append(number)
                continue
            what = inner(packet, tunnelled=True)
            if what is None:
                continue
            flow, source, destination, fingerprint = what
            outer_source, outer_destination = packet["ip.src"][0], packet["ip.dst"][0]
            if outer_source == self.gateway and outer_destination in self.hop_of:
                step, appliance = ("out", self.hop_of[outer_destination]), outer_destination
            elif outer_destination == self.gateway and outer_source in self.hop_of:
                step, appliance = ("back", self.hop_of[outer_source]), outer_source
            else:
                strangers += 1
                continue
            self.see(packet, step, appliance, flow, source, destination, fingerprint)
        self.note(total > 0 and not bad, "every packet on UDP 6081 is GENEVE with the three options of class 0x0108, none malformed",
                  f"{total} packets" if not bad else f"{len(bad)} of {total} wrong, first: frame {bad[0]}")
        self.note(strangers == 0, "GENEVE passes between the gateway and its appliances only", f"{strangers} others")

    def read_plain(self, path, place):
        for packet in decode(path, "(ip or ipv6) and not udp.port == 6081"):
            what = inner(packet, tunnelled=False)
            if what:
                self.see(packet, (place,), None, *what)

    def see(self, packet, step, appliance, flow, source, destination, fingerprint):
        if source in self.clients and destination in self.servers:
            forward = True
        elif source in self.servers and destination in self.clients:
            forward = False
        else:
            return
        self.sights.append(Sight(packet["frame.time_epoch"][0], int(packet["frame.number"][0]), step, appliance, flow,
                                 forward, fingerprint))

    def path(self, forward):
        hops = range(len(self.hops))
        order = hops if forward else reversed(hops)
        visits = [step for hop in order for step in (("out", hop), ("back", hop))]
        ends = (("north",), ("south",))
        return [ends[0], *visits, ends[1]] if forward else [ends[1], *visits, ends[0]]

    def judge(self):
        # Nanoseconds do not fit a float; the text has a fixed number of decimals.
        self.sights.sort(key=lambda sight: (len(sight.time), sight.time))
        self.judge_appliances()
        self.judge_journeys()

    def judge_appliances(self):
        for index, hop in enumerate(self.hops):
            visits = defaultdict(set)
            both_ways = defaultdict(set)
            for sight in self.sights:
                if sight.step[-1] == index and sight.step[0] in ("out", "back"):
                    visits[sight.flow].add(sight.appliance)
                    both_ways[sight.flow].add(sight.forward)
            each = Counter(hop[address] for appliances in visits.values() for address in appliances)
            figure = ", ".join(f"{name} {each[name]}" for name in hop.values())
            names = " and ".join(hop.values())
            if len(hop) > 1:
                self.note(all(each[name] for name in hop.values()), f"flows are spread over {names}", f"{figure} flows")
            split = [flow for flow, appliances in visits.items() if len(appliances) > 1]
            paired = sum(len(ways) == 2 for ways in both_ways.values())
            self.note(bool(paired) and not split, f"both directions of a flow visit the same one of {names}" if len(hop) > 1
                      else f"both directions of a flow visit {names}", f"{paired} flows both ways, {len(split)} split")

    def judge_journeys(self):
        """Each packet moves along its path step by step; one that turns up anywhere else first has gone around."""
        waiting = defaultdict(Counter)                            # fingerprint -> {steps done: packets there}
        finished, wrong, bypassed = Counter(), [], []
        for sight in self.sights:
            path = self.path(sight.forward)
            position = path.index(sight.step)
            here = waiting[sight.fingerprint]
            if position > 0:
                if here[position] == 0:
                    (bypassed if position == len(path) - 1 else wrong).append(sight)
                    continue
                here[position] -= 1
            if position == len(path) - 1:
                finished[sight.forward] += 1
            else:
                here[position + 1] += 1
        names = [" or ".join(hop.values()) for hop in self.hops]
        order = ", then ".join(names)
        figure = f"{finished[True]} packets forward, {finished[False]} back"
        if wrong:
            figure = f"{len(wrong)} out of order, first: frame {wrong[0].number} of {wrong[0].flow} at {wrong[0].step}"
        self.note(finished[True] > 0 and finished[False] > 0 and not wrong,
                  f"forward: {order}; on the way back the other way round", figure)
        figure = f"{len(bypassed)} packets"
        if bypassed:
            figure += f", first: frame {bypassed[0].number} of {bypassed[0].flow}"
        self.note(not bypassed, "nothing arrives that has not been through the whole chain", figure)


def parse_hop(text):
    """fw-1=198.51.100.11,fw-2=198.51.100.12"""
    return {address: name for name, address in (entry.split("=") for entry in text.split(","))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for place in ("north", "inspect", "south"):
        parser.add_argument("--" + place, required=True, metavar="PCAP")
    parser.add_argument("--gateway", required=True, help="the gateway's address on the inspect segment")
    parser.add_argument("--hop", required=True, action="append", type=parse_hop, metavar="NAME=ADDRESS,...",
                        help="one group of the chain; give them in forward order")
    parser.add_argument("--client", required=True, action="append", metavar="ADDRESS")
    parser.add_argument("--server", required=True, action="append", metavar="ADDRESS")
    given = parser.parse_args()

    judge = Judge(given.hop, given.gateway, given.client, given.server)
    judge.read_inspect(given.inspect)
    judge.read_plain(given.north, "north")
    judge.read_plain(given.south, "south")
    judge.judge()
    return 0 if all(judge.results) else 1


if __name__ == "__main__":
    sys.exit(main())
