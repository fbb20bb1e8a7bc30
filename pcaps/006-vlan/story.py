# SPDX-License-Identifier: Apache-2.0
"""Tagged ports: tags come off before the packet goes into GENEVE, and each port puts its own on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import Tcp
from scapy.layers.l2 import Dot1Q, Ether

story = Story(__file__)
for client, server in (("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")):
    web = Tcp(client, 40000, server, 80)
    flow = story.begins(web.client("S"), "perimeter")
    for packet in (web.server("SA"), web.client("A"), *web.request(b"question", b"answer")):
        story.passes(flow, packet)

# Frames that are not of the port's VLAN: another's, none, and one inside another.
north = story.gateway.ports["north"]
raw = bytes(Tcp("192.0.2.10", 40001, "203.0.113.11", 80).client("S"))
for frame in (wire.frame(raw, "02:00:c0:00:02:0a", north.mac, vlan=20), wire.frame(raw, "02:00:c0:00:02:0a", north.mac),
              Ether(src="02:00:c0:00:02:0a", dst=north.mac) / Dot1Q(vlan=10) / Dot1Q(vlan=20) / wire.ip_layer(raw)):
    story.drops_frame("north", frame, "VlanUnknown")
story.write()
