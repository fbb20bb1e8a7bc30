# SPDX-License-Identifier: Apache-2.0
"""The engine on loopback, sockets as its targets, and curl as its client, for the oracles beside this file."""
import contextlib
import functools
import pathlib
import re
import socket
import subprocess
import threading
import time

PATIENCE_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_listens(port):
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise


@functools.cache
def keeps_what_is_freed(program):
    return b"__asan_init" in pathlib.Path(program).read_bytes()


class Gateway:
    """The engine with one group of targets."""

    program = None  # serve-lines

    def __init__(self, *targets, **settings):
        self.http, self.https = free_port(), None
        words = [Gateway.program, "--http", str(self.http), "--target", *map(str, targets)]
        for name, value in settings.items():
            words += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
            if name == "https":
                self.https = value
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if line != "ready\n":
            raise AssertionError(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.said, _ = self.process.communicate(timeout=PATIENCE_S)
        if self.process.returncode != 0:
            raise AssertionError(f"the engine ended with {self.process.returncode}: {self.said}")
        accepted, ended = map(int, re.search(r"connections (\d+) of which ended (\d+)", self.said).groups())
        if accepted != ended:
            raise AssertionError(f"connections are counted wrongly: {self.said}")

    def memory_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def has_grown_by_more(self, before_kb, kb):
        """Never of a program with AddressSanitizer, which keeps what is freed."""
        return not keeps_what_is_freed(Gateway.program) and self.memory_kb() - before_kb > kb

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.http}{path}"

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.http), PATIENCE_S)

    def exchange(self, *parts):
        """What comes until the engine closes."""
        with self.connect() as client:
            for part in parts:
                client.sendall(part)
            return read_all(client)


class Nginx:
    """A real one, with two ports. `extra`: directives of its server, `http`: of http."""

    def __init__(self, folder, *extra, log="off", http=""):
        self.ports = [free_port(), free_port()]
        config = pathlib.Path(folder) / f"nginx-{self.ports[0]}.conf"
        config.write_text(f"""
            daemon off; worker_processes 1; pid {config}.pid; error_log {config}.log;
            events {{ worker_connections 4096; }}
            http {{
                {http} access_log {log}; client_max_body_size 0; keepalive_requests 1000000; root {folder};
                client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fcgi;
                uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi; dav_methods PUT;
                server {{
                    listen 127.0.0.1:{self.ports[0]}; listen 127.0.0.1:{self.ports[1]};
                    {" ".join(extra)}
                    location /echo {{ return 200 "$server_port $request_method $host $http_x_forwarded_for $http_x_forwarded_proto $http_x_forwarded_port\\n"; }}
                }}
            }}""")
        self.process = subprocess.Popen(["nginx", "-c", config], stderr=subprocess.DEVNULL)
        wait_until_it_listens(self.ports[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE_S)


def read_all(peer):
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := peer.recv(65536):
            got += piece
    return got


def read_head(peer):
    got = b""
    while b"\r\n\r\n" not in got:
        piece = peer.recv(65536)
        if not piece:
            break
        got += piece
    return got


class Target:
    """Gives each connection, in a thread, to a function."""

    def __init__(self, serve):
        self.serve, self.peers = serve, []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                self.peers.append(peer)
                threading.Thread(target=self.run, args=(peer,), daemon=True).start()

    def run(self, peer):
        with peer, contextlib.suppress(OSError):
            peer.settimeout(PATIENCE_S)
            self.serve(peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in [self.socket, *self.peers]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def sends(text, then=None):
    """A function for Target: the same bytes for every head."""

    def serve(peer):
        while read_head(peer):
            peer.sendall(text)
            if then == "close":
                return

    return serve


ok = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"


def curl(*words, **options):
    command = ["curl", "--silent", "--show-error", "--max-time", str(PATIENCE_S), *words]
    return subprocess.run(command, capture_output=True, timeout=2 * PATIENCE_S, **options)
