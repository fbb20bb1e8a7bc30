#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every trace of real traffic replays without a crash, twice to the same bytes; every packet is accounted for; both
directions of every flow visit the same appliances in opposite orders; and tshark reads all that was sent to appliances.

usage: every_trace.py SALLYPORT CONFIG FOLDER_OF_TRACES
"""
import collections
import filecmp
import pathlib
import subprocess
import sys
import tempfile

import traces

HOPS = 2
OWN = ("192.0.2.1", "203.0.113.1", "2001:db8:1::1", "2001:db8:3::1")


def count_asymmetric(inspect):
    """The flows whose directions did not visit the same appliances in opposite orders."""
    ways = collections.defaultdict(lambda: {})   # flow, life -> sender -> appliances in order
    lives = collections.defaultdict(list)        # flow -> cookies in the order in which they came up
    asymmetric = set()
    for passage in traces.passages(inspect, HOPS):
        first = passage[0]
        if not lives[first.flow] or lives[first.flow][-1] != first.life:
            # One flow has one cookie at a time, whichever direction: an old one never comes back.
            assert first.life not in lives[first.flow], f"two entries for {first.flow}"
            lives[first.flow].append(first.life)
        assert {visit.life for visit in passage} == {first.life}
        assert len({visit.cookie for visit in passage}) == HOPS
        way = [visit.appliance for visit in passage]
        known = ways[first.flow, first.life]
        if known.setdefault(first.source, way) != way:
            asymmetric.add(first.flow)
        back = known.get(first.destination)
        if back is not None and back != way[::-1] and first.source != first.destination:
            asymmetric.add(first.flow)
    return len(asymmetric), len(lives)


def check_accounts(report, output, trace):
    packets = report["packets"]
    assert packets["in"] == len(traces.frames(trace)), f"{trace.name}: not every record was taken in"
    assert packets["in"] == packets["forwarded"] + packets["dropped"], f"{trace.name}: {packets}"
    assert packets["dropped"] == sum(report["drops"].values())
    sent = [frame for port in ("north", "south") for frame in traces.frames(output / f"{port}.pcap")]
    assert len(sent) == packets["forwarded"] + packets["generated"], f"{trace.name}: {packets}"
    assert sum(report["flows_by_chain"].values()) == report["flows"], f"{trace.name}: {report['flows_by_chain']}"
    return sent


def check_none_slipped_past(sent, output, trace):
    """What left for the other side has been to the appliances first."""
    inspected = collections.Counter(traces.as_forwarded(passage[0].inner)
                                    for passage in traces.passages(output / "inspect.pcap", HOPS))
    for frame in sent:
        ip = traces.Ether(frame).payload
        if ip.src in OWN and ip.payload.name.startswith("ICMP"):
            continue
        packet = traces.as_forwarded(frame[14:])
        assert inspected[packet] > 0, f"{trace.name}: forwarded without a visit: {ip.summary()}"
        inspected[packet] -= 1


def check_trace(sallyport, config, trace, folder):
    first, second = folder / "first", folder / "second"
    report = traces.replay(sallyport, config, [trace], first)
    traces.replay(sallyport, config, [trace], second)
    names = sorted(path.name for path in first.iterdir())
    _, different, missing = filecmp.cmpfiles(first, second, names, shallow=False)
    assert not different and not missing, f"{trace.name}: replayed twice, {different + missing} differ"

    sent = check_accounts(report, first, trace)
    check_none_slipped_past(sent, first, trace)
    asymmetric, flows = count_asymmetric(first / "inspect.pcap")
    assert asymmetric == report["asymmetric_flows"] == 0, f"{trace.name}: {asymmetric} asymmetric flows by scapy"
    assert flows <= report["flows"], f"{trace.name}: {flows} flows by scapy, {report['flows']} by the report"
    returned = traces.frames(first / "inspect-return.pcap")
    assert len(returned) == report["packets"]["from_appliances"]
    return traces.frames(first / "inspect.pcap"), report


def tshark(path, *fields):
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=a", "-E", "separator=|"]
    for field in fields:
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("|") for line in run.stdout.splitlines()]


def check_with_tshark(inspected, folder):
    """Each packet is GENEVE with the three options, and malformed is only what is so without GENEVE around it."""
    whole, inner = folder / "all.pcap", folder / "inner.pcap"
    traces.write(whole, inspected, linktype=1)
    traces.write(inner, [frame[14 + 68:] for frame in inspected], linktype=101)
    rows = tshark(whole, "frame.protocols", "geneve.option.class", "geneve.version", "_ws.malformed")
    plain = tshark(inner, "_ws.malformed")
    assert len(rows) == len(plain) == len(inspected) > 0
    for number, ((protocols, classes, version, malformed), (malformed_inside,)) in enumerate(zip(rows, plain), 1):
        assert protocols.startswith("eth:ethertype:ip:udp:geneve:"), f"packet {number}: {protocols}"
        assert classes.split(",")[:3] == ["0x0108"] * 3, f"packet {number}: options {classes}"
        assert version.split(",")[0] == "0", f"packet {number}: version {version}"
        assert not malformed or malformed_inside, f"packet {number}: {malformed}, and not so inside"


def main():
    sallyport, config, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    if not folder.is_dir():
        print(f"skipped: there are no traces at {folder}")
        sys.exit(77)
    inspected, packets, drops = [], 0, collections.Counter()
    found = sorted(path for path in folder.iterdir() if path.suffix in (".pcap", ".pcapng", ".cap"))
    for trace in found:
        with tempfile.TemporaryDirectory() as output:
            frames, report = check_trace(sallyport, config, trace, pathlib.Path(output))
        inspected += frames
        packets += report["packets"]["in"]
        drops.update(report["drops"])
    assert found, f"no trace in {folder}"
    with tempfile.TemporaryDirectory() as output:
        check_with_tshark(inspected, pathlib.Path(output))
    print(f"{len(found)} traces, {packets} packets, {len(inspected)} visits, drops: {dict(drops)}")


if __name__ == "__main__":
    main()
