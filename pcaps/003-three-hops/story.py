# SPDX-License-Identifier: Apache-2.0
"""Three hops; what comes back visits them in reverse. A flow that a server begins visits the first group first, too."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)
web = Tcp("192.0.2.10", 40000, "203.0.113.11", 80)
flow = story.begins(web.client("S"), "perimeter")
for packet in (web.server("SA"), web.client("A"), *web.request(b"question", b"answer"), *web.close()):
    story.passes(flow, packet)

pull = Tcp("203.0.113.11", 40001, "192.0.2.10", 873)
flow = story.begins(pull.client("S"), "perimeter", port="south")
for packet in (pull.server("SA"), pull.client("A"), *pull.request(b"question", b"answer")):
    story.passes(flow, packet)
story.write()
