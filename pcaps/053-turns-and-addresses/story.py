# SPDX-License-Identifier: Apache-2.0
"""Round robin goes by turns, as heavy as the weights; IP hash by the client's address alone."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib.story import Story
from lib.talk import Tcp

story = Story(__file__)

def target(client, port, listener, dport=80):
    return story.begins(Tcp(client, port, listener, dport).client("S"), None).target.name


turns = [target("192.0.2.10", 40000 + number, "192.0.2.80") for number in range(12)]
assert turns[:6] == turns[6:] and sorted(turns[:6]) == ["t-1"] * 3 + ["t-2"] + ["t-3"] * 2
# Whoever has left has no turn.
story.happens("drain", "turns/t-1")
assert {target("192.0.2.10", 41000 + number, "192.0.2.80") for number in range(6)} == {"t-2", "t-3"}

found = set()
for host in range(20, 32):
    client = f"192.0.2.{host}"
    its = {target(client, 42000 + number, "192.0.2.81", 80 + number % 2) for number in range(3)}
    assert len(its) == 1
    found |= its
assert found == {"t-1", "t-2", "t-3"}
story.write()
