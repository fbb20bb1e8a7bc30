#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server on a port of the kernel's choice that does one strange thing. Prints `port N` when it listens, then a line
for each request's head, as JSON. Ends with its standard input.

usage: strange_server.py MODE [ARGUMENT]
"""
import json
import os
import socket
import struct
import sys
import threading
import time

OK_HEAD = b"HTTP/1.1 200 OK\r\n"


def forever(connection, piece):
    while True:
        connection.sendall(piece)


def wait_for_the_end(connection):
    while connection.recv(65536):
        pass


def status(connection, argument):
    connection.sendall(f"HTTP/1.1 {argument} Whatever\r\nContent-Length: 2\r\n\r\nhi".encode())


def interim(connection, _):
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK_HEAD + b"\r\n")


def endless_interim(connection, _):
    forever(connection, b"HTTP/1.1 100 Continue\r\n\r\n")


def endless_head(connection, _):
    connection.sendall(OK_HEAD)
    forever(connection, b"X-More: " + b"x" * 100 + b"\r\n")


def endless_line(connection, _):
    connection.sendall(OK_HEAD + b"X-More: ")
    forever(connection, b"x" * 1000)


def endless_body(connection, _):
    connection.sendall(OK_HEAD + b"Content-Length: 999999999999\r\n\r\n")
    forever(connection, b"x" * 1000)


def big_head(connection, argument):
    connection.sendall(OK_HEAD + b"X-Big: " + b"x" * int(argument) + b"\r\n\r\n")


def half_head(connection, _):
    connection.sendall(OK_HEAD + b"Content-Type: text/pl")


def half_head_and_silence(connection, _):
    half_head(connection, None)
    wait_for_the_end(connection)


def garbage(connection, argument):
    connection.sendall(bytes.fromhex(argument))


def endless_frames(connection, _):
    """Of HTTP/2: SETTINGS, then frames of a kind that nobody knows."""
    connection.sendall(bytes.fromhex("000000040000000000"))
    forever(connection, bytes.fromhex("004000ff0000000000") + bytes(0x4000))


def silence(connection, _):
    wait_for_the_end(connection)


def close(_, __):
    pass


def reset(connection, _):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


MODES = {function.__name__.replace("_", "-"): function for function in (
    status, interim, endless_interim, endless_head, endless_line, endless_body, big_head, half_head,
    half_head_and_silence, garbage, endless_frames, silence, close, reset)}


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return None
        head += piece
    return head.decode("latin-1").split("\r\n")


def serve(connection, answer, argument):
    with connection:
        try:
            head = read_head(connection)
            if head is not None:
                print(json.dumps(head), flush=True)
                answer(connection, argument)
        except OSError:
            pass  # the client had enough


def listen(mode):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0 if mode == "never-accept" else 16)
    return listener


def fill_the_queue(listener):
    """Connections that nobody accepts, until the kernel takes no more."""
    waiting = []
    for _ in range(4):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        waiting.append(client)
    return waiting


def main():
    mode = sys.argv[1]
    argument = sys.argv[2] if len(sys.argv) > 2 else None
    listener = listen(mode)
    waiting = fill_the_queue(listener) if mode == "never-accept" else []
    print("port", listener.getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0))).start()
    while waiting:
        time.sleep(1)  # the listener lives as long as this function
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, MODES[mode], argument), daemon=True).start()


if __name__ == "__main__":
    main()
