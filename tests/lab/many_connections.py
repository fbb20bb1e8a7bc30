#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Very many connections at the same time, by a few processes, each within its limit of open files.

usage: many_connections.py serve PORT PROCESSES
       many_connections.py connect ADDRESS PORT COUNT PROCESSES SOURCE...

serve     gives back what it gets, over both families.
connect   opens COUNT connections from the SOURCE addresses by turns and holds them; says "holding" when all are open or
          given up. On SIGTERM every tenth has to give eight bytes back; then one line of JSON: how many were opened and
          how many not, how many of those tried echoed, and how long the opening took.
"""
import errno
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time

IN_FLIGHT = 250  # connections that a process has under way
GIVE_UP_S = 80
ECHO_S = 15
TRIED_EVERY = 10
IP_BIND_ADDRESS_NO_PORT = 24


def allow_many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve_alone(port: int) -> None:
    listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("::", port))
    listener.listen(4096)
    listener.setblocking(False)
    events = select.epoll()
    events.register(listener, select.EPOLLIN)
    connections = {}
    print("serving", flush=True)
    while True:
        for number, _ in events.poll():
            if number == listener.fileno():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    continue
                connections[connection.fileno()] = connection
                events.register(connection, select.EPOLLIN)
                continue
            connection = connections[number]
            try:
                data = connection.recv(64)
                if data:
                    connection.sendall(data)
                    continue
            except OSError:
                pass
            del connections[number]
            connection.close()


class Opener:
    """One process's share of the connections, all from one address."""

    def __init__(self, address: str, port: int, source: str):
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.to, self.source = (address, port), source
        self.events = select.epoll()
        self.under_way = {}
        self.opened = []
        self.failed = 0

    def begin_one(self) -> None:
        connection = socket.socket(self.family, socket.SOCK_STREAM)
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        connection.bind((self.source, 0))
        if connection.connect_ex(self.to) not in (0, errno.EINPROGRESS):
            self.failed += 1
            return
        self.under_way[connection.fileno()] = connection
        self.events.register(connection, select.EPOLLOUT)

    def open_all(self, count: int) -> None:
        begun, deadline = 0, time.monotonic() + GIVE_UP_S
        while (begun < count or self.under_way) and time.monotonic() < deadline:
            while begun < count and len(self.under_way) < IN_FLIGHT:
                self.begin_one()
                begun += 1
            for number, _ in self.events.poll(1):
                connection = self.under_way.pop(number)
                self.events.unregister(connection)
                if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    self.opened.append(connection)
                else:
                    self.failed += 1
        self.failed += len(self.under_way) + count - begun

    def echoes(self) -> tuple:
        tried = self.opened[::TRIED_EVERY]
        good = 0
        for number, connection in enumerate(tried):
            text = struct.pack("!Q", number)
            connection.settimeout(ECHO_S)
            try:
                connection.sendall(text)
                good += connection.recv(64) == text
            except OSError as error:
                print("no echo on", connection.getsockname(), error, flush=True)
        return len(tried), good


def open_share(address: str, port: int, count: int, source: str, answers: int) -> None:
    """A process of its own: a line when all are open, another one at the end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    opener = Opener(address, port, source)
    opener.open_all(count)
    os.write(answers, b"%d %d\n" % (len(opener.opened), opener.failed))
    signal.sigwait({signal.SIGTERM})
    os.write(answers, b"%d %d\n" % opener.echoes())


def fork(work) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def connect(address: str, port: int, count: int, processes: int, sources: list) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    began = time.monotonic()
    shares = []
    for number in range(processes):
        reading, writing = os.pipe()
        share = count // processes + (number < count % processes)
        source = sources[number % len(sources)]
        child = fork(lambda: open_share(address, port, share, source, writing))
        os.close(writing)
        shares.append((child, os.fdopen(reading)))

    def sums() -> list:
        return [sum(column) for column in zip(*(map(int, answers.readline().split()) for _, answers in shares))]

    opened, failed = sums()
    seconds = time.monotonic() - began
    print("holding", flush=True)
    signal.sigwait({signal.SIGTERM})
    for child, _ in shares:
        os.kill(child, signal.SIGTERM)
    tried, echoed = sums()
    print(json.dumps({"opened": opened, "failed": failed, "tried": tried, "echoed": echoed, "seconds": round(seconds, 1)}), flush=True)


allow_many_files()
if sys.argv[1] == "serve":
    servers = [fork(lambda: serve_alone(int(sys.argv[2]))) for _ in range(int(sys.argv[3]))]
    signal.signal(signal.SIGTERM, lambda *_: [os.kill(server, signal.SIGKILL) for server in servers])
    for server in servers:
        os.waitpid(server, 0)
else:
    connect(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), sys.argv[6:])
