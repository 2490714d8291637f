"""TAXII pages of 1,000 objects out of a million, over the wire: `mitra serve` on 127.0.0.1, asked by two connections.

Four readers, who may read all, one in two, one in twenty and one in a thousand of the records of 10,000 audiences;
the first page, one in the middle and the last.  Everything that a request passes is in it: granian, middleware,
credential, door, splice.  The bare reference is a WSGI function under the same granian that does the best SQL for that
part and the splice (`bare_page.py`).  Then the same page out of 15,000, and what else readers ask.

Run alone: `python bench/taxii_pages.py`, with `--records N` on fewer.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode

import million
from figures import Figure, by_turns, say

RECORDS = 1_000_000
SIZES = (100_000, 15_000)
"""How cost grows is seen at fewer records too."""
ROUNDS = 5
CONNECTIONS = 2
PAGE = 1_000
TAXII = "/taxii2/mitra/collections/all/"
REFERENCE = "the same granian, one query, one splice"
READS = {"cert-kh": "all", "cert-la": "half", "cert-mm": "5 %", "cert-vn": "0.1 %"}


class Caller:
    """One connection that keeps asking the same."""

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

    def repeat(self, query, times):
        for _ in range(times):
            self.ask(query)
        return times


def main():
    records = int(sys.argv[sys.argv.index("--records") + 1]) if "--records" in sys.argv else RECORDS
    figures = []
    for size in sorted({records, *(size for size in SIZES if size < records)}, reverse=True):
        done = subprocess.run(
            [sys.executable, __file__, "--at", str(size)], stdout=subprocess.PIPE, text=True, check=True
        )
        figures += [Figure(**json.loads(line)) for line in done.stdout.splitlines()]
    say(figures)


def measure(records):
    """Measure on one node, in a process of its own: Django is set up once in each."""
    home = million.opened(records)
    places = places_in(home)
    tokens = json.loads((home / "tokens.json").read_bytes())
    with served("mitra") as port, served("bare") as bare_port, ThreadPoolExecutor(CONNECTIONS) as pool:
        for figure in measured(pool, port, bare_port, tokens, places, records):
            print(json.dumps(vars(figure)), flush=True)


def measured(pool, port, bare_port, tokens, places, records):
    def at_once(callers, query, times):
        return lambda: sum(pool.map(lambda caller: caller.repeat(query, times), callers))

    def readers(who, resource):
        headers = {"Authorization": f"Bearer {tokens[who]}", "Accept": "application/taxii+json;version=2.1"}
        return [Caller(port, f"{TAXII}{resource}/", headers) for _ in range(CONNECTIONS)]

    bare = [Caller(bare_port, "/") for _ in range(CONNECTIONS)]
    for who, (circle, pages) in places.items():
        ours = readers(who, "objects")
        for name, (seq, date) in pages.items():
            query = {"added_after": date} if date else {}
            theirs = {"circle": circle, "next": seq}
            same_objects(ours[0].ask(query), bare[0].ask(theirs))
            rates = by_turns(at_once(ours, query, 20), at_once(bare, theirs, 20), ROUNDS)
            what = f"{READS[who]} of {records:,}: {name} page"
            yield Figure(what, "pages/s", *rates, REFERENCE, f"{READS[who]}: {name} page", records)
    if records > min(SIZES):
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        everything = readers("cert-kh", "objects")
        one = {"match[id]": million.record(records // 2).stix_id}
        for what, callers, query in (
            ("all versions", everything, {"match[version]": "all"}),
            ("manifest", readers("cert-kh", "manifest"), {}),
            ("one object by its id", everything, one),
            ("nothing new", everything, {"added_after": now}),
            ("nothing new for 0.1 %", readers("cert-vn", "objects"), {"added_after": now}),
        ):
            rates = by_turns(at_once(callers, query, 20), lambda: 0, ROUNDS)
            yield Figure(what, "pages/s", rates[0], [], "")


def same_objects(ours, theirs):
    """Fail where the reference does another work: the same objects, but for their marking."""
    ids = [[each["id"] for each in json.loads(body)["objects"]] for body in (ours, theirs)]
    assert ids[0] == ids[1], (len(ids[0]), len(ids[1]))


def places_in(home):
    """Return for each reader its circle, and the position and date behind which three pages begin."""
    import sqlite3

    found = {}
    with closing(sqlite3.connect(f"file:{home / 'mitra.sqlite3'}?mode=ro", uri=True)) as database:
        for who in READS:
            ((circle,),) = database.execute("SELECT id FROM community_circle WHERE slug = ?", [f"of-{who}"]).fetchall()
            mine = "SELECT audience_id FROM store_audience_circle WHERE circle = ?"
            rows = database.execute(
                f"SELECT seq, at FROM share WHERE audience IN ({mine}) ORDER BY seq",
                [circle],
            ).fetchall()
            pages = {"first": (0, "")}
            if len(rows) > PAGE:
                pages |= {"middle": stamped(rows[len(rows) // 2]), "last": stamped(rows[-PAGE - 1])}
            found[who] = circle, pages
    return found


def stamped(row):
    from mitra.exchange.taxii.printing import stamp

    return row[0], stamp(row[1])


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
    environment = {**os.environ, "PYTHONPATH": f"{million.ROOT / 'bench'}:{million.ROOT / 'src'}"}
    process = subprocess.Popen(
        [sys.executable, "-m", *words[what]], env=environment, cwd=million.ROOT / "bench", stdout=sys.stderr
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield port
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    if "--at" in sys.argv:
        measure(int(sys.argv[sys.argv.index("--at") + 1]))
    else:
        main()
