#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps a thread from its CPU three quarters of the time, in pieces of 150 ms, as a busy machine might.

usage: starve.py THREAD-ID SECONDS
"""
import os
import sys
import time

thread, seconds = int(sys.argv[1]), float(sys.argv[2])
cpu = min(os.sched_getaffinity(thread))
os.sched_setaffinity(thread, {cpu})
os.sched_setaffinity(0, {cpu})
os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
print("starving", flush=True)
end = time.monotonic() + seconds
while time.monotonic() < end:
    pause_at = time.monotonic() + 0.15
    while time.monotonic() < pause_at:
        pass
    time.sleep(0.05)
