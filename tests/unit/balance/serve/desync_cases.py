# SPDX-License-Identifier: Apache-2.0
"""Requests that two readers may read differently: a name, and the bytes of a connection. Whoever is fooled sees another
number of requests than their neighbour: `/outer`, and `/inner` of which only one of the two knows."""

INNER = b"GET /inner HTTP/1.1\r\nHost: a\r\n\r\n"
LINE = b"POST /outer HTTP/1.1\r\n"
HOST = b"Host: a\r\n"


def post(fields, content=b"", then=INNER):
    """A request with these fields, its content, and what may be taken for more content or for the next request."""
    return LINE + HOST + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + content + then


def get(*lines, line=b"GET /outer HTTP/1.1\r\n", host=HOST):
    return line + host + b"".join(each + b"\r\n" for each in lines) + b"\r\n" + INNER


def chunks(text, fields=()):
    return post([b"Transfer-Encoding: chunked", *fields], text)


HELLO = b"5\r\nhello\r\n0\r\n\r\n"
NOTHING = b"0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"
LENGTH = b"Content-Length: %d" % len(INNER)

CASES = [
    # Well-formed: what all of the others are held against.
    ("a length", post([b"Content-Length: 5"], b"hello")),
    ("chunks", chunks(HELLO)),
    ("chunks with extensions and trailers", chunks(b'5;a=b;c="d"\r\nhello\r\n0;e\r\nX-Sum: 1\r\n\r\n')),
    ("no content", get()),
    # Lengths.
    ("two lengths", post([b"Content-Length: 0", LENGTH])),
    ("two lengths in a list", post([b"Content-Length: 0, %d" % len(INNER)])),
    ("one length twice", post([b"Content-Length: 5", b"Content-Length: 5"], b"hello")),
    ("one length twice in a list", post([b"Content-Length: 5, 5"], b"hello")),
    ("a length with leading zeros", post([b"Content-Length: 005"], b"hello")),
    ("a length with a plus", post([b"Content-Length: +5"], b"hello")),
    ("a negative length", post([b"Content-Length: -5"])),
    ("a length in hexadecimal digits", post([b"Content-Length: 0x5"], b"hello")),
    ("a length with a blank inside", post([b"Content-Length: 0 5"], b"hello")),
    ("a length with a point", post([b"Content-Length: 5.0"], b"hello")),
    ("an empty length", post([b"Content-Length:"])),
    ("a length beyond 64 bits", post([b"Content-Length: 18446744073709551621"], b"hello")),
    ("a length behind a blank before the colon", post([b"Content-Length : %d" % len(INNER)])),
    ("a folded length", post([b"Content-Length:\r\n 5"], b"hello")),
    ("a length whose name has _ for -", post([b"Content_Length: %d" % len(INNER)])),
    ("a length whose name ends in a control character", post([b"Content-Length\x0b: %d" % len(INNER)])),
    ("a length that ends in a control character", post([b"Content-Length: 5\x0b"], b"hello")),
    ("a length that Connection names", post([b"Connection: keep-alive, Content-Length", b"Content-Length: 5"], b"hello")),
    ("chunks that Connection names", post([b"Connection: keep-alive, Transfer-Encoding", CHUNKED], HELLO)),
    ("GET with a length of 0", get(b"Content-Length: 0")),
    ("GET with content", get(LENGTH)),
    ("HEAD with chunks", get(CHUNKED, line=b"HEAD /outer HTTP/1.1\r\n").replace(INNER, HELLO + INNER)),
    # Lengths and chunks.
    ("length and chunks, which end first", post([LENGTH, CHUNKED], NOTHING)),
    ("chunks and length, which ends first", post([CHUNKED, b"Content-Length: 4"], b"%x\r\n" % len(INNER), INNER + b"\r\n0\r\n\r\n")),
    ("length and two Transfer-Encodings", post([LENGTH, CHUNKED, b"Transfer-Encoding: x"], NOTHING)),
    ("length and chunks in HTTP/1.0", post([LENGTH, CHUNKED], NOTHING).replace(b"HTTP/1.1", b"HTTP/1.0", 1)),
    # What some take for chunks.
    ("chunked twice", post([CHUNKED, CHUNKED], HELLO)),
    ("chunked twice in a list", post([b"Transfer-Encoding: chunked, chunked"], HELLO)),
    ("chunked, then identity", post([b"Transfer-Encoding: chunked, identity", LENGTH], NOTHING)),
    ("identity, then chunked", post([b"Transfer-Encoding: identity, chunked", LENGTH], NOTHING)),
    ("identity", post([b"Transfer-Encoding: identity", b"Content-Length: 5"], b"hello")),
    ("gzip, then chunked", post([b"Transfer-Encoding: gzip, chunked", LENGTH], NOTHING)),
    ("a coding that nobody has", post([b"Transfer-Encoding: xchunked", LENGTH], NOTHING)),
    ("chunked in quotes", post([b'Transfer-Encoding: "chunked"', LENGTH], NOTHING)),
    ("chunked with a parameter", post([b"Transfer-Encoding: chunked;q=1", LENGTH], NOTHING)),
    ("chunked and a comma", post([b"Transfer-Encoding: chunked,", LENGTH], NOTHING)),
    ("chunked in capitals", post([b"TRANSFER-ENCODING: CHUNKED"], HELLO)),
    ("chunked behind a tab", post([b"Transfer-Encoding:\tchunked"], HELLO)),
    ("chunked behind a vertical tab", post([b"Transfer-Encoding: \x0bchunked", LENGTH], NOTHING)),
    ("chunked behind a byte beyond ASCII", post([b"Transfer-Encoding: \xa0chunked", LENGTH], NOTHING)),
    ("no coding", post([b"Transfer-Encoding:", LENGTH], NOTHING)),
    ("chunked, folded", post([b"Transfer-Encoding:\r\n chunked", LENGTH], NOTHING)),
    ("chunked behind a blank before the colon", post([b"Transfer-Encoding : chunked", LENGTH], NOTHING)),
    ("chunked behind a bare LF", post([b"X: 1\nTransfer-Encoding: chunked", LENGTH], NOTHING)),
    ("chunked behind a bare CR", post([b"X: 1\rTransfer-Encoding: chunked", LENGTH], NOTHING)),
    ("chunked in a folded field", post([b"X: 1\r\n Transfer-Encoding: chunked", LENGTH])),
    ("a coding whose name has _ for -", post([b"Transfer_Encoding: chunked", LENGTH], NOTHING)),
    ("a coding whose name ends in a control character", post([b"Transfer-Encoding\x0b: chunked", LENGTH], NOTHING)),
    ("a coding whose name begins with a blank", post([b"X: 1", b" Transfer-Encoding: chunked", LENGTH], NOTHING)),
    ("a coding whose name ends in NUL", post([b"Transfer-Encoding\0: chunked", LENGTH], NOTHING)),
    ("a coding whose name has _, alone", post([b"Transfer_Encoding: chunked"], HELLO)),
    ("HTTP/1.0 with chunks", post([CHUNKED], HELLO).replace(b"HTTP/1.1", b"HTTP/1.0", 1)),
    # Chunks.
    ("a chunk's size with 0x", chunks(b"0x5\r\nhello\r\n0\r\n\r\n")),
    ("a chunk's size with leading zeros", chunks(b"0005\r\nhello\r\n000\r\n\r\n")),
    ("a chunk's size with a blank behind", chunks(b"5 \r\nhello\r\n0\r\n\r\n")),
    ("a chunk's size with a blank before", chunks(b" 5\r\nhello\r\n0\r\n\r\n")),
    ("a chunk's size with a sign", chunks(b"+5\r\nhello\r\n0\r\n\r\n")),
    ("a negative size", chunks(b"-5\r\nhello\r\n0\r\n\r\n")),
    ("a size that is none", chunks(b"\r\nhello\r\n0\r\n\r\n")),
    ("a size beyond 64 bits", chunks(b"10000000000000005\r\nhello\r\n0\r\n\r\n")),
    ("a size that ends in a bare LF", chunks(b"5\nhello\r\n0\r\n\r\n")),
    ("a size that ends in a bare CR", chunks(b"5\rhello\r\n0\r\n\r\n")),
    ("an extension that ends in a bare LF", chunks(b"5;a\nhello\r\n0\r\n\r\n")),
    ("an extension with a bare LF inside", chunks(b"5;a\nxx\r\n" + b"hello\r\n0\r\n\r\n")),
    ("an extension with a bare CR inside", chunks(b"5;a\rxx\r\nhello\r\n0\r\n\r\n")),
    ("a chunk longer than its size", chunks(b"5\r\nhello, all\r\n0\r\n\r\n")),
    ("a chunk without an end of line", chunks(b"5\r\nhello0\r\n\r\n")),
    ("a chunk that ends in a bare LF", chunks(b"5\r\nhello\n0\r\n\r\n")),
    ("a chunk that ends in other characters", chunks(b"5\r\nhelloXX0\r\n\r\n")),
    ("a last chunk that ends in bare LFs", chunks(b"5\r\nhello\r\n0\n\n")),
    ("a last chunk without an empty line", chunks(b"5\r\nhello\r\n0\r\n")),
    ("a trailer that frames", chunks(b"5\r\nhello\r\n0\r\nContent-Length: %d\r\n\r\n" % len(INNER))),
    ("a folded trailer", chunks(b"5\r\nhello\r\n0\r\nX: 1\r\n 2\r\n\r\n")),
    ("a trailer with a bare LF", chunks(b"5\r\nhello\r\n0\r\nX: 1\nY: 2\r\n\r\n")),
    # Lines.
    ("all lines end in bare LF", get(b"X: 1").replace(b"\r\n", b"\n", 4)),
    ("a line ends in a bare LF", get(b"X: 1\nY: 2")),
    ("the head ends in a bare LF", LINE + HOST + b"Content-Length: 0\r\n\n" + INNER),
    ("a bare CR in a value", get(b"X: 1\rY: 2")),
    ("CR CR LF", get(b"X: 1\r")),
    ("a folded value", get(b"X: 1\r\n 2")),
    ("a fold in front of the fields", get(host=b" Host: a\r\n")),
    ("a blank before the colon", get(b"X : 1")),
    ("an empty name", get(b": 1")),
    ("a line without a colon", get(b"X")),
    ("a name with parentheses", get(b"X(y): 1")),
    ("a name with NUL", get(b"X\0: 1")),
    ("a value with NUL", get(b"X: \0")),
    ("a value with a control character", get(b"X: 1\x01")),
    ("a value with bytes beyond ASCII", get(b"X: \xc3\xbc")),
    ("two Hosts", get(b"Host: b")),
    ("no Host", get(host=b"")),
    ("a Host with a path", get(host=b"Host: a/b\r\n")),
    ("a Host and another in the URI", get(line=b"GET http://b/outer HTTP/1.1\r\n")),
    ("a client's address that Connection names", get(b"Connection: keep-alive, X-Forwarded-For")),
    # Request lines.
    ("empty lines in front", b"\r\n\r\n" + get()),
    ("HTTP/0.9", b"GET /outer\r\n" + INNER),
    ("a later minor version", get(line=b"GET /outer HTTP/1.2\r\n")),
    ("another major version", get(line=b"GET /outer HTTP/2.0\r\n")),
    ("a version in small letters", get(line=b"GET /outer http/1.1\r\n")),
    ("two blanks in the line", get(line=b"GET  /outer HTTP/1.1\r\n")),
    ("a tab in the line", get(line=b"GET\t/outer HTTP/1.1\r\n")),
    ("a blank behind the version", get(line=b"GET /outer HTTP/1.1 \r\n")),
    ("a blank in the URI", get(line=b"GET /outer b HTTP/1.1\r\n")),
    ("a version in the URI", get(line=b"GET /outer HTTP/1.1 HTTP/1.1\r\n")),
    ("a fragment", get(line=b"GET /outer#b HTTP/1.1\r\n")),
    ("a control character in the URI", get(line=b"GET /outer\x01 HTTP/1.1\r\n")),
    ("a method that is none", get(line=b"G(T /outer HTTP/1.1\r\n")),
    # What changes what comes behind.
    ("an upgrade to h2c", get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__")),
    ("an upgrade that is not granted", get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")),
    ("Expect, and the content at once", post([b"Expect: 100-continue", b"Content-Length: 5"], b"hello")),
    ("Expect of something else", post([b"Expect: y 100-continue", b"Content-Length: 5"], b"hello")),
    ("GET that expects, with content", get(b"Expect: 100-continue", LENGTH)),
]
