"""TAXII pages of 1,000 objects out of 100,000, over the wire: `mitra serve` on 127.0.0.1, asked by two connections.

Everything that a request passes is in it: granian, middleware, credential, door, splice.  The bare reference is the
same granian with one query and one concatenation, for nobody in particular.  Another server, measured on this class of
machine: OpenTAXII, 35 pages a second at 15,000 objects and 18 at 151,000.

Run alone: `python bench/taxii_pages.py`.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode

import node
from figures import Figure, by_turns, say

ROUNDS = 5
CONNECTIONS = 2
PAGES = 30
TAXII = "/taxii2/mitra/collections/all/"


class Caller:
    """One connection that keeps asking."""

    def __init__(self, port, path, headers=None):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.path = path
        self.headers = headers or {}

    def ask(self, query):
        self.connection.request("GET", f"{self.path}?{urlencode(query)}", headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body[:200])
        return body

    def repeat(self, query):
        for _ in range(PAGES):
            self.ask(query)
        return PAGES

    def walk(self, query):
        """Go from page to page, again from the start behind the last."""
        at = dict(query)
        for _ in range(PAGES):
            head = self.ask(at)[:200].split(b'"')
            at = {**query, "next": head[5].decode()} if head[2] == b":true," else dict(query)
        return PAGES


def main():
    with node.opened() as home:
        from django.db import connections

        node.filled(node.RECORDS)
        connections.close_all()
        tokens = json.loads((home / node.TOKENS).read_bytes())
        with served("mitra") as port, served("bare") as bare_port, ThreadPoolExecutor(CONNECTIONS) as pool:
            say(list(measured(pool, port, bare_port, tokens)))


def measured(pool, port, bare_port, tokens):
    def at_once(callers, way, query):
        return lambda: sum(pool.map(lambda caller: getattr(caller, way)(query), callers))

    bare = [Caller(bare_port, "/") for _ in range(CONNECTIONS)]
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    versions, one = {"match[version]": "all"}, {"match[id]": node.made(node.RECORDS // 2)["id"]}
    for who, resource, way, query, page in (
        (node.READER, "objects", "walk", {}, "pages, walking on"),
        (node.READER, "objects", "walk", versions, "pages, all versions"),
        (node.OUTSIDER, "objects", "walk", {}, "pages, one in four is not for it"),
        (node.READER, "manifest", "walk", {}, "manifest pages"),
        (node.READER, "objects", "repeat", one, "one object by its id"),
        (node.READER, "objects", "repeat", {"added_after": now}, "nothing new"),
    ):
        headers = {"Authorization": f"Bearer {tokens[who]}", "Accept": "application/taxii+json;version=2.1"}
        ours = [Caller(port, f"{TAXII}{resource}/", headers) for _ in range(CONNECTIONS)]
        is_page = resource == "objects" and way == "walk"
        rates = by_turns(at_once(ours, way, query), at_once(bare, "walk", {}) if is_page else lambda: 0, ROUNDS)
        reference = "granian, one query, one concatenation" if is_page else ""
        yield Figure(f"TAXII: {page}", "pages/s", rates[0], rates[1] if is_page else [], reference)


@contextmanager
def served(what):
    """Serve the home on a free port for as long as it is measured."""
    from node_process import free_port, wait_for

    port = free_port()
    words = {
        "mitra": ["mitra", "serve", "--port", str(port)],
        "bare": [
            *("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "2", "--blocking-threads", "4", "--log-level", "critical", "bare_page:application"),
        ],
    }
    environment = {**os.environ, "PYTHONPATH": f"{node.ROOT / 'bench'}:{node.ROOT / 'src'}"}
    process = subprocess.Popen([sys.executable, "-m", *words[what]], env=environment, cwd=node.ROOT / "bench")
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield port
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    main()
