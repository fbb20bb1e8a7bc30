# SPDX-License-Identifier: Apache-2.0
"""Which target a listener's flow gets, and which address and port stand in the place of its client's."""
import functools
import ipaddress
import math
from dataclasses import dataclass, field

from . import maglev
from .siphash import siphash13_words

TCP, UDP = 6, 17
MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
PROTOCOLS = {"TCP": (TCP,), "UDP": (UDP,), "TCP_UDP": (TCP, UDP)}


@dataclass(frozen=True)
class Target:
    group: str
    address: str
    port: int
    name: str = field(compare=False)
    weight: int = field(default=1, compare=False)

    @property
    def end(self):
        return self.address, self.port

    def __str__(self):
        return f"{self.group}/{self.name}"


class Random:
    """SplitMix64 (Steele, Lea and Flood, 2014), as a replay's worker has it."""

    def __init__(self, seed=1):
        self.state = seed

    def next(self):
        self.state = (self.state + GOLDEN) & MASK
        mixed = self.state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
        return mixed ^ mixed >> 31


class Balancing:
    """The listeners of a gateway, and what it remembers of its choices."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.unhealthy, self.draining, self.deregistered = set(), set(), set()
        self.turns = {}   # by group
        self.sticky = {}  # (client, group): (target, until)
        self.random = Random()
        self.taken = set()  # (protocol, source, target's end)
        self.flows = []
        self.read()

    def read(self):
        config = self.gateway.config
        self.listeners = config.get("listeners", [])
        self.groups = config.get("target_groups", {})
        self.targets = {name: [self._target(name, group, one) for one in group["targets"]]
                        for name, group in self.groups.items()}

    @staticmethod
    def _target(name, group, one):
        port = one.get("port", group["port"])
        host = f"[{one['address']}]" if ":" in one["address"] else one["address"]
        return Target(name, one["address"], port, one.get("name", f"{host}:{port}"), one.get("weight", 1))

    def target(self, identity):
        return next((one for group in self.targets.values() for one in group if str(one) == identity), None)

    def listener(self, flow):
        return next((one for one in self.listeners
                     if (one["address"], one["port"]) == flow.destination and flow.protocol in PROTOCOLS[one["protocol"]]
                     and one.get("endpoint", next(iter(self.gateway.endpoints))) == flow.endpoint), None)

    def takers(self, group):
        available = [one for one in self.targets[group] if one.weight and one not in self.draining | self.deregistered]
        healthy = [one for one in available if one not in self.unhealthy]
        return healthy or available  # nobody is healthy: all take flows

    def begin(self, flow, now):
        """Gives a new flow its target, if a listener took it."""
        flow.listener = self.listener(flow)
        if flow.listener is None:
            return
        self.assign(flow, now)
        self.flows.append(flow)

    def assign(self, flow, now):
        target = flow.target = self._choose(flow, now)
        assert target, f"nobody takes {flow}"
        flow.seen_as = flow.source
        port, _ = self.gateway.way(flow.endpoint, target.address, flow.ports["forward"])
        flow.ports["reverse"] = port
        group = self.groups[target.group]
        # Replies of a target on the client's side would not come back here if they were for the client.
        if not group.get("preserve_client_ip", True) or port == flow.ports["forward"]:
            flow.seen_as = self._replacement(flow, group, self.gateway.ports[port])
        self.taken.add((flow.protocol, flow.seen_as, target.end))

    def _replacement(self, flow, group, port):
        version = ipaddress.ip_address(flow.target.address).version
        extra = [one for one in group.get("source_addresses", []) if ipaddress.ip_address(one).version == version]
        addresses = extra or [port.address(version)]
        # Below the kernel's own ports (32768 on), unless the address is for flows alone.
        first, count = 1024, 64512 if extra else 31744
        while True:
            number = self.random.next()
            chosen = (addresses[(number >> 32) % len(addresses)], first + ((number & 0xFFFFFFFF) * (count - 1) >> 32))
            if (flow.protocol, chosen, flow.target.end) not in self.taken:
                return chosen

    def _choose(self, flow, now):
        shares = flow.listener["default_action"]["forward"]
        shares = [{"target_group": shares}] if isinstance(shares, str) else shares
        hashed = self._flow_hash(flow)
        name = shares[0]["target_group"] if len(shares) == 1 else self._weighted(shares, hashed)
        group, takers = self.groups[name], self.takers(name)
        sticks = group.get("stickiness", "none")
        if sticks == "none":
            return self._within(name, group, takers, flow, hashed)
        target, until = self.sticky.get((flow.source[0], name), (None, 0))
        if until <= now or target not in takers:
            target = self._within(name, group, takers, flow, hashed)
        self.sticky[flow.source[0], name] = target, now + int(sticks["duration"].rstrip("s")) * 1_000_000_000
        return target

    def _weighted(self, shares, hashed):
        """A point on a line that the groups divide by weight; those that have nobody have no part of it."""
        weights = [one.get("weight", 1) if self.takers(one["target_group"]) else 0 for one in shares]
        point = (hashed * GOLDEN & MASK) >> 32
        at = point * sum(weights) >> 32
        for share, weight in zip(shares, weights):
            if at < weight:
                return share["target_group"]
            at -= weight
        raise AssertionError("no group has targets")

    def _within(self, name, group, takers, flow, hashed):
        algorithm = group.get("algorithm", "flow_hash")
        if algorithm == "round_robin":
            cycle = _cycle(tuple(one.weight for one in takers))
            turn = self.turns.get(name, 0) % len(cycle)
            self.turns[name] = turn + 1
            return takers[cycle[turn]]
        if algorithm == "ip_hash":
            hashed = siphash13_words(self.gateway.selection_key, [*_words(flow.source[0]), self._endpoint_id(flow)])
        by_identity = {f"{name}/{one.address}/{one.port}": one for one in takers}
        table = _maglev(tuple((identity, one.weight) for identity, one in by_identity.items()))
        return by_identity[table[hashed % len(table)]]

    def _flow_hash(self, flow):
        """Only the client's packets choose, so its side stands first."""
        version = ipaddress.ip_address(flow.source[0]).version
        rest = flow.source[1] << 48 | flow.destination[1] << 32 | flow.protocol << 8 | version
        return siphash13_words(self.gateway.selection_key,
                               [*_words(flow.source[0]), *_words(flow.destination[0]), rest, self._endpoint_id(flow)])

    def _endpoint_id(self, flow):
        return self.gateway.endpoints[flow.endpoint]["id"]


def _cycle(weights):
    """Smooth weighted round robin, as nginx has it: everybody earns its weight, the richest pays for all."""
    weights = [weight // math.gcd(*weights) for weight in weights]
    credit, cycle = [0] * len(weights), []
    for _ in range(sum(weights)):
        credit = [have + weight for have, weight in zip(credit, weights)]
        cycle.append(credit.index(max(credit)))
        credit[cycle[-1]] -= sum(weights)
    return cycle


@functools.lru_cache(maxsize=None)
def _maglev(members):
    return maglev.build(dict(members))


def _words(address):
    value = int(ipaddress.ip_address(address))
    if ":" not in address:
        value |= 0xFFFF00000000
    return value >> 64, value & MASK
