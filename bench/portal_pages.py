"""A portal page of 50 records out of a million, as a signed-in person, narrowed in every way that the page offers.

The whole request as the server sees it, from the WSGI call to the last byte: session, rights, page, template.  The
statements of one such request are counted too.  The bare reference reads the rows of a session and a person, then the
50 newest records, and has Django's template engine make a line of each: no rights, no filter, nothing around the list.

Run alone: `python bench/portal_pages.py`, with `--records N` on fewer.
"""

import time
from datetime import UTC, datetime
from statistics import median
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import million
from figures import Figure, option, say

RECORDS = 1_000_000
ROUNDS = 15
SHOWN = 50
NEWEST = "SELECT s.seq, r.title, r.type, r.modified FROM share s JOIN record r ON r.id = s.record ORDER BY s.seq DESC"
READS = (
    "SELECT session_data FROM django_session LIMIT 1",
    "SELECT * FROM community_person LIMIT 1",
    f"{NEWEST} LIMIT {SHOWN}",
)
LINES = """
{% for seq, title, type, at in rows %}
<li><a href="/exchange/records/{{ seq }}">{{ title }}</a> <span>{{ type }}</span> <time>{{ at }}</time></li>
{% endfor %}
"""
REFERENCE = "three statements, a template's loop"
ASKED = {
    "nothing narrowed": {},
    "words, in every title": {"words": "ตัวบ่งชี้"},
    "words, in no title": {"words": "ບໍ່ມີຢູ່ໃສ"},
    "a type, one in 50": {"type": "malware"},
    "a type, one in 10,000": {"type": "campaign"},
    "all types": {"type": "all"},
    "a level, nearly all": {"tlp": "AMBER"},
    "a level, one in 100": {"tlp": "AMBER+STRICT"},
    "a level, none": {"tlp": "CLEAR"},
    "shared by, one in 100": {"by": "cert-sg"},
    "a circle": {"circle": "of-READER"},
    "a rare type, by a rare sharer": {"type": "campaign", "by": "cert-sg"},
    "all of it": {"words": "1", "type": "malware", "tlp": "AMBER", "by": "cert-th", "circle": "of-READER"},
}
READERS = {"cert-kh": "all", "cert-mm": "5 %", "cert-vn": "0.1 %"}


def main():
    records = option("--records", RECORDS)
    million.opened(records)
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    from mitra.exchange.views import records as view

    view.SHOWN = SHOWN
    say([figure for who in READERS for figure in figures(who, records)])


def figures(who, records):
    """Measure every question of one reader; then say what the slowest needed."""
    cookie = sign_in(who)
    bare_page = bare()
    theirs = [milliseconds(bare_page) for _ in range(ROUNDS)]
    times, counts = {}, {}
    for name, query in ASKED.items():
        asked = urlencode({key: value.replace("READER", who) for key, value in query.items()})
        ask(cookie, asked)
        counts[name] = statements(cookie, asked)
        times[name] = [milliseconds(lambda asked=asked: ask(cookie, asked)) for _ in range(ROUNDS)]
    for name, taken in times.items():
        yield Figure(f"{name}; reads {READERS[who]}", "ms", taken, theirs, REFERENCE)
    worst = max(counts, key=counts.get)
    yield Figure(f"most queries; reads {READERS[who]}: {worst}", "queries", [float(counts[worst])], [], "")
    slowest = max(times, key=lambda name: median(times[name]))
    what = f"the slowest; reads {READERS[who]}"
    yield Figure(f"{what}: {slowest}", "ms", times[slowest], theirs, REFERENCE, what, records)


def sign_in(slug):
    """Return the cookie of a signed-in analyst of an organisation, adding the person once."""
    from django.test import Client

    from mitra.community import operations, queries
    from mitra.community.facts import NewPerson
    from mitra.community.models import Person

    email = f"bench@{slug}.example"
    if not Person.objects.filter(email=email).exists():
        by = queries.actor_of_operator(slug)
        operations.add_person(NewPerson(email, "សុខា", ("analyst",)), by=by, now=datetime.now(UTC))
    client = Client()
    client.force_login(Person.objects.get(email=email))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def ask(cookie, query):
    """Ask for the page; return its bytes."""
    from mitra.config.wsgi import application

    statuses = []
    environ = {"PATH_INFO": "/exchange/records", "QUERY_STRING": query, "HTTP_COOKIE": cookie, "HTTP_HOST": "127.0.0.1"}
    setup_testing_defaults(environ)
    answer = application(environ, lambda status, *_: statuses.append(status))
    body = b"".join(answer)
    answer.close()
    assert statuses == ["200 OK"], (statuses, query)
    return body


def statements(cookie, query):
    """Return how many statements one request sends to the database, through whatever door."""
    from django.db import connection

    seen = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(seen.append)
    ask(cookie, query)
    connection.connection.set_trace_callback(None)
    work = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
    return sum(statement.lstrip().upper().startswith(work) for statement in seen)


def bare():
    from django.db import connection
    from django.template import Context, Engine

    template = Engine().from_string(LINES)

    def page():
        *_, rows = [connection.connection.execute(statement).fetchall() for statement in READS]
        return template.render(Context({"rows": rows})).encode()

    return page


def milliseconds(does):
    began = time.perf_counter()
    does()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    main()
