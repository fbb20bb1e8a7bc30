# SPDX-License-Identifier: Apache-2.0
"""Every way in which GENEVE from an appliance can be wrong, a packet each; nothing of it is passed on."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import wire
from lib.story import Story
from lib.talk import Tcp, udp
from scapy.layers.inet import IP, TCP, UDP
from scapy.packet import Raw

story = Story(__file__)
web = Tcp("192.0.2.10", 40000, "203.0.113.11", 80)
flow = story.begins(web.client("S"), "perimeter")
story.passes(flow, web.server("SA"))
story.passes(flow, web.client("A"))
good = web.client("PA", b"question")
endpoint_id, attachment_id, cookie = options = wire.gwlb_options(story.endpoint_id(flow), flow.cookie_at(0))


def wrong(reason, packet=good, **fields):
    story.drops_at("inspect", story.given_back(flow, 0, packet, **fields), reason)


def cut(reason, payload_bytes):
    outer = IP(story.given_back(flow, 0, good))
    payload = bytes(outer[UDP].payload)[:payload_bytes]
    outer.len = outer.chksum = outer[UDP].len = None
    outer[UDP].remove_payload()
    story.drops_at("inspect", outer / Raw(payload), reason)


def udp_length(reason, length):
    outer = IP(story.given_back(flow, 0, good))
    outer[UDP].len = length
    story.drops_at("inspect", outer, reason)


# What is right goes on, also a second time, with the options in another order, or with one that may be ignored.
story.passes(flow, good)
story.passes_from(flow, 0, good)
story.passes_from(flow, 0, good, options=[cookie, endpoint_id, attachment_id])
story.passes_from(flow, 0, good, options=options + [wire.option(1, bytes(4), option_class=0xFF00)])

cut("GeneveHeaderTruncated", 0)
cut("GeneveHeaderTruncated", 7)
wrong("GeneveVersion", version=1)
wrong("GeneveReservedBits", reserved=1)
wrong("GeneveReservedBits", reserved=32)
wrong("GeneveReservedBits", reserved2=1)
wrong("GeneveReservedBits", options=[endpoint_id, attachment_id, wire.option(3, cookie.data, reserved=1, length=1)])
wrong("GeneveControl", oam=1)
wrong("GeneveCriticalOption", options=options + [wire.option(0x80, b"", option_class=0xFF00)], critical=1)
wrong("GeneveCriticalOption", options=[wire.option(0x84, bytes(4))] + options, critical=1)
cut("GeneveOptionsTruncated", 8 + 28)
wrong("GeneveOptionsTruncated", optionlen=63)
wrong("GeneveOptionOverrun", options=[endpoint_id, attachment_id, wire.option(3, cookie.data, length=2)])
wrong("GeneveOptionOverrun", options=options + [wire.option(9, b"", option_class=0xFF00, length=31)])
wrong("GeneveOptionLength", options=[wire.option(1, endpoint_id.data[:4]), attachment_id, cookie])
wrong("GeneveOptionLength", options=[endpoint_id, wire.option(2, bytes(12)), cookie])
wrong("GeneveOptionLength", options=[endpoint_id, attachment_id, wire.option(3, cookie.data + bytes(4))])
for twice in options:
    wrong("GeneveOptionDuplicate", options=options + [twice])
wrong("InvalidGwlbEndpointId", options=[attachment_id, cookie])
wrong("InvalidGwlbEndpointId", options=[])
wrong("InvalidGwlbEndpointId", options=[wire.option(1, b"stranger"), attachment_id, cookie])
wrong("MissingAttachmentId", options=[endpoint_id, cookie])
wrong("MissingAttachmentId", options=[endpoint_id, wire.option(2, b"attached"), cookie])
wrong("InvalidGwlbFlowCookie", options=[endpoint_id, attachment_id])
wrong("GeneveVni", vni=1)
wrong("GeneveProtocolType", proto=0x86DD)
wrong("GeneveProtocolType", proto=0x6558)
wrong("GeneveProtocolType", proto=0x88CC)
udp_length("OuterUdpMalformed", 7)
udp_length("OuterUdpMalformed", 2000)

raw = bytes(good)
wrong("InnerMalformed", b"")
wrong("InnerMalformed", raw[:-1])
wrong("InnerMalformed", raw[:19])
wrong("InnerMalformed", raw[:8] + b"\x07" + raw[9:])  # another TTL under the old checksum
fragment = good.copy()
fragment.flags = "MF"
wrong("InnerMalformed", fragment)
wrong("InnerMalformed", IP(src="127.0.0.1", dst="203.0.113.11") / TCP())
# Whole, but of no flow.
wrong("MissingFlowEntry", udp("192.0.2.10", 40000, "203.0.113.11", 80))
wrong("MissingFlowEntry", Tcp("192.0.2.10", 40001, "203.0.113.11", 80).client("S"))
story.write()
