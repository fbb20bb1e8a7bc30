#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stops one thread of a process, and no other, until a signal ends this or the time is over.

usage: halt.py THREAD-ID SECONDS
"""
import ctypes
import os
import signal
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17  # linux/ptrace.h
WALL = 0x40000000  # __WALL, wait(2): a thread is nobody's child

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, thread):
    if libc.ptrace(request, thread, None, None) != 0:
        sys.exit(f"thread {thread}: {os.strerror(ctypes.get_errno())}")


thread, seconds = int(sys.argv[1]), int(sys.argv[2])
signals = {signal.SIGTERM, signal.SIGINT}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
ptrace(PTRACE_SEIZE, thread)
ptrace(PTRACE_INTERRUPT, thread)
os.waitpid(thread, WALL)
print("halted", flush=True)
signal.sigtimedwait(signals, seconds)
ptrace(PTRACE_DETACH, thread)
