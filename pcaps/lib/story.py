# SPDX-License-Identifier: Apache-2.0
"""A story: packets that arrive at a gateway, and for each what has to become of it.

The gateway of a story is the one of its gateway.yaml. Time goes on by a millisecond a packet.
"""
import collections
import json
import pathlib
import sys

from . import capture, wire
from .gateway import Flow, Gateway, stand_in_mac

START = 1_700_000_000 * capture.SECOND
MILLISECOND = capture.SECOND // 1000


class Story:
    def __init__(self, script):
        self.gateway = Gateway(pathlib.Path(script).resolve().parent / "gateway.yaml")
        self.now = START
        self.inputs = collections.defaultdict(list)
        self.outputs = {name: [] for name in [*self.gateway.ports, "inspect-return"]}
        self.drops = []  # (time, port, reason)
        self.port = None  # that the last packet arrived at

    # What happens.

    def wait(self, seconds):
        self.now += int(seconds * capture.SECOND)

    def at(self, time):
        """The next packet arrives at this time, in nanoseconds."""
        self.now = time - MILLISECOND

    def flow(self, packet, chain, port):
        """A flow that `packet`, arriving at `port`, begins; `chain` is its policy's verdict, None for no chain. Call it
        just before the packet passes: the cookie depends on how many flows began before."""
        protocol, source, destination = wire.ends(bytes(packet))
        endpoint = self.gateway.ports[port].endpoint
        north, *south = self.gateway.endpoints[endpoint]["ports"]
        ports = {"forward": port, "reverse": south[0] if port == north else north}
        return self.gateway.begin(Flow(endpoint, protocol, source, destination, ports), chain)

    def begins(self, packet, chain, port="north", becomes=None):
        """The packet begins a flow and passes: gives the flow."""
        flow = self.flow(packet, chain, port)
        self.passes(flow, packet, becomes=becomes)
        return flow

    def passes(self, flow, packet, padding=b"", becomes=None):
        """The packet visits all appliances of its flow, in the order of its direction, and leaves on the other side.
        `becomes`: what the gateway makes of it before."""
        raw, direction = self._arrives_of(flow, packet, padding)
        self._pass_together(flow, direction, [bytes(becomes) if becomes else raw])

    def passes_in_pieces(self, flow, whole, pieces):
        """The fragments `pieces` of the packet `whole` arrive, in this order. What comes before the first one waits for
        it, and leaves behind it."""
        direction = flow.direction(*wire.ends(bytes(whole))[1:])
        waiting, is_known = [], False
        for piece in pieces:
            raw = bytes(piece)
            self._arrives(flow.ports[direction], raw)
            waiting.append(raw)
            if wire.is_first(raw):
                is_known = True
                waiting.insert(0, waiting.pop())
            if is_known:
                self._pass_together(flow, direction, waiting)
                waiting = []
        return waiting

    def waits_at(self, port, piece):
        """The fragment arrives and waits for its first one."""
        self._arrives(port, bytes(piece))

    def passes_related(self, flow, error):
        """An ICMP error about a packet of the flow: it goes the way of the answers to that packet."""
        raw = bytes(error)
        about = flow.direction(*wire.ends(wire.quoted(raw))[1:])
        direction = "reverse" if about == "forward" else "forward"
        self._arrives(flow.ports[direction], raw)
        self._pass_together(flow, direction, [raw])

    def kept(self, flow, packet, by):
        """The packet gets as far as the appliance of the group `by`, which keeps it."""
        raw, direction = self._arrives_of(flow, packet)
        for hop, appliance in flow.visits(direction):
            self._visits(flow, hop, appliance, raw, given_back=appliance.group != by)
            if appliance.group == by:
                break
        self._ends("ApplianceKept")

    def drops_at(self, port, packet, reason, answer=None):
        """The IP packet arrives at `port` and ends at once; `answer`: (port, ICMP error) that its sender gets."""
        self._arrives(port, bytes(packet))
        self._ends(reason, answer)

    def drops_frame(self, port, frame, reason):
        """The same for a whole Ethernet frame."""
        self._arrives_as_frame(port, bytes(frame))
        self._ends(reason)

    def drops_behind_chain(self, flow, packet, reason, answer=None, hops=None):
        """The packet visits its appliances, all or the first `hops`, and only then ends."""
        raw, direction = self._arrives_of(flow, packet)
        for hop, appliance in flow.visits(direction)[:hops]:
            self._visits(flow, hop, appliance, raw)
        self._ends(reason, answer)

    def given_back(self, flow, hop, packet, port="inspect", **wrong):
        """What the appliance of `hop` gives back by itself, as a frame's IP packet; `wrong` is what it does wrong: any
        argument of wire.tunnel(), or a field of the GENEVE header."""
        fields = {"source": flow.hops[hop].address, "source_port": flow.outer_source_port,
                  "options": wire.gwlb_options(self.endpoint_id(flow), flow.cookie_at(hop)), "inner": bytes(packet)}
        fields["destination"] = self.gateway.ports[port].address(6 if ":" in flow.hops[hop].address else 4)
        return wire.tunnel(**(fields | wrong))

    def passes_from(self, flow, hop, packet, port="inspect", **other):
        """The appliance of `hop` gives the packet back by itself, a second time say: it goes on from there."""
        self._arrives(port, self.given_back(flow, hop, packet, port, **other))
        raw = bytes(packet)
        direction = flow.direction(*wire.ends(raw)[1:])
        visits = flow.visits(direction)
        for next_hop, appliance in visits[visits.index((hop, flow.hops[hop])) + 1:]:
            self._visits(flow, next_hop, appliance, raw)
        self._leaves(flow, direction, raw)

    def endpoint_id(self, flow):
        return self.gateway.endpoints[flow.endpoint]["id"]

    def recorded(self, recording, chain):
        """Everything in a recording passes, at its time. Who sends a flow's first packet is north, the other south;
        every flow is there from its beginning."""
        flows = {}
        for time, frame in capture.read(recording):
            packet = wire.Ether(frame).payload
            ends = wire.ends(bytes(packet))
            self.at(time)
            flow = flows.get((ends[0], frozenset(ends[1:])))
            if flow is None:
                flows[ends[0], frozenset(ends[1:])] = self.begins(packet, chain)
            else:
                self.passes(flow, packet)
        return list(flows.values())

    # What it comes to on the wire.

    def _arrives_as_frame(self, port, frame):
        self.now += MILLISECOND
        self.port = port
        self.inputs[port].append((self.now, frame))

    def _arrives(self, port, raw, padding=b""):
        own = self.gateway.ports[port]
        source = wire.ip_layer(raw).src if raw and raw[0] >> 4 in (4, 6) and len(raw) >= 20 else "192.0.2.254"
        self._arrives_as_frame(port, wire.frame(raw, stand_in_mac(source), own.mac, own.vlan) + padding)

    def _arrives_of(self, flow, packet, padding=b""):
        raw = bytes(packet)
        direction = flow.direction(*wire.ends(raw)[1:])
        self._arrives(flow.ports[direction], raw, padding)
        return raw, direction

    def _visits(self, flow, hop, appliance, raw, given_back=True):
        port, station = self.gateway.way(None, appliance.address)
        own = self.gateway.ports[port]
        gateway_address = own.address(6 if ":" in appliance.address else 4)
        options = wire.gwlb_options(self.endpoint_id(flow), flow.cookie_at(hop))
        there = wire.tunnel(gateway_address, appliance.address, flow.outer_source_port, options, raw)
        self.outputs[port].append((self.now, wire.frame(there, own.mac, stand_in_mac(station), own.vlan)))
        if given_back:
            back = wire.tunnel(appliance.address, gateway_address, flow.outer_source_port, options, raw)
            self.outputs["inspect-return"].append(
                (self.now, wire.frame(back, stand_in_mac(station), own.mac, own.vlan)))

    def _pass_together(self, flow, direction, raws):
        """Packets that go on at one time visit the chain and leave; what is too large for its way is cut."""
        for hop, appliance in flow.visits(direction):
            port, _ = self.gateway.way(None, appliance.address)
            overhead = 88 if ":" in appliance.address else 68
            raws = [part for raw in raws for part in wire.cut(raw, self.gateway.ports[port].mtu - overhead)]
            for raw in raws:
                self._visits(flow, hop, appliance, raw)
        port = flow.ports["reverse" if direction == "forward" else "forward"]
        for raw in raws:
            for part in wire.cut(wire.routed(raw), self.gateway.ports[port].mtu):
                self._sends(flow.endpoint, port, part, flow.ports[direction])

    def _leaves(self, flow, direction, raw):
        port = flow.ports["reverse" if direction == "forward" else "forward"]
        self._sends(flow.endpoint, port, wire.routed(raw), flow.ports[direction])

    def _sends(self, endpoint, port, raw, came_in):
        way, station = self.gateway.way(endpoint, wire.ip_layer(raw).dst, came_in)
        assert way == port, f"the story has it leave by {port}, the routes by {way}"
        own = self.gateway.ports[port]
        self.outputs[port].append((self.now, wire.frame(raw, own.mac, stand_in_mac(station), own.vlan)))

    def _ends(self, reason, answer=None):
        self.drops.append((self.now, self.port, reason))
        if answer:
            port, raw = answer
            # Without a route back, a replay's error leaves by the port that its cause came in by.
            north, *south = self.gateway.endpoints[self.gateway.ports[port].endpoint]["ports"]
            self._sends(self.gateway.ports[port].endpoint, port, raw, south[0] if port == north else north)

    # What is written: input/PORT.pcap, expected/PORT.pcap, expected/drops.json and drops.txt.

    def write(self):
        folder = pathlib.Path(sys.argv[1])
        for part in ("input", "expected"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for port, packets in self.inputs.items():
            capture.write(folder / "input" / f"{port}.pcap", packets)
        for port, packets in self.outputs.items():
            capture.write(folder / "expected" / f"{port}.pcap", packets)
        totals = collections.Counter(reason for _, _, reason in self.drops)
        lines = [f"{capture.show_time(time)} {port} {reason}\n" for time, port, reason in self.drops]
        (folder / "expected" / "drops.json").write_text(json.dumps(dict(sorted(totals.items())), indent=2) + "\n")
        (folder / "expected" / "drops.txt").write_text("".join(lines))
