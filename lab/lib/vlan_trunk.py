#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A switch's trunk port in user space: frames of each access interface leave the trunk with its VLAN tag, and the other way.

usage: vlan_trunk.py TRUNK INTERFACE:VLAN...
For machines whose kernel has no VLAN devices.
"""
import select
import socket
import struct
import sys

ETH_P_ALL, ETH_P_8021Q = 3, 0x8100
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_AUXDATA, PACKET_MR_PROMISC = 263, 1, 8, 1
PACKET_OUTGOING, TP_STATUS_VLAN_VALID = 4, 0x10


def open_interface(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.bind((name, ETH_P_ALL))
    membership = struct.pack("iHH8s", socket.if_nametoindex(name), PACKET_MR_PROMISC, 0, b"")
    sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership)
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    return sock


def receive(sock):
    """A frame that came in, without its tag, and its VLAN or None; the kernel hands the tag over beside the frame."""
    frame, extra, _, address = sock.recvmsg(65536, 256)
    if address[2] == PACKET_OUTGOING:
        return None, None
    for level, kind, data in extra:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data[:20])
            if status & TP_STATUS_VLAN_VALID:
                return frame, tci & 0xFFF
    if frame[12:14] == ETH_P_8021Q.to_bytes(2, "big"):
        return frame[:12] + frame[16:], int.from_bytes(frame[14:16], "big") & 0xFFF
    return frame, None


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    trunk = open_interface(sys.argv[1])
    vlan_of, access_of = {}, {}
    for argument in sys.argv[2:]:
        name, vlan = argument.split(":")
        sock = open_interface(name)
        vlan_of[sock], access_of[int(vlan)] = int(vlan), sock
    print("trunk is up", flush=True)
    while True:
        for sock in select.select([trunk, *vlan_of], [], [])[0]:
            frame, vlan = receive(sock)
            if frame is None:
                continue
            if sock is trunk:
                if vlan in access_of:
                    access_of[vlan].send(frame)
            elif vlan is None:
                tag = struct.pack("!HH", ETH_P_8021Q, vlan_of[sock])
                trunk.send(frame[:12] + tag + frame[12:])


main()
