# SPDX-License-Identifier: Apache-2.0
"""Too large for the way to the appliance, or for the way behind it: the sender is told what fits."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import udp

story = Story(__file__)
ROUTERS = {4: {"north": "192.0.2.1", "south": "203.0.113.1"}, 6: {"north": "2001:db8:1::1", "south": "2001:db8:3::1"}}


def sized(total, source, sport, destination, dport, **fields):
    packet = udp(source, sport, destination, dport, **fields)
    return packet / bytes(total - len(packet))


def too_big(port, about, mtu):
    return port, wire.icmp_error(ROUTERS[bytes(about)[0] >> 4][port], bytes(about), "too-big", mtu)


for client, server, dont_fragment in (("192.0.2.10", "203.0.113.11", {"flags": "DF"}),
                                      ("2001:db8:1::10", "2001:db8:3::11", {})):
    for dport, chain, fits in ((4, "four", 1500 - 68), (6, "six", 1500 - 88)):
        # From the south, where nothing but the way to the appliance is narrow.
        flow = story.begins(udp(client, 40000, server, dport), chain)
        story.passes(flow, sized(fits, server, dport, client, 40000, **dont_fragment))
        larger = sized(fits + 1, server, dport, client, 40000, **dont_fragment)
        story.drops_at("south", larger, "TooBig", too_big("south", larger, fits))
        # A flow may begin with such a packet, too: the flow is there, the packet is not.
        first = sized(fits + 1, client, 40001, server, dport, **dont_fragment)
        flow = story.flow(first, chain, "north")
        story.drops_at("north", first, "TooBig", too_big("north", first, fits))
        story.passes(flow, udp(client, 40001, server, dport))
        # Fits the appliance, but not the south.
        larger = sized(1401, client, 40001, server, dport, **dont_fragment)
        about = wire.routed(bytes(larger))
        story.drops_behind_chain(flow, larger, "TooBig", too_big("north", about, 1400))
    # Fits the first appliance, but not the second.
    flow = story.begins(udp(client, 40000, server, 46), "both")
    larger = sized(1413, client, 40000, server, 46, **dont_fragment)
    story.drops_behind_chain(flow, larger, "TooBig", too_big("north", larger, 1500 - 88), hops=1)
    flow = story.begins(sized(1400, client, 40002, server, 9, **dont_fragment), None)
    larger = sized(1401, client, 40002, server, 9, **dont_fragment)
    story.drops_behind_chain(flow, larger, "TooBig", too_big("north", wire.routed(bytes(larger)), 1400))

# A sender without a route, which a replay reaches by the port that it came in by: also from behind appliances.
for dport, chain, hops, total, fits in (
        (4, "four", 0, 1433, 1432), (46, "both", 1, 1413, 1412), (9, None, 0, 1401, 1400)):
    packet = sized(total, "10.0.0.1", 40000, "203.0.113.11", dport, flags="DF")
    flow = story.flow(packet, chain, "north")
    about = packet if hops or chain else wire.routed(bytes(packet))
    story.drops_behind_chain(flow, packet, "TooBig", too_big("north", about, fits), hops=hops)

# Without DF the sender expects to be fragmented for; here the gateway was told not to, and nobody hears of it.
flow = story.begins(udp("192.0.2.10", 40003, "203.0.113.11", 4), "four")
story.drops_at("north", sized(1433, "192.0.2.10", 40003, "203.0.113.11", 4), "TooBig")
story.write()
