# SPDX-License-Identifier: Apache-2.0
"""Somebody who is no appliance sends GENEVE, or sends other things to where appliances are."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import Tcp, udp

story = Story(__file__)
web = Tcp("192.0.2.10", 40000, "203.0.113.11", 80)
flow = story.begins(web.client("S"), "perimeter")
answer = web.server("SA")

# On the appliances' network: a copy of the real thing, and rubbish.
story.drops_at("inspect", story.given_back(flow, 0, answer, source="198.51.100.99"), "InvalidGeneveTunnel")
story.drops_at("inspect", story.given_back(flow, 0, answer, source="198.51.100.99", version=1), "InvalidGeneveTunnel")
story.drops_at("inspect", udp("198.51.100.99", 50000, "198.51.100.1", 6081, b"rubbish"), "InvalidGeneveTunnel")
# Traffic for somebody else is nobody's there; another port of the gateway's address is the kernel's business.
story.drops_at("inspect", udp("198.51.100.99", 50000, "203.0.113.11", 53), "PortWithoutEndpoint")
story.drops_at("inspect", udp("198.51.100.11", 50000, "198.51.100.1", 53), "HostAbsent")

# From a tenant, with an appliance's address or its own, to the gateway's own address or the one that appliances use.
for source in ("198.51.100.11", "192.0.2.10"):
    for port, destination in (("north", "192.0.2.1"), ("south", "203.0.113.1")):
        forged = story.given_back(flow, 0, answer, source=source, destination=destination)
        story.drops_at(port, forged, "InvalidGeneveTunnel")
    for port in ("north", "south"):
        story.drops_at(port, story.given_back(flow, 0, answer, source=source), "OwnAddressElsewhere")

# A tenant's GENEVE for another host is traffic like any other.
story.begins(wire.ip_layer(story.given_back(flow, 0, answer, source="192.0.2.10", destination="203.0.113.60")),
             "perimeter")
story.write()
