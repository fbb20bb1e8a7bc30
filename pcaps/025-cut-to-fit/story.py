# SPDX-License-Identifier: Apache-2.0
"""IPv4 packets without DF are cut for each way that they do not fit, and their parts follow the flow."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import udp
from scapy.layers.inet import ICMP, IP

story = Story(__file__)
client, server = "192.0.2.10", "203.0.113.11"


def sized(total, *ends, **fields):
    packet = udp(*ends, **fields)
    return packet / bytes(index % 251 for index in range(total - len(packet)))


# The first hop takes 1432 bytes, the second 1412, the south 1300.
flow = story.begins(sized(1300, client, 40000, server, 53, id=1), "perimeter")
for number, total in enumerate((1301, 1412, 1413, 1432, 1433, 2000, 3000)):
    story.passes(flow, sized(total, client, 40000, server, 53, id=2 + number))
story.passes(flow, sized(9000, client, 40000, server, 53, id=20))
# The way back is wide behind the chain, so the parts stay as they were made.
story.passes(flow, sized(1500, server, 53, client, 40000, id=21))
# What a sender has cut is cut further.
whole = sized(8000, client, 40000, server, 53)
pieces = wire.pieces(whole, 2000, 22)
story.passes_in_pieces(flow, whole, pieces)
# A ping of 8 kB, that begins its flow.
story.begins(IP(src=client, dst=server, id=23) / ICMP(id=7) / bytes(8000), "perimeter")
# Without a chain.
story.begins(sized(4000, client, 40000, server, 9, id=24), None)

# Who forbids it is told what fits.
larger = sized(1433, client, 40000, server, 53, flags="DF")
story.drops_at("north", larger, "TooBig", ("north", wire.icmp_error("192.0.2.1", bytes(larger), "too-big", 1432)))
story.write()
