# SPDX-License-Identifier: Apache-2.0
"""A stream proxy of its own, other programs and sockets around it, for the oracles beside this file."""
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

PATIENCE_S = 60


def listening():
    """A socket that listens on a port of the kernel's choice; children inherit it."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(PATIENCE_S)
    server.set_inheritable(True)
    return server


def port_of(server):
    return server.getsockname()[1]


def exchange(address, text):
    """Sends `text`, and gives what comes until the end; nothing when there is a reset."""
    with socket.create_connection(address, PATIENCE_S) as client:
        client.sendall(text)
        answer = b""
        try:
            while piece := client.recv(65536):
                answer += piece
        except ConnectionResetError:
            return None, client.getsockname()
        return answer, client.getsockname()


def wait_until_it_listens(port):
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise


class Process:
    def __init__(self, words, **options):
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)

    def line_with(self, text):
        for line in self.process.stdout:
            if text in line:
                return line
        raise AssertionError(f"{self.process.args[0]} ended without saying '{text}'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class StreamProxy(Process):
    program = None  # stream-lines

    def __init__(self, *words, **options):
        super().__init__([StreamProxy.program, *words], stdin=subprocess.PIPE, **options)
        self.port = int(self.line_with("port ").split()[1])
        self.address = ("127.0.0.1", self.port)

    def ask(self, order, answer):
        """Gives it a line, and what it says to it."""
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.line_with(answer)

    def __exit__(self, *_):
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        if self.process.returncode != 0:
            raise AssertionError(f"the proxy ended with {self.process.returncode}: {said}")


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
