# SPDX-License-Identifier: Apache-2.0
"""Flows in proportion to weights; who weighs nothing gets none there, but may serve in another group."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import collections

from lib.story import Story
from lib.talk import udp

story = Story(__file__)
flows = [story.begins(udp("192.0.2.10", 40000 + number, "203.0.113.11", 53), "perimeter") for number in range(90)]
firewalls, sensors = (collections.Counter(flow.hops[hop].name for flow in flows) for hop in (0, 1))
assert firewalls["small"] < firewalls["middle"] < firewalls["large"] and "drained" not in firewalls, firewalls
assert len(sensors) == 2
# Of the flows that visit `small` twice, the cookie tells the visits apart, and the reply goes there twice, too.
assert any(flow.hops[0].address == flow.hops[1].address for flow in flows)
for number, flow in enumerate(flows[:10]):
    story.passes(flow, udp("203.0.113.11", 53, "192.0.2.10", 40000 + number))
story.write()
