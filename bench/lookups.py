"""Look-ups: is this known, from whom, since when; 10,000 values in one call, one value a call, one value a request.

The bare references ask the same database for the same keys, for no reader in particular: one probe of the index a
value and nothing around it, no share, no name.  Over HTTP the reference is the same granian with that probe alone; the
clients, two processes without a client library, share the cores with the server.

Run alone: `python bench/lookups.py [--million] [--json]`: of 100,000 records of all kinds and 20,000 networks, or of a
million names for 10,000 audiences.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from urllib.parse import quote

import orjson

import million
import node
from figures import Figure, by_turns, say
from serving import Askers, served

ROUNDS = 5
MANY = 10_000
SINGLE = 2_000
REQUESTS = 6_000
CONNECTIONS = 4
NETWORKS = 20_000


def main():
    if "--million" in sys.argv:
        home = million.opened(1_000_000)
        measure(home, Mix(1_000_000, lambda number: f"c2-{number}.bad-domain-{number % 997}.com", networks=0))
        return
    with node.opened() as home:
        node.filled(node.RECORDS)
        add_networks()
        measure(home, Mix(node.RECORDS, node.value, NETWORKS))


def measure(home, mix):
    from django.db import connections

    figures = list(in_process(mix))
    connections.close_all()
    token = json.loads((home / node.TOKENS).read_bytes())[node.READER]
    with served() as port, served("bare_lookup:application") as bare, Askers(CONNECTIONS) as askers:
        figures += over_http(mix, askers, port, bare, token)
    say(figures)


@dataclass(frozen=True)
class Mix:
    """What there is to ask about."""

    records: int
    value_of: Callable
    """The value that a record speaks about, by its number."""
    networks: int

    def drawn(self, size, *, known=0, unknown=0, inside=0):
        """Return so many values: known and unknown ones, addresses inside networks and outside, in no order."""
        chance = Random(7)
        values = [self.value_of(chance.randrange(self.records)) for _ in range(known)]
        values += [node.value(chance.randrange(5, 9) * self.records + n) for n in range(unknown)]
        values += [f"{network_of(chance.randrange(self.networks))}.{chance.randrange(256)}" for _ in range(inside)]
        values += [f"203.{chance.randrange(256)}.{chance.randrange(256)}.7" for _ in range(size - len(values))]
        chance.shuffle(values)
        return values


def in_process(mix):
    """Measure what a call of the program costs, by the mix of what is asked."""
    half, tenth = MANY // 2, MANY // 10
    yield figure(mix, "10,000 at once, all known", mix.drawn(MANY, known=MANY), MANY)
    yield figure(mix, "10,000 at once, half known", mix.drawn(MANY, known=half, unknown=half), half)
    yield figure(mix, "10,000 at once, none known", mix.drawn(MANY, unknown=MANY), 0)
    if mix.networks:
        inside = mix.drawn(MANY, known=half - tenth, unknown=half, inside=tenth)
        yield figure(mix, "10,000, one in ten in a network", inside, half)
        yield figure(mix, "10,000 addresses, in no network", mix.drawn(MANY), 0)
    one_by_one = mix.drawn(SINGLE, known=SINGLE // 2, unknown=SINGLE // 2)
    yield figure(mix, "one by one, half known", one_by_one, SINGLE // 2, at_once=1)


def figure(mix, name, values, known, at_once=MANY):
    from django.conf import settings
    from django.db import connection

    import mitra.config.wsgi  # noqa: F401 - sets the collector as in a serving process
    from mitra.community import queries as community
    from mitra.exchange import operations, queries
    from mitra.store.handed.facts import Channel
    from mitra.store.keys import Keys

    reader = community.actor_of_operator(node.READER)
    keys = Keys(settings.MITRA_SECRETS["atoms"])

    def ours():
        now = datetime.now(UTC)
        hand = operations.hand_to(reader, Channel.LOOKUP, now=now)
        parts = (values[at : at + at_once] for at in range(0, len(values), at_once))
        answers = [
            answer
            for part in parts
            for answer in queries.look_up_briefly(reader.viewer, part, most=20, hand=hand, now=now)
        ]
        assert orjson.dumps(answers)
        assert sum(answer["known"] for answer in answers) >= 0.97 * known  # some networks are held, some objects mute
        return len(answers)

    def bare():
        ask = connection.connection.execute
        for value in values:
            ask("SELECT record FROM atom WHERE key = ?", (keys.of_atom(value),)).fetchall()
        return len(values)

    connection.ensure_connection()
    rates = by_turns(ours, bare, ROUNDS)
    return Figure(f"look-up: {name}", "values/s", *rates, "one probe of the index a value", name, mix.records)


def over_http(mix, askers, port, bare, token):
    """Measure single look-ups over HTTP."""
    values = mix.drawn(REQUESTS, known=REQUESTS // 2, unknown=REQUESTS // 2)
    requests = [request_of(f"/api/v1/lookup?value={quote(value, safe='')}", token) for value in values]
    assert askers.ask(port, requests[:200]) == askers.ask(bare, requests[:200]) == 200
    rates = by_turns(lambda: askers.ask(port, requests), lambda: askers.ask(bare, requests), ROUNDS)
    one = "one a request, half known"
    yield Figure(f"look-up: {one}", "requests/s", *rates, "granian, one probe of the index", one, mix.records)


def request_of(path, token):
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def network_of(number):
    """Return the first three numbers of the addresses in a network."""
    return f"{171 + number // 65_536}.{number // 256 % 256}.{number % 256}"


def add_networks():
    """Share networks with the community, once: most of 256 addresses, some of them inside larger ones."""
    from django.db import connection

    with connection.cursor() as cursor:
        if cursor.execute("SELECT count(*) FROM network").fetchone()[0]:
            return
    for start in range(0, NETWORKS, 5_000):
        lines = (orjson.dumps(made_network(number)) + b"\n" for number in range(start, min(start + 5_000, NETWORKS)))
        node.share(b"".join(lines))


def made_network(number):
    bits = 24 if number % 16 else 20
    written = {**node.made(number), "id": f"indicator--00000000-0000-4000-9000-{number:012d}"}
    return {**written, "pattern": f"[ipv4-addr:value ISSUBSET '{network_of(number)}.0/{bits}']"}


if __name__ == "__main__":
    main()
