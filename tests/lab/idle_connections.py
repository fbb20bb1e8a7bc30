# SPDX-License-Identifier: Apache-2.0
"""Opens connections, has one request answered on each, and leaves them idle until SIGTERM.
usage: idle_connections.py ADDRESS PORT COUNT CA; TLS when the port is 443"""
import concurrent.futures
import resource
import signal
import socket
import ssl
import sys

PATIENCE_S = 30


def opened(address, port, context):
    peer = socket.create_connection((address, port), PATIENCE_S)
    if context is not None:
        peer = context.wrap_socket(peer)
    peer.sendall(f"GET /small HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        piece = peer.recv(4096)
        if not piece:
            raise ConnectionError("no answer")
        head += piece
    if not head.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(head.splitlines()[0].decode())
    return peer


def main():
    address, port, count, ca = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    context = None
    if port == 443:
        context = ssl.create_default_context(cafile=ca)
        context.check_hostname = False
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        peers = list(pool.map(lambda _: opened(address, port, context), range(count)))
    print(f"holding {len(peers)}", flush=True)
    signal.pause()


main()
