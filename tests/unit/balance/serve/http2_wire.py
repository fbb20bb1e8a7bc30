# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 by hand (RFC 9113), for what no library lets one send: frames as bytes, fields as literals (RFC 7541 6.2.2)."""
import contextlib
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR = 0, 1, 2
REFUSED_STREAM, CANCEL, CALM = 7, 8, 11
INITIAL_WINDOW_SIZE = 4
GET = {":method": "GET", ":scheme": "http", ":authority": "web.example", ":path": "/"}


def integer(value, bits):
    most = (1 << bits) - 1
    if value < most:
        return bytes([value])
    rest, out = value - most, [most]
    while rest >= 128:
        out.append(rest % 128 + 128)
        rest //= 128
    return bytes([*out, rest])


def text(value):
    value = value if isinstance(value, bytes) else value.encode()
    return integer(len(value), 7) + value


def block(fields):
    return b"".join(b"\0" + text(name) + text(value) for name, value in fields)


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def headers(stream, fields, flags=0):
    """A block in as many frames as it needs."""
    pieces = [fields[at : at + 16384] for at in range(0, len(fields), 16384)]
    kinds = [(HEADERS, flags)] + [(CONTINUATION, 0)] * (len(pieces) - 1)
    return [frame(kind, flag | (END_HEADERS if piece is pieces[-1] else 0), stream, piece)
            for (kind, flag), piece in zip(kinds, pieces)]


def status_of(fields):
    """Of a block that begins with :status: one of the static table's, or its digits in Huffman's code."""
    known = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}
    if fields[0] in known:
        return known[fields[0]]
    if fields[0] not in (0x48, 0x08):
        raise AssertionError(fields.hex())
    size = fields[1] & 0x7F
    if not fields[1] & 0x80:
        return int(fields[2 : 2 + size])
    bits = "".join(f"{byte:08b}" for byte in fields[2 : 2 + size])
    status = ""
    while len(status) < 3:
        long = int(bits[:5], 2) > 2
        status += str(int(bits[:6], 2) - 0x19 + 3) if long else str(int(bits[:5], 2))
        bits = bits[6 if long else 5 :]
    return int(status)


class Client:
    """One connection, with a window for answers that is never in the way unless `window` says so."""

    def __init__(self, port, window=1 << 30, patience_s=60):
        self.socket = socket.create_connection(("127.0.0.1", port), patience_s)
        self.unread = b""
        self.next_stream = 1
        self.send(PREFACE + frame(SETTINGS, payload=struct.pack(">HI", INITIAL_WINDOW_SIZE, window)))
        if window > 65535:
            self.send(frame(WINDOW_UPDATE, payload=struct.pack(">I", window - 65535)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *frames):
        self.socket.sendall(b"".join(frames))

    def request(self, changes=(), more=(), ends=True):
        """A GET of / with other values of pseudo fields, and more fields. The stream's number."""
        fields = [(name, dict(changes).get(name, value)) for name, value in GET.items()]
        fields = [each for each in fields if each[1] is not None] + list(more)
        number, self.next_stream = self.next_stream, self.next_stream + 2
        self.send(frame(HEADERS, END_HEADERS | (END_STREAM if ends else 0), number, block(fields)))
        return number

    def data(self, stream, payload, ends=False):
        self.send(*(frame(DATA, 0, stream, payload[at : at + 16384]) for at in range(0, len(payload), 16384)))
        if ends:
            self.send(frame(DATA, END_STREAM, stream))

    def reset(self, stream, error=CANCEL):
        self.send(frame(RST_STREAM, 0, stream, struct.pack(">I", error)))

    def read(self):
        """(kind, flags, stream, payload); None when the connection ends. SETTINGS are acknowledged on the way."""
        while len(self.unread) < 9 or len(self.unread) < 9 + int.from_bytes(self.unread[:3], "big"):
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not piece:
                return None
            self.unread += piece
        size = int.from_bytes(self.unread[:3], "big")
        kind, flags, stream = self.unread[3], self.unread[4], int.from_bytes(self.unread[5:9], "big")
        payload, self.unread = self.unread[9 : 9 + size], self.unread[9 + size :]
        if kind in (SETTINGS, PING) and not flags & ACK:
            with contextlib.suppress(OSError):
                self.send(frame(kind, ACK, 0, payload if kind == PING else b""))
        return kind, flags, stream, payload

    def until(self, wanted):
        """All frames up to the first that `wanted` says yes to; to the end of the connection if there is none."""
        got = []
        while (each := self.read()) is not None:
            got.append(each)
            if wanted(*each):
                break
        return got

    def answer(self, stream):
        """(status, content, RST_STREAM's error or None) of that stream; the status is None without a head."""

        def ends(kind, flags, number, _):
            return number == stream and (kind == RST_STREAM or (kind in (DATA, HEADERS) and flags & END_STREAM))

        heads, content, error = [], b"", None
        for kind, _, number, payload in self.until(ends):
            if number != stream:
                continue
            if kind == HEADERS:
                heads.append(payload)
            elif kind == DATA:
                content += payload
            elif kind == RST_STREAM:
                error = struct.unpack(">I", payload)[0]
        return status_of(heads[0]) if heads else None, content, error

    def goaways(self):
        """(last stream, error) of each GOAWAY until the connection ends."""
        return [struct.unpack(">II", payload[:8]) for kind, _, _, payload in self.until(lambda *_: False) if kind == GOAWAY]


class Server:
    """The other end: a connection that a client of HTTP/2 has opened, whose requests' fields are not looked at."""

    def __init__(self, peer):
        self.socket, self.unread = peer, b""
        while len(self.unread) < len(PREFACE):
            self.unread += peer.recv(65536)
        if not self.unread.startswith(PREFACE):
            raise AssertionError(self.unread)
        self.unread = self.unread[len(PREFACE) :]
        self.send(frame(SETTINGS))

    send = Client.send
    read = Client.read
    until = Client.until

    def requests(self):
        """The number of each request, when its head has come."""
        while (each := self.read()) is not None:
            if each[0] == HEADERS:
                yield each[2]

    def answer(self, stream, fields=((":status", "200"),), content=b"ok\n", trailers=()):
        frames = [*headers(stream, block(fields)), frame(DATA, 0 if trailers else END_STREAM, stream, content)]
        if trailers:
            frames.append(frame(HEADERS, END_HEADERS | END_STREAM, stream, block(trailers)))
        self.send(*frames)
