# SPDX-License-Identifier: Apache-2.0
"""Writes checksum_table.hpp: byte strings of all small and some large sizes, and the checksum that scapy gives each. The
bytes are one array: sanitized compilers take minutes over as many vectors."""
import random
import sys

from scapy.utils import checksum

SIZES = list(range(0, 70)) + [127, 128, 1499, 1500, 1501, 9001]

HEAD = """// SPDX-License-Identifier: Apache-2.0
// Made by make_checksum_table.py.
#pragma once

#include <cstddef>
#include <cstdint>

/// A part of checksum_bytes, and its checksum.
struct ChecksumRow {
    std::size_t begin;
    std::size_t size;
    std::uint16_t checksum;
};

"""


def main(path):
    random_source = random.Random(6081)
    everything = b""
    rows = ""
    for size in SIZES:
        data = bytes(random_source.randrange(256) for _ in range(size))
        rows += f"    {{{len(everything)}, {size}, 0x{checksum(data):04x}}},\n"
        everything += data
    with open(path, "w", encoding="ascii") as out:
        out.write(HEAD)
        out.write("inline constexpr std::uint8_t checksum_bytes[] = {" + ", ".join(map(str, everything)) + "};\n\n")
        out.write("inline constexpr ChecksumRow checksum_rows[] = {\n" + rows + "};\n")


main(sys.argv[1])
