# SPDX-License-Identifier: Apache-2.0
"""One TCP connection through one firewall: each packet is sent there in GENEVE, given back, and goes on, in both
directions; the cookie and the outer source port are the same throughout."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)
web = Tcp("192.0.2.10", 40000, "203.0.113.11", 80)
syn, *handshake = web.handshake()
flow = story.begins(syn, "perimeter")
for packet in handshake + web.request(b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\nhello\n") + web.close():
    story.passes(flow, packet)
# Short frames are padded by the sender's NIC; the padding is no part of the packet and goes nowhere.
story.passes(flow, web.server("A"), padding=bytes(6))
story.write()
