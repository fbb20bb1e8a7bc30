#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What scapy builds, we decode to the same; what we encode, scapy and tshark read as what was meant.

usage: scapy_oracle.py GENEVE_LINES_PROGRAM
"""
import csv
import random
import shutil
import struct
import subprocess
import sys
import tempfile

try:
    from scapy.contrib.geneve import GENEVE, GeneveOptions
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import Ether
    from scapy.packet import Raw
    from scapy.utils import wrpcap
except ImportError:
    print("skipped: scapy is not installed")
    sys.exit(77)
import geneve_lines

GWLB_CLASS = 0x0108
OUR_CLASS, VERDICT = 0xFF53, 1
TSHARK_FIELDS = ["geneve.version", "geneve.flags.oam", "geneve.flags.critical", "geneve.proto_type", "geneve.vni",
                 "geneve.option.class", "geneve.option.type", "geneve.option.unknown.data", "geneve.version.unknown",
                 "geneve.option.length.invalid", "_ws.malformed"]


def random_options(dice):
    """(class, type, data) that fit into one header together."""
    options, left = [], 252
    for _ in range(dice.randrange(6)):
        if left < 4:
            break
        size = 4 * dice.randrange(min((left - 4) // 4, 31) + 1)
        options.append((dice.randrange(0x10000), dice.randrange(256), dice.randbytes(size)))
        left -= 4 + size
    return options


def gwlb_options(endpoint, attachment, cookie):
    return [(GWLB_CLASS, 1, endpoint.to_bytes(8, "big")), (GWLB_CLASS, 2, attachment.to_bytes(8, "big")),
            (GWLB_CLASS, 3, cookie.to_bytes(4, "big"))]


def stories(dice):
    """(protocol type, vni, control, options, inner packet)"""
    inner4 = IP(src="192.0.2.10", dst="203.0.113.11") / TCP(sport=40000, dport=443, flags="S")
    inner6 = IPv6(src="2001:db8:1::10", dst="2001:db8:3::11") / UDP(sport=40000, dport=40001) / Raw(b"payload")
    kinds = [(0x0800, inner4), (0x86DD, inner6), (0x6558, Ether(dst="02:00:00:00:00:01") / inner4)]
    for protocol_type, inner in kinds:
        yield protocol_type, 0, 0, gwlb_options(0x2B8EE1D4DB0C51C4, 0, 0xCAFE0001), inner
        yield protocol_type, 0xFFFFFF, 0, [], inner
    for _ in range(300):
        protocol_type, inner = dice.choice(kinds)
        yield protocol_type, dice.randrange(1 << 24), dice.randrange(2), random_options(dice), inner


def by_scapy(story):
    protocol_type, vni, control, options, inner = story
    critical = any(kind & 0x80 for _, kind, _ in options)
    # optionlen given: scapy 2.5 computes it with a mask that loses one bit (0x2f).
    words = sum(1 + len(data) // 4 for _, _, data in options)
    header = GENEVE(optionlen=words, oam=control, critical=int(critical), proto=protocol_type, vni=vni,
                    options=[GeneveOptions(classid=c, type=t, data=d) for c, t, d in options])
    return bytes(header / inner)


def compare_decoding(check, program, all_stories):
    for story, ours in zip(all_stories, geneve_lines.decode(program, [by_scapy(s) for s in all_stories])):
        protocol_type, vni, control, options, inner = story
        check.equal("fault", "none", ours["fault"])
        check.equal("protocol type", protocol_type, ours["protocol_type"])
        check.equal("VNI", vni, ours["vni"])
        check.equal("O", bool(control), ours["control"])
        check.equal("C", any(kind & 0x80 for _, kind, _ in options), ours["critical"])
        check.equal("options", [(c, t, d.hex()) for c, t, d in options],
                    [(o["class"], o["type"], o["data"]) for o in ours["options"]])
        check.equal("payload", bytes(inner).hex(), ours["payload"])
        if [(c, t) for c, t, _ in options] == [(GWLB_CLASS, 1), (GWLB_CLASS, 2), (GWLB_CLASS, 3)]:
            check.equal("GWLB options", ("none", True, *(int.from_bytes(d, "big") for _, _, d in options)),
                        (ours["gwlb_fault"], ours["complete"], ours["endpoint_id"], ours["attachment_id"],
                         ours["flow_cookie"]))


def compare_verdicts(check, program):
    """The table in docs/appliances.md: verdict, a byte of zero, seconds, bytes."""
    for kind, seconds, count in [(1, 0, 0), (2, 0x1234, 1 << 40), (3, 0xFFFF, (1 << 64) - 1)]:
        option = GeneveOptions(classid=OUR_CLASS, type=VERDICT, data=struct.pack("!BBHQ", kind, 0, seconds, count))
        written, = geneve_lines.ask(program, [f"verdict {kind:x} {seconds:x} {count:x}"])
        check.equal("verdict that scapy builds", bytes(option).hex(), written)
        gwlb = [GeneveOptions(classid=c, type=t, data=d) for c, t, d in gwlb_options(1, 0, 7)]
        packet = bytes(GENEVE(optionlen=12, proto=0x0800, options=[*gwlb, option]) / IP(dst="203.0.113.11"))
        ours, = geneve_lines.decode(program, [packet])
        check.equal("verdict that we read", (kind, seconds, count), (ours["verdict"], ours["seconds"], ours["bytes"]))
        check.equal("GWLB options beside it", (True, 7), (ours["complete"], ours["flow_cookie"]))


def encoded(program, all_stories):
    questions = []
    for protocol_type, vni, control, options, _ in all_stories:
        words = [f"{c:x}:{t:x}:{d.hex() or '-'}" for c, t, d in options]
        questions.append(" ".join([f"encode {protocol_type:x} {vni:x} {control:x} 200", *words]))
    return [bytes.fromhex(answer) + bytes(story[4])
            for answer, story in zip(geneve_lines.ask(program, questions), all_stories)]


def read_by_tshark(packets):
    with tempfile.NamedTemporaryFile(suffix=".pcap") as trace:
        wrpcap(trace.name, [Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01") /
                            IP(src="198.51.100.1", dst="198.51.100.11") / UDP(sport=49321, dport=6081) / Raw(p)
                            for p in packets])
        fields = [word for field in TSHARK_FIELDS for word in ("-e", field)]
        done = subprocess.run(["tshark", "-n", "-r", trace.name, "-T", "fields", "-E", "occurrence=a", "-E",
                               "aggregator=;", *fields], capture_output=True, text=True, check=True)
    rows = list(csv.reader(done.stdout.splitlines(), delimiter="\t"))
    return [dict(zip(TSHARK_FIELDS, row)) for row in rows]


def numbers(text):
    return [int(part, 0) for part in text.split(";") if part]


def compare_with_tshark(check, packets, all_stories):
    rows = read_by_tshark(packets)
    check.equal("packets that tshark read", len(packets), len(rows))
    for row, (protocol_type, vni, control, options, inner) in zip(rows, all_stories):
        check.equal("tshark: version", [0], numbers(row["geneve.version"]))
        check.equal("tshark: O", str(control), row["geneve.flags.oam"])
        check.equal("tshark: C", str(int(any(t & 0x80 for _, t, _ in options))), row["geneve.flags.critical"])
        check.equal("tshark: protocol type", [protocol_type], numbers(row["geneve.proto_type"]))
        check.equal("tshark: VNI", [vni], numbers(row["geneve.vni"]))
        check.equal("tshark: classes", [c for c, _, _ in options], numbers(row["geneve.option.class"]))
        check.equal("tshark: types", [t for _, t, _ in options], numbers(row["geneve.option.type"]))
        for complaint in ("geneve.version.unknown", "_ws.malformed"):
            check.equal(f"tshark: {complaint}", "", row[complaint])
        # tshark knows some vendors' options; for the GWLB ones the data itself is compared.
        if options and all(c == GWLB_CLASS for c, _, _ in options):
            check.equal("tshark: option data", [d.hex() for _, _, d in options],
                        [part for part in row["geneve.option.unknown.data"].split(";") if part])
            check.equal("tshark: lengths", "", row["geneve.option.length.invalid"])


def main():
    program = sys.argv[1]
    all_stories = list(stories(random.Random(8926)))
    check = geneve_lines.Comparison()
    compare_decoding(check, program, all_stories)
    compare_verdicts(check, program)

    packets = encoded(program, all_stories)
    for packet, story in zip(packets, all_stories):
        check.equal("bytes that scapy builds", by_scapy(story).hex(), packet.hex())
    if shutil.which("tshark"):
        compare_with_tshark(check, packets, all_stories)
    else:
        print("tshark is not installed: its part is left out")
    check.finish()


if __name__ == "__main__":
    main()
