# SPDX-License-Identifier: Apache-2.0
"""A second Maglev (Eisenbud et al., NSDI 2016, section 3.4) over a second SipHash-1-3, both written from the papers,
compared slot by slot with the tables of build_maglev."""
import random
import subprocess
import sys

MASK = (1 << 64) - 1


def rotate(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


def siphash13(k0, k1, data):
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def sip_round():
        for a, b, turn in ((0, 1, 13), (2, 3, 16)):
            v[a] = (v[a] + v[b]) & MASK
            v[b] = rotate(v[b], turn) ^ v[a]
        v[0] = rotate(v[0], 32)
        for a, b, turn in ((2, 1, 17), (0, 3, 21)):
            v[a] = (v[a] + v[b]) & MASK
            v[b] = rotate(v[b], turn) ^ v[a]
        v[2] = rotate(v[2], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        v[3] ^= word
        sip_round()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(3):
        sip_round()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def permutation(name, slots):
    """The paper's permutation[i][j] = (offset + j * skip) mod M."""
    offset = siphash13(0, 0, name.encode()) % slots
    skip = siphash13(1, 0, name.encode()) % (slots - 1) + 1
    return [(offset + j * skip) % slots for j in range(slots)]


def maglev(members, slots):
    heaviest = max((weight for _, weight in members), default=0)
    if heaviest == 0:
        return []
    preferences = [permutation(name, slots) for name, _ in members]
    next_choice = [0] * len(members)
    credit = [0] * len(members)
    table = [None] * slots
    filled = 0
    while True:
        # Members take turns in the order of their names.
        for i in sorted(range(len(members)), key=lambda member: members[member][0]):
            weight = members[i][1]
            # A member earns its weight in every turn and pays the heaviest one's for a slot.
            credit[i] += weight
            if credit[i] < heaviest:
                continue
            credit[i] -= heaviest
            while table[preferences[i][next_choice[i]]] is not None:
                next_choice[i] += 1
            table[preferences[i][next_choice[i]]] = i
            next_choice[i] += 1
            filled += 1
            if filled == slots:
                return table


def cases():
    yield 7, [("a", 1), ("b", 1), ("c", 1)]
    yield 13, [("only", 1)]
    yield 13, [("none", 0)]
    yield 65537, [("firewalls/fw-1", 1), ("firewalls/fw-2", 1)]
    yield 65537, [("firewalls/fw-1", 3), ("firewalls/fw-2", 1), ("firewalls/fw-3", 0)]
    yield 65537, [("sensors/" + str(i), weight) for i, weight in enumerate([1, 999, 500, 7, 0, 250])]
    source = random.Random(2016)
    for slots in (11, 101, 1009, 4099):
        for count in (1, 2, 5, 9):
            yield slots, [("g/%x" % source.getrandbits(40), source.randrange(0, 6)) for _ in range(count)]


def main(program):
    compared = 0
    for slots, members in cases():
        line = " ".join([str(slots)] + [f"{name}={weight}" for name, weight in members]) + "\n"
        done = subprocess.run([program], input=line, capture_output=True, text=True, check=True)
        ours = [int(word) for word in done.stdout.split()]
        if ours != maglev(members, slots):
            sys.exit(f"the two tables differ: {slots} slots, {members}")
        compared += 1
    print(f"{compared} tables compared, all equal")


main(sys.argv[1])
