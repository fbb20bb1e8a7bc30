# SPDX-License-Identifier: Apache-2.0
"""What the gateway's configuration means: its ports, ways and MACs in a replay, who inspects which flow, and what flows
meet at appliances that fail or leave."""
import functools
import ipaddress
from dataclasses import dataclass, field

import yaml

from . import maglev
from .balancing import Balancing
from .siphash import siphash13_words

COOKIE_KEY = (0x666C6F772D636F6F, 0x6B6965732D6F6C64)  # of every replay
TCP, UDP = 6, 17


@dataclass
class Port:
    name: str
    mac: str
    vlan: int
    mtu: int
    addresses: list
    endpoint: str = None  # None: towards appliances

    def address(self, version):
        return str(next(one.ip for one in self.addresses if one.version == version))


@dataclass(frozen=True)
class Appliance:
    group: str
    name: str
    address: str
    weight: int = field(default=1, compare=False)
    zone: str = field(default="", compare=False)

    def __str__(self):
        return f"{self.group}/{self.name}"


@dataclass
class Flow:
    """One life of a flow, as its initiator's first packet shows it."""
    endpoint: str
    protocol: int
    source: tuple       # (address, port); ports are 0 but for TCP and UDP
    destination: tuple
    ports: dict         # where packets of it come in: {"forward": port, "reverse": port}
    hops: list = field(default_factory=list)  # None: nobody, for this flow's whole life
    outer_source_port: int = 0
    cookie: int = 0
    listener: dict = None  # that took it, and
    target: object = None  # whom it leads to, who sees it come from
    seen_as: tuple = None  # (address, port)

    def direction(self, source, destination):
        if (source, destination) == (self.source, self.destination):
            return "forward"
        assert (source, destination) == (self.destination, self.source), f"{source} > {destination} is not of {self}"
        return "reverse"

    def visits(self, direction):
        """(number of the hop, appliance), in the order in which packets of this direction visit them."""
        return list(enumerate(self.hops))[::1 if direction == "forward" else -1]

    def cookie_at(self, hop):
        return self.cookie ^ hop


class Gateway:
    def __init__(self, path):
        config = yaml.safe_load(path.read_text())
        self.config = config
        self.ports = {}
        for index, (name, port) in enumerate(config["ports"].items()):
            self.ports[name] = Port(name, port.get("mac", f"02:53:50:00:00:{index:02x}"), port.get("vlan", 0),
                                    port.get("mtu", 1500),
                                    [ipaddress.ip_interface(one) for one in port.get("addresses", [])])
        self.endpoints = config["endpoints"]
        for name, endpoint in self.endpoints.items():
            for port in endpoint["ports"]:
                self.ports[port].endpoint = name
        self.behaviour = {}  # of each group, as last configured
        self.groups = self._read_groups()
        self.unhealthy, self.draining, self.deregistered = set(), set(), set()  # of appliances
        self.shifted = set()  # zones
        self.selection_key = self._selection_key()
        self.flows_created = 0
        self.balancing = Balancing(self)
        options = path.with_name("replay.options")
        self.goes_across = not options.exists() or "--no-route drop" not in options.read_text()

    def _read_groups(self):
        fields = self.config.get("appliance_groups", {})
        self.behaviour |= fields
        return {group: [Appliance(group, one["name"], one["address"], one.get("weight", 1), one.get("zone", ""))
                        for one in values["appliances"]] for group, values in fields.items()}

    def reload(self, path):
        """Another configuration, of the same ports and endpoints. Appliances that it does not have drain."""
        before = {one for group in self.groups.values() for one in group}
        self.config = yaml.safe_load(path.read_text())
        self.groups = self._read_groups()
        self.balancing.read()
        after = {one for group in self.groups.values() for one in group}
        self.draining |= before - after
        for those in (self.unhealthy, self.draining, self.deregistered):
            those -= after - before  # what comes back begins anew

    def appliance(self, identity):
        """The one that "group/name" means now."""
        group, name = identity.split("/")
        return next(one for one in self.groups[group] if one.name == name)

    def is_mirror(self, group):
        return self.behaviour[group].get("mode") == "mirror"

    def available(self, group):
        """Who of the group would get new flows if all were healthy."""
        here, fields = self.config.get("gateway", {}).get("zone"), self.behaviour[group]
        return [one for one in self.groups.get(group, [])
                if one.weight > 0 and one not in self.draining | self.deregistered and one.zone not in self.shifted and
                (fields.get("cross_zone", False) or not here or not one.zone or one.zone == here)]

    def takers(self, group):
        available = self.available(group)
        healthy = [one for one in available if one not in self.unhealthy]
        is_any = self.behaviour[group].get("when_none_healthy", "any") == "any"
        return healthy if healthy or not is_any else available

    def meets(self, appliance):
        """What a packet of a flow that has this appliance meets there: visit, move, reset, drop or skip."""
        fields, has_left = self.behaviour[appliance.group], appliance in self.deregistered
        if not has_left and appliance not in self.unhealthy:
            return "visit"
        failover = fields.get("on_deregistered" if has_left else "on_unhealthy", "keep")
        if failover != "rebalance":
            return {"keep": "visit", "reset": "reset"}[failover]
        takers = self.takers(appliance.group)
        if any(one not in self.unhealthy for one in takers):
            return "move"
        none_healthy = fields.get("when_none_healthy", "any")
        if none_healthy != "any":
            return {"drop": "drop", "bypass": "skip"}[none_healthy]
        return "move" if has_left and takers else "visit"

    def begin(self, flow, chain, now):
        """Gives a new flow what the gateway gives it: appliances, target, outer source port and cookie."""
        groups = self.config["chains"][chain] if chain else []
        flow.hops = [self.select(group, flow) if self.is_shown(group, flow) else None for group in groups]
        for group, appliance in zip(groups, flow.hops):
            bypassed = self.behaviour[group].get("when_none_healthy") == "bypass"
            assert appliance or self.is_mirror(group) or bypassed, f"nobody of {group} takes {flow}"
        self.balancing.begin(flow, now)
        flow.outer_source_port = 49152 | self.selection_hash(flow, "five_tuple") >> 50 if groups else 0
        # The top four bits name the worker: 0, the only one of a replay.
        flow.cookie = siphash13_words(COOKIE_KEY, [0, self.flows_created]) & 0x0FFFFFFF
        self.flows_created += 1
        return flow

    def is_shown(self, group, flow):
        """Whether the group gets the flow: all inline ones do, and mirrors so many of a hundred."""
        percent = self.behaviour[group].get("sample", 100)
        return (self.selection_hash(flow, "five_tuple") >> 20 & 0xFFFF) * 100 // 0x10000 < percent

    def select(self, group, flow):
        """None when nobody takes flows."""
        takers = self.takers(group)
        table = _maglev(tuple((str(one), one.weight) for one in takers))
        if not table:
            return None
        stickiness = self.behaviour[group].get("stickiness", "five_tuple")
        identity = table[self.selection_hash(flow, stickiness) % len(table)]
        return next(one for one in takers if str(one) == identity)

    def selection_hash(self, flow, stickiness):
        """Over what the stickiness keeps of the flow; the same for both directions."""
        version = ipaddress.ip_address(flow.source[0]).version
        ends = sorted((_words(address), port) for address, port in (flow.source, flow.destination))
        (low, low_port), (high, high_port) = ends
        rest = version
        if stickiness != "two_tuple":
            rest |= flow.protocol << 8
        if stickiness == "five_tuple":
            rest |= low_port << 48 | high_port << 32
        return siphash13_words(self.selection_key, [*low, *high, rest, self.endpoints[flow.endpoint]["id"]])

    def _selection_key(self):
        written = self.config.get("gateway", {}).get("hash_key")
        if written:
            raw = bytes.fromhex(written)
            return (int.from_bytes(raw[:8], "little"), int.from_bytes(raw[8:], "little"))
        key = (0, 0)
        for endpoint_id in sorted(one["id"] for one in self.endpoints.values()):
            key = (siphash13_words((0, 0), [key[0], endpoint_id]), siphash13_words((1, 0), [key[1], endpoint_id]))
        return key

    def room(self, appliance):
        """The largest packet that the appliance can be sent: GENEVE with its options takes 40 bytes, and UDP 8."""
        port, _ = self.way(None, appliance.address)
        is_ethernet = self.behaviour[appliance.group].get("payload") == "ethernet"
        return self.ports[port].mtu - 48 - (40 if ":" in appliance.address else 20) - (14 if is_ethernet else 0)

    def way(self, endpoint, destination, came_in=None):
        """(port, address of the next station). `endpoint` None: towards appliances."""
        address = ipaddress.ip_address(destination)
        found = []
        for port in self.ports.values():
            if port.endpoint == endpoint:
                found += [(own.network.prefixlen, port.name, destination) for own in port.addresses
                          if own.version == address.version and address in own.network]
        for route in self.config.get("routes", []):
            prefix = ipaddress.ip_network(route["to"])
            if prefix.version == address.version and address in prefix:
                via = ipaddress.ip_address(route["via"])
                found += [(prefix.prefixlen, port.name, route["via"]) for port in self.ports.values()
                          if port.endpoint == endpoint and route.get("endpoint", endpoint) == endpoint and
                          any(via in own.network for own in port.addresses)]
        if found:
            return max(found)[1:]
        if not self.goes_across:
            return None, None
        # Without a route a replay sends to the endpoint's other side.
        ports = self.endpoints[endpoint]["ports"]
        return (ports[1] if came_in == ports[0] else ports[0]), destination


@functools.lru_cache(maxsize=None)
def _maglev(members):
    return maglev.build(dict(members))


def stand_in_mac(address):
    """The MAC that a station has in a replay: 02, then its address' last five bytes (IPv4: 00 and its four)."""
    raw = ipaddress.ip_address(address).packed
    return ":".join(f"{byte:02x}" for byte in b"\x02" + (b"\0" + raw if len(raw) == 4 else raw[-5:]))


def _words(address):
    """An address as two 64-bit words; IPv4 in its mapped form."""
    value = int(ipaddress.ip_address(address))
    if ":" not in address:
        value |= 0xFFFF00000000
    return value >> 64, value & ((1 << 64) - 1)
