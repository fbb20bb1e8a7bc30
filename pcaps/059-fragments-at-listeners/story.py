# SPDX-License-Identifier: Apache-2.0
"""Fragments of a listener's flow are rewritten each, whichever comes first, and fit together again."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import udp_pair
from lib.wire import pieces

story = Story(__file__)

for number, (client, listener) in enumerate((("192.0.2.10", "192.0.2.80"), ("2001:db8:1::10", "2001:db8:1::80"),
                                             ("192.0.2.10", "192.0.2.81"))):
    question, answer = udp_pair(client, 40000, listener, 80)
    flow = story.begins(question, "perimeter")
    story.passes(flow, answer)
    long_question, long_answer = udp_pair(client, 40000, listener, 80, bytes(range(200)), bytes(range(255)))
    there = pieces(long_question, 96, 7 + number)
    back = pieces(long_answer, 96, 17 + number)
    story.passes_in_pieces(flow, long_question, there)
    story.passes_in_pieces(flow, long_answer, back)
    there = pieces(long_question, 96, 27 + number)
    story.passes_in_pieces(flow, long_question, there[::-1])
story.write()
