# SPDX-License-Identifier: Apache-2.0
"""Capture files: pcap with nanoseconds, Ethernet; a packet is (time in nanoseconds, frame)."""
import struct

MAGIC_NANOSECONDS = 0xA1B23C4D
SECOND = 1_000_000_000


def write(path, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", MAGIC_NANOSECONDS, 2, 4, 0, 0, 262144, 1))
        for time, frame in packets:
            file.write(struct.pack("<IIII", time // SECOND, time % SECOND, len(frame), len(frame)) + frame)


def read(path):
    data = path.read_bytes()
    assert struct.unpack_from("<I", data)[0] == MAGIC_NANOSECONDS, f"{path}: not pcap with nanoseconds"
    packets, at = [], 24
    while at < len(data):
        seconds, nanoseconds, captured, length = struct.unpack_from("<IIII", data, at)
        assert captured == length <= len(data) - at - 16, f"{path}: cut off"
        packets.append((seconds * SECOND + nanoseconds, data[at + 16:at + 16 + captured]))
        at += 16 + captured
    return packets


def show_time(time):
    return f"{time // SECOND}.{time % SECOND:09}"
