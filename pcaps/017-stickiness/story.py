# SPDX-License-Identifier: Apache-2.0
"""The flows of two hosts: by 5-tuple they spread, by 3-tuple those of one protocol stay together, by 2-tuple all."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp, udp_pair
from scapy.layers.inet import ICMP, IP

story = Story(__file__)


def used(flows, group):
    return {hop.name for flow in flows for hop in flow.hops if hop.group == group}


spread = []
for client, server in (("192.0.2.10", "203.0.113.11"), ("192.0.2.11", "203.0.113.11"),
                       ("2001:db8:1::10", "2001:db8:3::11")):
    flows = {"tcp": [], "udp": []}
    for number in range(5):
        talk = Tcp(client, 40000 + number, server, 21 + number)
        flows["tcp"].append(story.begins(talk.client("S"), "all"))
        story.passes(flows["tcp"][-1], talk.server("SA"))
        # As active FTP does: the server begins the second connection.
        back = Tcp(server, 20, client, 50000 + number)
        flows["tcp"].append(story.begins(back.client("S"), "all", port="south"))
        question, answer = udp_pair(client, 40000 + number, server, 53)
        flows["udp"].append(story.begins(question, "all"))
        story.passes(flows["udp"][-1], answer)
    for kind in flows.values():
        assert len(used(kind, "five")) > 1 and len(used(kind, "three")) == 1
    assert len(used(flows["tcp"] + flows["udp"], "two")) == 1
    spread += flows["tcp"] + flows["udp"]
spread.append(story.begins(IP(src="192.0.2.10", dst="203.0.113.11") / ICMP(), "all"))
assert len(used(spread, "three")) > 1 and len(used(spread, "two")) > 1
story.write()
