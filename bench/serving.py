"""Serve a node, or a bare reference, under granian on a free port; and ask it by many connections at once."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

import node


@contextmanager
def served(application=""):
    """Serve the home, or this application under the same granian, for as long as it is measured; give the port."""
    from node_process import free_port, wait_for

    port = free_port()
    words = ["mitra", "serve", "--port", str(port)]
    if application:
        words = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
        words += ["--blocking-threads", "4", "--log-level", "critical", application]
    environment = {**os.environ, "PYTHONPATH": f"{node.ROOT / 'bench'}:{node.ROOT / 'src'}"}
    process = subprocess.Popen([sys.executable, "-m", *words], env=environment, cwd=node.ROOT / "bench")
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield port
    finally:
        process.terminate()
        process.wait(60)


class Askers:
    """Processes that ask, each by one connection that stays open: no client library, for both share the cores."""

    def __init__(self, count):
        self._count = count
        self._pool = ProcessPoolExecutor(count)

    def ask(self, port, requests):
        """Send all requests, divided among the connections; return how many were answered with 200."""
        parts = [requests[at :: self._count] for at in range(self._count)]
        return sum(self._pool.map(ask_all, [port] * self._count, parts))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._pool.shutdown()


def ask_all(port, requests):
    """Send requests one after another, each when the last was answered."""
    good = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            connection.sendall(request)
            good += read_answer(connection).startswith(b"HTTP/1.1 200")
    return good


def read_answer(connection):
    """Return an answer's head, having read its body."""
    answer = connection.recv(65_536)
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65_536)
    head, _, body = answer.partition(b"\r\n\r\n")
    lower = head.lower()
    at = lower.index(b"content-length:") + len(b"content-length:")
    left = int(lower[at:].split(b"\r\n", 1)[0]) - len(body)
    while left > 0:
        left -= len(connection.recv(65_536))
    return head
