# SPDX-License-Identifier: Apache-2.0
"""Writes checksum_table.hpp: byte strings of all small and some large sizes, and the checksum that scapy gives each."""
import random
import sys

from scapy.utils import checksum

SIZES = list(range(0, 70)) + [127, 128, 1499, 1500, 1501, 9001]


def row(size, random_source):
    data = bytes(random_source.randrange(256) for _ in range(size))
    return "    {{" + ", ".join(f"0x{b:02x}" for b in data) + "}, " + f"0x{checksum(data):04x}" + "},\n"


def main(path):
    random_source = random.Random(6081)
    with open(path, "w", encoding="ascii") as out:
        out.write("// SPDX-License-Identifier: Apache-2.0\n// Made by make_checksum_table.py.\n#pragma once\n\n")
        out.write("#include <cstdint>\n#include <vector>\n\n")
        out.write("struct ChecksumRow {\n    std::vector<std::uint8_t> bytes;\n    std::uint16_t checksum;\n};\n\n")
        out.write("inline const std::vector<ChecksumRow> checksum_rows = {\n")
        for size in SIZES:
            out.write(row(size, random_source))
        out.write("};\n")


main(sys.argv[1])
