#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sends the packets of one UDP flow, a few at a time, so that a receiver who is there gets them all.

usage: one_flow.py ADDRESS PORT SOURCE-PORT COUNT
"""
import socket
import sys
import time

address, port, source_port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.bind(("", source_port))
for number in range(count):
    sender.sendto(b"sallyport", (address, port))
    if number % 20 == 19:
        time.sleep(0.002)
