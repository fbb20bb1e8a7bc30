# SPDX-License-Identifier: Apache-2.0
"""What the gateway's configuration means: its ports, ways and MACs in a replay, and who inspects which flow."""
import functools
import ipaddress
from dataclasses import dataclass, field

import yaml

from . import maglev
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
    weight: int


@dataclass
class Flow:
    """One life of a flow, as its initiator's first packet shows it."""
    endpoint: str
    protocol: int
    source: tuple       # (address, port); ports are 0 but for TCP and UDP
    destination: tuple
    ports: dict         # where packets of it come in: {"forward": port, "reverse": port}
    hops: list = field(default_factory=list)
    outer_source_port: int = 0
    cookie: int = 0

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
        self.groups = {group: [Appliance(group, one["name"], one["address"], one.get("weight", 1))
                               for one in fields["appliances"]]
                       for group, fields in config.get("appliance_groups", {}).items()}
        self.selection_key = self._selection_key()
        self.flows_created = 0
        options = path.with_name("replay.options")
        self.goes_across = not options.exists() or "--no-route drop" not in options.read_text()

    def begin(self, flow, chain):
        """Gives a new flow what the gateway gives it: appliances, outer source port and cookie."""
        groups = self.config["chains"][chain] if chain else []
        flow.hops = [self.select(group, flow) for group in groups]
        flow.outer_source_port = 49152 | self.selection_hash(flow, "five_tuple") >> 50 if groups else 0
        # The top four bits name the worker: 0, the only one of a replay.
        flow.cookie = siphash13_words(COOKIE_KEY, [0, self.flows_created]) & 0x0FFFFFFF
        self.flows_created += 1
        return flow

    def select(self, group, flow):
        table = self._maglev(group)
        stickiness = self.config["appliance_groups"][group].get("stickiness", "five_tuple")
        identity = table[self.selection_hash(flow, stickiness) % len(table)]
        return next(one for one in self.groups[group] if f"{group}/{one.name}" == identity)

    @functools.lru_cache(maxsize=None)
    def _maglev(self, group):
        return maglev.build({f"{group}/{one.name}": one.weight for one in self.groups[group]})

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
