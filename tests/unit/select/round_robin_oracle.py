# SPDX-License-Identifier: Apache-2.0
"""A second smooth weighted round robin, written from its description (nginx, "Upstream: smooth weighted round-robin
balancing", 2012), compared turn by turn with the cycles of build_round_robin."""
import functools
import math
import random
import subprocess
import sys
from fractions import Fraction

MAX_TURNS = 8192


def smooth(weights):
    """One whole cycle."""
    current = [0] * len(weights)
    total = sum(weights)
    for _ in range(total):
        current = [have + weight for have, weight in zip(current, weights)]
        best = max(range(len(weights)), key=lambda peer: (current[peer], -peer))
        current[best] -= total
        yield best


def expected_counts(weights):
    common = functools.reduce(math.gcd, weights, 0)
    if common == 0:
        return []
    if sum(weights) // common <= MAX_TURNS:
        return [weight // common for weight in weights]
    # Rounded half up, one at least.
    exact = [Fraction(weight * MAX_TURNS, sum(weights)) for weight in weights]
    return [max(math.floor(share + Fraction(1, 2)), 1) if share else 0 for share in exact]


def cases():
    yield []
    yield [0, 0]
    yield [1]
    yield [5, 1, 1]  # the example of nginx's own commit: a a b a c a a
    yield [4, 2]
    yield [999, 1, 998]
    yield [1, 1, 1, 1, 1]
    yield [0, 7, 0, 3]
    source = random.Random(2012)
    for count in (2, 3, 5, 9, 16):
        for _ in range(4):
            yield [source.randrange(0, 20) for _ in range(count)]
        yield [source.randrange(0, 1000) for _ in range(count)]
    yield [source.randrange(0, 1000) for _ in range(60)]
    yield [1] + [999] * 30


def main(program):
    assert list(smooth([5, 1, 1])) == [0, 0, 1, 0, 2, 0, 0]
    compared = 0
    for weights in cases():
        line = " ".join(str(weight) for weight in weights) + "\n"
        done = subprocess.run([program], input=line, capture_output=True, text=True, check=True, timeout=60)
        ours = [int(word) for word in done.stdout.split()]
        counts = expected_counts(weights)
        if ours != list(smooth(counts)):
            sys.exit(f"the two cycles differ: weights {weights}")
        compared += 1
    print(f"{compared} cycles compared, all equal")


main(sys.argv[1])
