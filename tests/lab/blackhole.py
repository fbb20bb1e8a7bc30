#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An appliance as it must not be: its management port answers, and nothing that it is sent ever comes back.

usage: blackhole.py TCP-PORT
"""
import selectors
import socket
import sys

swallow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
swallow.bind(("0.0.0.0", 6081))
answer = socket.create_server(("0.0.0.0", int(sys.argv[1])))
wait = selectors.DefaultSelector()
wait.register(swallow, selectors.EVENT_READ)
wait.register(answer, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in wait.select():
        if key.fileobj is swallow:
            swallow.recv(65535)
        else:
            answer.accept()[0].close()
