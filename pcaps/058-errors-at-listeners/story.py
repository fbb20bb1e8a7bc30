# SPDX-License-Identifier: Apache-2.0
"""ICMP errors about a listener's flow are rewritten with what they quote, from the target's side and from the client's."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6PacketTooBig, IPv6
from scapy.packet import Raw

from lib.story import Story
from lib.talk import Tcp, udp, udp_pair
from lib.wire import ip_layer

story = Story(__file__)


def error(router, about, kind, quoted=None):
    """From a router, or from an end itself; `quoted` bytes of the packet."""
    packet = ip_layer(bytes(about))
    if isinstance(packet, IP):
        icmp = ICMP(type=3, code=1) if kind == "unreachable" else ICMP(type=3, code=4, nexthopmtu=1400)
        return IP(src=router, dst=packet.src, ttl=60) / icmp / Raw(bytes(about)[:quoted])
    icmp = ICMPv6DestUnreach(code=3) if kind == "unreachable" else ICMPv6PacketTooBig(mtu=1400)
    return IPv6(src=router, dst=packet.src, hlim=60) / icmp / Raw(bytes(about)[:quoted])


for client, listener, router in (("192.0.2.10", "192.0.2.80", "203.0.113.254"),
                                 ("2001:db8:1::10", "2001:db8:1::80", "2001:db8:3::fe"),
                                 ("192.0.2.10", "192.0.2.81", "203.0.113.254")):
    question, answer = udp_pair(client, 40000, listener, 80, bytes(60), bytes(range(61)))
    flow = story.begins(question, "perimeter")
    story.passes_related(flow, error(router, question, "unreachable"))
    story.passes_related(flow, error(listener, question, "unreachable"))  # the target itself
    story.passes(flow, answer)
    story.passes_related(flow, error(client, answer, "unreachable"))
    story.passes_related(flow, error(router.replace("203.0.113", "192.0.2").replace("8:3:", "8:1:"), answer, "too-big"))

    talk = Tcp(client, 41000, listener, 80)
    syn = talk.client("S")
    flow = story.begins(syn, "perimeter")
    story.passes_related(flow, error(router, syn, "too-big"))
    for sent in (talk.server("SA"), talk.client("A")):
        story.passes(flow, sent)
    data = talk.server("PA", b"answer")
    story.passes(flow, data)
    story.passes_related(flow, error(client, data, "unreachable"))
    # RFC 792: the header and eight bytes, in which TCP has no checksum.
    head = 48 if ":" in client else 28
    story.passes_related(flow, error(client, data, "unreachable", head), whole=data)
    story.passes_related(flow, error(router, syn, "unreachable", head), whole=syn)
    # What quotes no flow is for the gateway's own IP stack, whose address it is, too.
    story.drops_at("north", error(client, udp(listener, 80, client, 49999), "unreachable"), "HostAbsent")
story.write()
