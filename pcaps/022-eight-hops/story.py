# SPDX-License-Identifier: Apache-2.0
"""The longest chain: eight visits one way, and the same eight back."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)
for number, (client, server) in enumerate((("192.0.2.10", "203.0.113.11"), ("2001:db8:1::10", "2001:db8:3::11"))):
    web = Tcp(client, 40000, server, 80)
    flow = story.begins(web.client("S"), "long")
    for packet in (web.server("SA"), web.client("A"), *web.request(b"question", b"answer")):
        story.passes(flow, packet)
    # From the middle of the chain on, either way.
    story.passes_from(flow, 3, web.client("A"))
    story.passes_from(flow, 3, web.server("A"))
story.write()
