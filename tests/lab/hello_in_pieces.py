#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A TLS handshake whose ClientHello is sent in pieces, each in a segment of its own. Prints the server's certificate.

usage: hello_in_pieces.py ADDRESS PORT SERVER-NAME BYTES
"""
import socket
import ssl
import sys
import time

PAUSE_S = 0.002  # so that the kernel does not make one segment of several pieces

address, port, name, size = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
arriving, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(arriving, leaving, server_hostname=name)

connection = socket.create_connection((address, port), timeout=10)
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
is_first = True
while True:
    try:
        tls.do_handshake()
        break
    except ssl.SSLWantReadError:
        pass
    hello = leaving.read()
    step = size if is_first else len(hello) or 1
    for start in range(0, len(hello), step):
        connection.sendall(hello[start:start + step])
        if is_first:
            time.sleep(PAUSE_S)
    is_first = is_first and not hello
    data = connection.recv(65536)
    if not data:
        sys.exit("the connection was closed in the handshake")
    arriving.write(data)
print(ssl.DER_cert_to_PEM_cert(tls.getpeercert(binary_form=True)), end="")
