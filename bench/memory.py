"""How much memory a serving process takes after a million requests, and whether it grows.  (Intake's: `intake.py`.)

Serving is `mitra serve` under look-ups and TAXII pages of 100; each process is looked at every so many requests, and
how much the last is above the middle one says whether it grows.  Pages of the database's file that SQLite maps count as
memory in Linux's book while nobody else wants the room; they are told apart.

Run alone: `python bench/memory.py [--requests 1000000]`.
"""

import json
import os
from urllib.parse import quote

import node
from figures import Figure, option, say
from serving import Askers
from watching import family, memory, serving

REQUESTS = 1_000_000
RECORDS = 20_000
LOOKS = 100
CONNECTIONS = 4


def main():
    requests = option("--requests", REQUESTS)
    os.environ.pop("MITRA_HOME", None)
    with node.opened() as home:
        from django.db import connections

        node.filled(RECORDS)
        connections.close_all()
        token = json.loads((home / node.TOKENS).read_bytes())[node.READER]
        say(served(home, token, requests))


def served(home, token, requests):
    """Ask so many times, and look at the serving processes after each hundredth part."""
    each = max(requests // LOOKS, CONNECTIONS)
    asked = questions(token, each)
    with serving(home) as (port, process), Askers(CONNECTIONS) as askers:
        askers.ask(port, asked)
        before, seen = web(process.pid), []
        for _ in range(LOOKS):
            assert askers.ask(port, asked) == each
            seen.append(web(process.pid))
    for at, what in enumerate(("in all", "without pages of files")):
        most = [max(look[at] for look in looks) for looks in seen]
        name = f"a serving process, {requests:,} requests, {what}"
        yield Figure(name, "MB", most, [max(look[at] for look in before)], f"the same after {each:,}")
    half = [max(look[1] for look in looks) for looks in seen[LOOKS // 2 :]]
    yield Figure("its growth in the second half", "MB", [half[-1] - half[0]], [], "")


def questions(token, count):
    headers = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    taxii = "Accept: application/taxii+json;version=2.1\r\n"
    page = f"GET /taxii2/mitra/collections/all/objects/?limit=100 HTTP/1.1\r\n{headers}{taxii}\r\n".encode()
    look_up = "GET /api/v1/lookup?value={} HTTP/1.1\r\n{}\r\n"
    return [
        page if number % 10 == 9 else look_up.format(quote(node.value(number * 7 % RECORDS), safe=""), headers).encode()
        for number in range(count)
    ]


def web(pid):
    return [memory(child) for name, child in family(pid).items() if name.startswith("web")]


if __name__ == "__main__":
    main()
