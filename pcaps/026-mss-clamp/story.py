# SPDX-License-Identifier: Apache-2.0
"""SYNs ask for no larger segments than their flow's way carries: lowered, never raised, and nothing is added."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from scapy.layers.inet import TCP

story = Story(__file__)


def segment(source, sport, destination, dport, flags, options):
    """Its checksum is scapy's, both before and after."""
    packet = wire.ip(source)(src=source, dst=destination) / TCP(sport=sport, dport=dport, flags=flags, options=options)
    return bytes(packet)


def offers(mss, odd=False):
    return [*([("NOP", None)] if odd else []), ("MSS", mss), ("WScale", 7), *([] if odd else [("NOP", None)])]


port = 40000
# 1500 less the encapsulation over IPv4 or IPv6, less the headers of IP and TCP; no chain: the links' own.
for here, there, headers in (("192.0.2.10", "203.0.113.11", 40), ("2001:db8:1::10", "2001:db8:3::11", 60)):
    for dport, chain, mtu in ((80, "four", 1500 - 68), (46, "both", 1500 - 88), (9, None, 1500)):
        fits = mtu - headers
        for offered in (536, fits - 1, fits, fits + 1, 8960, 65535):
            port += 1
            lowered = min(offered, fits)
            odd = offered % 2 == 0
            flow = story.begins(segment(here, port, there, dport, "S", offers(offered, odd)), chain,
                                becomes=segment(here, port, there, dport, "S", offers(lowered, odd)))
            story.passes(flow, segment(there, dport, here, port, "SA", offers(offered, odd)),
                         becomes=segment(there, dport, here, port, "SA", offers(lowered, odd)))
            story.passes(flow, segment(here, port, there, dport, "A", []))
        port += 1
        story.begins(segment(here, port, there, dport, "S", [("SAckOK", b"")]), chain)

flow = story.begins(segment("192.0.2.10", 40000, "203.0.113.11", 80, "S", offers(1460)), "four", port="branch-north",
                    becomes=segment("192.0.2.10", 40000, "203.0.113.11", 80, "S", offers(1000)))
story.passes(flow, segment("203.0.113.11", 80, "192.0.2.10", 40000, "SA", offers(900)))
story.write()
