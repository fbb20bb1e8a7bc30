# SPDX-License-Identifier: Apache-2.0
"""Maglev consistent hashing (Eisenbud et al., NSDI 2016, section 3.4), with weights."""
from .siphash import siphash13

SLOTS = 65537


def build(members):
    """`members`: {identity: weight}. Gives the identity of each slot, by slot; [] when nobody has a weight."""
    members = {identity: weight for identity, weight in sorted(members.items()) if weight > 0}
    if len(members) <= 1:
        return list(members) * SLOTS
    heaviest = max(members.values())
    orders = {identity: _preferences(identity.encode()) for identity in members}
    table = [None] * SLOTS
    left, turn = SLOTS, 0
    while True:
        for identity, weight in members.items():
            # Over `heaviest` turns a member has as many as it weighs, evenly spread.
            if weight * (turn + 1) // heaviest == weight * turn // heaviest:
                continue
            slot = next(slot for slot in orders[identity] if table[slot] is None)
            table[slot] = identity
            left -= 1
            if left == 0:
                return table
        turn += 1


def _preferences(identity):
    slot = siphash13((0, 0), identity) % SLOTS
    skip = siphash13((1, 0), identity) % (SLOTS - 1) + 1
    while True:
        yield slot
        slot = (slot + skip) % SLOTS
