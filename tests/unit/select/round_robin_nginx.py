# SPDX-License-Identifier: Apache-2.0
"""The order in which nginx itself takes its upstream servers, over two cycles, compared with build_round_robin. One
nginx, one worker, Unix sockets in a temporary folder. Skipped where there is no nginx."""
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SKIP = 77
WEIGHTS = [[5, 1, 1], [4, 2], [1, 1, 1, 1], [7, 3, 10, 1], [99, 1, 50]]


class Connection(http.client.HTTPConnection):
    """HTTP to a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def configuration(folder):
    blocks = []
    for number, weights in enumerate(WEIGHTS):
        servers = "".join(f"server unix:{folder}/{number}-{peer} weight={weight};" for peer, weight in enumerate(weights))
        blocks.append(f"upstream u{number} {{ {servers} }}")
        blocks.append(f"server {{ listen unix:{folder}/{number}; location / {{ proxy_pass http://u{number}; }} }}")
        blocks += [f"server {{ listen unix:{folder}/{number}-{peer}; return 200 {peer}; }}" for peer in range(len(weights))]
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    newline = "\n"
    # Started as root, the worker would be another user, who may not enter the folder.
    user = "user root root;" if os.geteuid() == 0 else ""
    return f"""{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{ access_log off; keepalive_requests 100000; {paths}
{newline.join(blocks)}
}}
"""


def start(nginx, folder):
    """Waits until the last socket accepts, ten seconds at most."""
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(configuration(folder))
    running = subprocess.Popen([nginx, "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and running.poll() is None:
        try:
            Connection(f"{folder}/{len(WEIGHTS) - 1}").connect()
            return running
        except OSError:
            time.sleep(0.02)
    running.kill()
    running.wait()
    sys.exit("nginx did not start: " + open(f"{folder}/error.log").read())


def order(path, turns):
    connection = Connection(path)
    peers = []
    for _ in range(turns):
        connection.request("GET", "/")
        peers.append(int(connection.getresponse().read()))
    connection.close()
    return peers


def main(program):
    nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if nginx is None:
        print("no nginx here")
        sys.exit(SKIP)
    with tempfile.TemporaryDirectory() as folder:
        running = start(nginx, folder)
        try:
            for number, weights in enumerate(WEIGHTS):
                line = " ".join(str(weight) for weight in weights) + "\n"
                done = subprocess.run([program], input=line, capture_output=True, text=True, check=True, timeout=60)
                ours = [int(word) for word in done.stdout.split()]
                theirs = order(f"{folder}/{number}", 2 * len(ours))
                if theirs != ours * 2:
                    sys.exit(f"weights {weights}: nginx's order is {theirs}, ours {ours}, twice")
        finally:
            running.terminate()
            running.wait(timeout=10)
    print(f"{len(WEIGHTS)} cycles, twice each: nginx's order")


main(sys.argv[1])
