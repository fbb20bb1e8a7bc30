#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real GENEVE captures: what we decode is what tcpdump printed when its authors recorded its answers.

usage: tcpdump_oracle.py GENEVE_LINES_PROGRAM FOLDER
"""
import os
import re
import struct
import sys

import geneve_lines

# The folder names each answer after its trace, but for those of geneve.pcap, printed with three sets of options.
TRACES_OF_OTHER_NAME = {"geneve-tcp": "geneve", "geneve-vni": "geneve", "geneve-vv": "geneve"}
TIME = re.compile(r"(\d\d:\d\d:\d\d\.\d{6}) ")
GENEVE = re.compile(r"Geneve, Flags \[(.+?)\], vni (0x[0-9a-f]+)(?:, proto \S+ \(0x([0-9a-f]+)\))?(.*)")
OPTION = re.compile(r"class .*?\(0x([0-9a-f]+)\) type 0x([0-9a-f]+)(\(C\))? len (\d+)(?: data ([0-9a-f ]+))?")


def frames(path):
    """(time of day as tcpdump prints it, frame) of a little-endian pcap file with Ethernet frames."""
    with open(path, "rb") as trace:
        data = trace.read()
    magic, *_, link_type = struct.unpack("<IHHiIII", data[:24])
    if magic not in (0xA1B2C3D4, 0xA1B23C4D) or link_type != 1:
        sys.exit(f"{path}: not a little-endian pcap of Ethernet frames")
    at = 24
    while at < len(data):
        seconds, fraction, size, _ = struct.unpack("<IIII", data[at:at + 16])
        of_day = seconds % 86400
        micros = fraction // 1000 if magic == 0xA1B23C4D else fraction
        clock = f"{of_day // 3600:02}:{of_day // 60 % 60:02}:{of_day % 60:02}.{micros:06}"
        yield clock, data[at + 16:at + 16 + size]
        at += 16 + size


def udp_payload(frame):
    """What is behind the outer UDP header if it goes to 6081. IP lengths of 0 (BIG TCP) are not looked at."""
    kind = int.from_bytes(frame[12:14], "big")
    if kind == 0x0800 and frame[23] == 17:
        udp = 14 + 4 * (frame[14] & 15)
    elif kind == 0x86DD and frame[20] == 17:
        udp = 14 + 40
    else:
        return None
    return frame[udp + 8:] if int.from_bytes(frame[udp + 2:udp + 4], "big") == 6081 else None


def printed(path):
    """(time of day, flags, vni, options) of each packet; options as a list, or as the number of their bytes."""
    with open(path, encoding="ascii") as answers:
        text = answers.read()
    clock = None
    for line in text.splitlines():
        if re.match(r" *\d+ ", line) and TIME.search(line):
            clock = TIME.search(line).group(1)
        found = GENEVE.search(line)
        if not found:
            continue
        flags, vni, _, rest = found.groups()
        brief = re.match(r", options \[(\d+) bytes\]", rest)
        options = int(brief.group(1)) if brief else [
            (int(c, 16), int(t, 16), bool(critical), int(size), (data or "").replace(" ", ""))
            for c, t, critical, size, data in OPTION.findall(rest)]
        yield clock, flags, int(vni, 16), options


def inner_kind(payload_hex):
    return {"4": 0x0800, "6": 0x86DD}.get(payload_hex[:1])


def compare(check, program, folder, answer):
    name = TRACES_OF_OTHER_NAME.get(answer, answer)
    payloads = {clock: payload for clock, frame in frames(os.path.join(folder, name + ".pcap"))
                if (payload := udp_payload(frame)) is not None}
    lines = list(printed(os.path.join(folder, answer + ".out")))
    check.equal(f"{answer}: packets", True, bool(lines))
    ours_by_time = dict(zip(payloads, geneve_lines.decode(program, payloads.values())))
    for clock, flags, vni, options in lines:
        # tcpdump printed the traces in more than one time zone: minutes and fractions name the packet.
        mine = [o for c, o in ours_by_time.items() if c[2:] == clock[2:]]
        check.equal(f"{answer} {clock}: packets of this time", 1, len(mine))
        if len(mine) != 1:
            continue
        ours = mine[0]
        what = f"{answer} {clock}"
        check.equal(f"{what}: fault", "none", ours["fault"])
        check.equal(f"{what}: flags", flags.replace("none", ""),
                    ("O" if ours["control"] else "") + ("C" if ours["critical"] else ""))
        check.equal(f"{what}: VNI", vni, ours["vni"])
        check.equal(f"{what}: kind of packet inside", inner_kind(ours["payload"]) or 0x6558, ours["protocol_type"])
        if isinstance(options, int):
            check.equal(f"{what}: bytes of options", options,
                        sum(4 + len(o["data"]) // 2 for o in ours["options"]))
        else:
            check.equal(f"{what}: options", options,
                        [(o["class"], o["type"], o["critical"], 4 + len(o["data"]) // 2, o["data"])
                         for o in ours["options"]])
    if answer == name or answer == "geneve-vv":
        check.equal(f"{answer}: packets decoded", len(lines), len(payloads))


def main():
    program, folder = sys.argv[1:]
    if not os.path.isdir(folder):
        print(f"skipped: there is no folder {folder}")
        sys.exit(77)
    check = geneve_lines.Comparison()
    for file in sorted(os.listdir(folder)):
        if file.endswith(".out"):
            compare(check, program, folder, file.removesuffix(".out"))
    check.finish()


if __name__ == "__main__":
    main()
