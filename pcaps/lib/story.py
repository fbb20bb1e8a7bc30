# SPDX-License-Identifier: Apache-2.0
"""A story: packets that arrive at a gateway, and for each what has to become of it.

The gateway of a story is the one of its gateway.yaml. Time goes on by a millisecond a packet.
"""
import collections
import json
import pathlib
import sys

from . import capture, wire
from .gateway import TCP, Flow, Gateway, stand_in_mac

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
        self.began = None  # when the first packet arrived
        self.events = []  # lines of input/events.txt
        self.folder = pathlib.Path(script).resolve().parent

    # What happens.

    def wait(self, seconds):
        self.now += int(seconds * capture.SECOND)

    def at(self, time):
        """The next packet arrives at this time, in nanoseconds."""
        self.now = time - MILLISECOND

    def happens(self, what, whom):
        """An event, just before the next packet. `whom` is "group/appliance" or a zone."""
        gateway = self.gateway
        self._notes(f"{what} {whom}")
        if gateway.balancing.target(whom):
            return self._happens_to_target(what, gateway.balancing.target(whom))
        if what in ("shift", "unshift"):
            return gateway.shifted.add(whom) if what == "shift" else gateway.shifted.remove(whom)
        # One that a reload took out is known by where it was.
        appliance = next((one for one in gateway.draining if str(one) == whom), None) or gateway.appliance(whom)
        if what in ("healthy", "unhealthy"):
            gateway.unhealthy.discard(appliance)
        else:
            gateway.draining.discard(appliance)
            gateway.deregistered.discard(appliance)
        for word, those in (("unhealthy", gateway.unhealthy), ("drain", gateway.draining),
                            ("deregister", gateway.deregistered)):
            if what == word:
                those.add(appliance)
        return None

    def _happens_to_target(self, what, target):
        those = self.gateway.balancing
        if what in ("healthy", "unhealthy"):
            those.unhealthy.discard(target)
        else:
            those.draining.discard(target)
            those.deregistered.discard(target)
        for word, marked in (("unhealthy", those.unhealthy), ("drain", those.draining),
                             ("deregister", those.deregistered)):
            if what == word:
                marked.add(target)

    def ends(self, flow, client_expects, target_expects):
        """After an event: the flow's target is not to have it any more, and both sides get a RST with the number that
        they expect, before the next packet. Of several flows the last one first."""
        listener = (flow.listener["address"], flow.listener["port"])
        forward, reverse = flow.ports["forward"], flow.ports["reverse"]
        self.now += MILLISECOND
        self._sends(flow.endpoint, reverse, wire.reset_of(flow.seen_as, flow.target.end, target_expects), forward)
        self._sends(flow.endpoint, forward, wire.reset_of(listener, flow.source, client_expects), reverse)
        self.now -= MILLISECOND

    def moves(self, flow):
        """After an event: the flow, of UDP, gets another target with its next packet."""
        self.gateway.balancing.assign(flow, self.now + MILLISECOND)

    def reloads(self, name):
        """Another configuration of the story's folder, just before the next packet."""
        self._notes(f"config ../{name}")
        self.gateway.reload(self.folder / name)

    def _notes(self, event):
        offset = self.now + MILLISECOND - self.began if self.began else 0
        assert offset % MILLISECOND == 0
        self.events.append(f"{offset // MILLISECOND}ms {event}\n")

    def flow(self, packet, chain, port):
        """A flow that `packet`, arriving at `port`, begins; `chain` is its policy's verdict, None for no chain. Call it
        just before the packet passes: the cookie depends on how many flows began before."""
        protocol, source, destination = wire.ends(bytes(packet))
        endpoint = self.gateway.ports[port].endpoint
        north, *south = self.gateway.endpoints[endpoint]["ports"]
        ports = {"forward": port, "reverse": south[0] if port == north else north}
        return self.gateway.begin(Flow(endpoint, protocol, source, destination, ports), chain, self.now + MILLISECOND)

    def begins(self, packet, chain, port="north", becomes=None):
        """The packet begins a flow and passes: gives the flow."""
        flow = self.flow(packet, chain, port)
        self.passes(flow, packet, becomes=becomes)
        return flow

    def passes(self, flow, packet, padding=b"", becomes=None, past=(), says=None):
        """The packet visits all appliances of its flow, in the order of its direction, and leaves on the other side.
        `becomes`: what the gateway makes of it before; `past`: groups that it goes past; `says`: by group, what its
        appliance says about the rest of the flow."""
        raw, direction = self._arrives_of(flow, packet, padding)
        visits = [(hop, one) for hop, one in flow.visits(direction) if one is None or one.group not in past]
        self._goes(flow, direction, visits, [bytes(becomes) if becomes else raw], says)

    def passes_in_pieces(self, flow, whole, pieces):
        """The fragments `pieces` of the packet `whole` arrive, in this order. What comes before the first one waits for
        it, and leaves behind it."""
        direction = flow.direction(*wire.ends(bytes(whole))[1:])
        waiting, is_known = [], False
        for piece in pieces:
            raw = bytes(piece)
            self._arrives(flow.ports[direction],
                          self._at_target(flow, direction, raw, bytes(whole)) if direction == "reverse" else raw)
            waiting.append(raw)
            if wire.is_first(raw):
                is_known = True
                waiting.insert(0, waiting.pop())
            if is_known:
                self._goes(flow, direction, flow.visits(direction), waiting, whole=bytes(whole))
                waiting = []
        return waiting

    def waits_at(self, port, piece):
        """The fragment arrives and waits for its first one."""
        self._arrives(port, bytes(piece))

    def passes_related(self, flow, error, whole=None):
        """An ICMP error about a packet of the flow: it goes the way of the answers to that packet. `whole`: that packet,
        when the error quotes only its beginning and the flow is rewritten to a target."""
        raw = bytes(error)
        about = flow.direction(*wire.ends(wire.quoted(raw))[1:])
        direction = "reverse" if about == "forward" else "forward"
        at_target = self._error_at_target(flow, direction, raw, whole) if flow.target else raw
        self._arrives(flow.ports[direction], at_target if direction == "reverse" else raw)
        self._goes(flow, direction, flow.visits(direction), [raw],
                   becomes=at_target if direction == "forward" else None)

    def kept(self, flow, packet, by):
        """The packet gets as far as the appliance of the group `by`, which keeps it."""
        raw, direction = self._arrives_of(flow, packet)
        visits = flow.visits(direction)
        at = next(i for i, (_, appliance) in enumerate(visits) if appliance.group == by)
        _, copies = self._walks(flow, visits[:at], [raw])
        self._visits(flow, *visits[at], raw, given_back=False)
        self._copies(flow, copies)
        self._ends("ApplianceKept")

    def resets(self, flow, packet, hops=0):
        """The packet gets past its first `hops` hops; at the next one its flow ends, with a RST to both sides."""
        raw, direction = self._arrives_of(flow, packet)
        visits = flow.visits(direction)
        assert self.gateway.meets(visits[hops][1]) == "reset"
        self._copies(flow, self._walks(flow, visits[:hops], [raw])[1])
        came_in, goes_out = flow.ports[direction], flow.ports["reverse" if direction == "forward" else "forward"]
        for reset in wire.resets_to_receiver(raw):
            self._sends(flow.endpoint, goes_out, reset, came_in)
        self._ends("FlowReset", (came_in, wire.reset_to_sender(raw)))

    def refuses(self, port, packet, reason="FlowReset"):
        """A segment of no (living) flow: its sender is answered with a RST."""
        self.drops_at(port, packet, reason, (port, wire.reset_to_sender(packet)))

    def refuses_target(self, flow, packet):
        """The same for a segment that the target of an ended flow sends; told, as always, as the client would see it."""
        self.refuses(flow.ports["reverse"], self._at_target(flow, "reverse", bytes(packet)))

    def finds_nobody(self, flow, packet, hops=0):
        """The packet gets past its first `hops` hops; at the next one there is nobody who may see it."""
        assert self.gateway.meets(flow.visits(flow.direction(*wire.ends(bytes(packet))[1:]))[hops][1]) == "drop"
        self.drops_behind_chain(flow, packet, "NoAppliance", hops=hops)

    def drops_at(self, port, packet, reason, answer=None):
        """The IP packet arrives at `port` and ends at once; `answer`: (port, ICMP error) that its sender gets."""
        self._arrives(port, bytes(packet))
        self._ends(reason, answer)

    def drops_frame(self, port, frame, reason):
        """The same for a whole Ethernet frame."""
        self._arrives_as_frame(port, bytes(frame))
        self._ends(reason)

    def drops_behind_chain(self, flow, packet, reason, answer=None, hops=None, says=None):
        """The packet visits its appliances, all or the first `hops`, and only then ends."""
        raw, direction = self._arrives_of(flow, packet)
        self._copies(flow, self._walks(flow, flow.visits(direction)[:hops], [raw], says)[1])
        self._ends(reason, answer)

    def given_back(self, flow, hop, packet, port="inspect", **wrong):
        """What the appliance of `hop` gives back by itself, as a frame's IP packet; `wrong` is what it does wrong: any
        argument of wire.tunnel(), or a field of the GENEVE header."""
        fields = {"source": flow.hops[hop].address, "source_port": flow.outer_source_port,
                  "options": wire.gwlb_options(self.endpoint_id(flow), flow.cookie_at(hop)), "inner": bytes(packet)}
        fields["destination"] = self.gateway.ports[port].address(6 if ":" in flow.hops[hop].address else 4)
        return wire.tunnel(**(fields | wrong))

    def passes_from(self, flow, hop, packet, port="inspect", becomes=None, **other):
        """The appliance of `hop` gives the packet back by itself, a second time say: it goes on from there, as what it
        `becomes` if that is something else."""
        self._arrives(port, self.given_back(flow, hop, packet, port, **other))
        raw = bytes(becomes or packet)
        direction = flow.direction(*wire.ends(raw)[1:])
        visits = flow.visits(direction)
        self._goes(flow, direction, visits[visits.index((hop, flow.hops[hop])) + 1:], [raw])

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
        self.began = self.began or self.now
        self.port = port
        self.inputs[port].append((self.now, frame))

    def _arrives(self, port, raw, padding=b""):
        own = self.gateway.ports[port]
        source = wire.ip_layer(raw).src if raw and raw[0] >> 4 in (4, 6) and len(raw) >= 20 else "192.0.2.254"
        self._arrives_as_frame(port, wire.frame(raw, stand_in_mac(source), own.mac, own.vlan) + padding)

    def _arrives_of(self, flow, packet, padding=b""):
        raw = bytes(packet)
        direction = flow.direction(*wire.ends(raw)[1:])
        at_port = self._at_target(flow, direction, raw) if direction == "reverse" else raw
        self._arrives(flow.ports[direction], at_port, padding)
        return raw, direction

    # Stories tell of packets as the client sees them. Flows that a listener took look different at their target.

    @staticmethod
    def _at_target(flow, direction, raw, whole=None):
        if not flow.target:
            return raw
        whole = whole if whole != raw else None
        ends = (flow.seen_as, flow.target.end) if direction == "forward" else (flow.target.end, flow.seen_as)
        return wire.readdressed(raw, *ends, whole)

    @staticmethod
    def _error_at_target(flow, direction, raw, whole):
        quote = wire.quoted(raw)
        answered = "reverse" if direction == "forward" else "forward"
        about = Story._at_target(flow, answered, bytes(whole or quote))[:len(quote)]
        error = wire.ip_layer(raw)
        names = {flow.listener["address"]: flow.target.address, flow.source[0]: flow.seen_as[0]}
        # Routers on the way sign with their own addresses.
        return wire.readdressed_error(raw, names.get(error.src, error.src), names[error.dst], about)

    def _walks(self, flow, visits, raws, says=None):
        """The packets visit these; appliances that failed give their flows away on the way. Gives what the packets are
        then, and the copies for mirrors that are to be sent yet: they leave behind what the packets do next."""
        copies = []
        for hop, appliance in visits:
            if appliance is None:
                continue
            meets = self.gateway.meets(appliance)
            if meets == "move" or (meets == "reset" and flow.protocol != TCP):
                # Only TCP knows resets.
                appliance = flow.hops[hop] = self.gateway.select(appliance.group, flow)
                meets = "visit"
            if self.gateway.is_mirror(appliance.group):
                copies += [(hop, appliance, raw) for raw in raws] if meets == "visit" else []
                continue
            assert meets in ("visit", "skip"), f"{appliance}: the story says nothing of a {meets}"
            if meets == "skip":
                continue
            raws = [part for raw in raws for part in wire.cut(raw, self.gateway.room(appliance))]
            for raw in raws:
                self._visits(flow, hop, appliance, raw, verdict=(says or {}).get(appliance.group))
            self._copies(flow, copies)
            copies = []
        return raws, copies

    def _copies(self, flow, copies):
        for hop, appliance, raw in copies:
            self._visits(flow, hop, appliance, raw, given_back=False)

    def _visits(self, flow, hop, appliance, raw, given_back=True, verdict=None):
        port, station = self.gateway.way(None, appliance.address)
        own = self.gateway.ports[port]
        gateway_address = own.address(6 if ":" in appliance.address else 4)
        options = wire.gwlb_options(self.endpoint_id(flow), flow.cookie_at(hop))
        inside = {"inner": raw}
        if self.gateway.behaviour[appliance.group].get("payload") == "ethernet":
            inside = wire.ethernet_payload(raw)
        # RFC 2983 3.1 and RFC 6040 4.1: the tunnel has its packet's traffic class.
        inside["tos"] = wire.traffic_class(raw)
        there = wire.tunnel(gateway_address, appliance.address, flow.outer_source_port, options, **inside)
        self.outputs[port].append((self.now, wire.frame(there, own.mac, stand_in_mac(station), own.vlan)))
        if given_back:
            options = [*options, wire.verdict(verdict)] if verdict else options
            back = wire.tunnel(appliance.address, gateway_address, flow.outer_source_port, options, **inside)
            self.outputs["inspect-return"].append(
                (self.now, wire.frame(back, stand_in_mac(station), own.mac, own.vlan)))

    def _goes(self, flow, direction, visits, raws, says=None, whole=None, becomes=None):
        """Packets that go on at one time visit these and leave; what is too large for its way is cut."""
        raws, copies = self._walks(flow, visits, raws, says)
        if becomes:
            raws = [becomes]
        elif direction == "forward":
            raws = [self._at_target(flow, direction, raw, whole) for raw in raws]
        port = flow.ports["reverse" if direction == "forward" else "forward"]
        for raw in raws:
            for part in wire.cut(wire.routed(raw), self.gateway.ports[port].mtu):
                self._sends(flow.endpoint, port, part, flow.ports[direction])
        self._copies(flow, copies)

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

    # What is written: input/PORT.pcap, input/events.txt when there are any, expected/PORT.pcap, expected/drops.json and drops.txt.

    def write(self):
        folder = pathlib.Path(sys.argv[1])
        for part in ("input", "expected"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for port, packets in self.inputs.items():
            capture.write(folder / "input" / f"{port}.pcap", packets)
        if self.events:
            (folder / "input" / "events.txt").write_text("".join(self.events))
        for port, packets in self.outputs.items():
            capture.write(folder / "expected" / f"{port}.pcap", packets)
        totals = collections.Counter(reason for _, _, reason in self.drops)
        lines = [f"{capture.show_time(time)} {port} {reason}\n" for time, port, reason in self.drops]
        (folder / "expected" / "drops.json").write_text(json.dumps(dict(sorted(totals.items())), indent=2) + "\n")
        (folder / "expected" / "drops.txt").write_text("".join(lines))
