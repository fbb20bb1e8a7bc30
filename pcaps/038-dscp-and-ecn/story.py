# SPDX-License-Identifier: Apache-2.0
"""The tunnel has its packet's DSCP and ECN; on the way back congestion is told to the packet (RFC 6040)."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib import wire
from lib.talk import udp_pair

story = Story(__file__)

NOT_ECT, ECT1, ECT0, CE = range(4)
EF = 46 << 2
# RFC 6040 figure 4: what the packet becomes, by its own and the outer ECN; None: dropped.
FIGURE_4 = {NOT_ECT: [NOT_ECT, NOT_ECT, NOT_ECT, None], ECT1: [ECT1, ECT1, ECT1, CE], ECT0: [ECT0, ECT1, ECT0, CE],
            CE: [CE, CE, CE, CE]}

for client, server in (("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11")):
    question, answer = udp_pair(client, 40000, server, 53)
    flow = story.begins(question, "perimeter")
    story.passes(flow, answer)
    for there in (EF | NOT_ECT, EF | ECT1, ECT0, EF | CE):
        for packet in (question, answer):
            story.passes(flow, wire.with_traffic_class(bytes(packet), there))
    for inner, row in FIGURE_4.items():
        for outer, after in enumerate(row):
            for hop in (0, 1):
                packet = wire.with_traffic_class(bytes(question), EF | inner)
                # The outer DSCP is the way's own business (RFC 2983 3.1).
                if after is None:
                    story.drops_at("inspect", story.given_back(flow, hop, packet, tos=outer), "EcnCongestion")
                else:
                    story.passes_from(flow, hop, packet, tos=outer,
                                      becomes=wire.with_traffic_class(packet, EF | after))
story.write()
