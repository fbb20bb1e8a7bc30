# SPDX-License-Identifier: Apache-2.0
"""Recorded between two network namespaces:
dig asks dnsmasq over UDP and TCP, IPv4 and IPv6; a few pings."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story

story = Story(__file__)
flows = story.recorded(pathlib.Path(__file__).with_name("recorded.pcap"), "perimeter")
assert {hop.name for flow in flows for hop in flow.hops} == {"fw-1", "fw-2", "ids-1", "ids-2"}
story.write()
