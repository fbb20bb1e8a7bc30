# SPDX-License-Identifier: Apache-2.0
"""SipHash-1-3 (Aumasson and Bernstein, 2012)."""
MASK = (1 << 64) - 1


def _rotate(word, bits):
    return (word << bits | word >> (64 - bits)) & MASK


def _round(v0, v1, v2, v3):
    v0 = (v0 + v1) & MASK
    v1 = _rotate(v1, 13) ^ v0
    v0 = _rotate(v0, 32)
    v2 = (v2 + v3) & MASK
    v3 = _rotate(v3, 16) ^ v2
    v0 = (v0 + v3) & MASK
    v3 = _rotate(v3, 21) ^ v0
    v2 = (v2 + v1) & MASK
    v1 = _rotate(v1, 17) ^ v2
    v2 = _rotate(v2, 32)
    return v0, v1, v2, v3


def siphash13(key, data):
    """`key`: two 64-bit integers. `data`: bytes."""
    state = (key[0] ^ 0x736F6D6570736575, key[1] ^ 0x646F72616E646F6D,
             key[0] ^ 0x6C7967656E657261, key[1] ^ 0x7465646279746573)
    padded = data + bytes(-(len(data) + 1) % 8) + bytes([len(data) & 0xFF])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        v0, v1, v2, v3 = _round(*state[:3], state[3] ^ word)
        state = (v0 ^ word, v1, v2, v3)
    state = (state[0], state[1], state[2] ^ 0xFF, state[3])
    for _ in range(3):
        state = _round(*state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def siphash13_words(key, words):
    return siphash13(key, b"".join(word.to_bytes(8, "little") for word in words))
