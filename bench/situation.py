"""The situation room of an organisation with 500 open cases and 5,000 clocks that run, as its duty officer sees it.

Whole requests as the server sees them, by turns with the reference: the same page of an organisation of the same node
that has no case and no clock.  Cases are opened one by one, as members open them, which winds a clock in each; further
clocks, of tasks, are put in at once.

Run alone: `python bench/situation.py`, with `--cases N` on fewer, and ten times as many clocks.
"""

import time
from datetime import UTC, datetime, timedelta

from figures import Figure, option, say
from things import begin, statements_of

CASES, CLOCKS_A_CASE, ROUNDS, BATCH = 500, 10, 50, 500
BUSY, IDLE = "busy", "idle"


def main():
    begin()
    say(list(figures(option("--cases", CASES))))


def figures(cases):
    clients = community()
    taken = [open_case(nth) for nth in range(cases)]
    wind(cases)
    pages = {slug: page_of(client) for slug, client in clients.items()}
    assert 'id="now"' in pages[BUSY]().content.decode()
    for page in pages.values():
        page()
    statements = {slug: float(statements_of(page)) for slug, page in pages.items()}
    times, used = {slug: [] for slug in pages}, {slug: [] for slug in pages}
    for _ in range(ROUNDS):
        for slug, page in pages.items():
            before = time.process_time()
            times[slug].append(milliseconds(page))
            used[slug].append((time.process_time() - before) * 1_000)
    name, idle = f"{cases:,} cases, {cases * CLOCKS_A_CASE:,} clocks", "no case, no clock"
    yield Figure(f"the page: {name}", "ms", times[BUSY], times[IDLE], idle)
    yield Figure(f"processor: {name}", "ms", used[BUSY], used[IDLE], idle)
    yield Figure(f"statements: {name}", "queries", [statements[BUSY]], [statements[IDLE]], idle)
    yield Figure(f"a case opened, of {cases:,}", "ms", taken, [], "")


def now():
    return datetime.now(UTC)


def community():
    """Make two organisations with a duty officer each; return by short name a client that is signed in."""
    from django.test import Client

    from mitra.community import operations, queries
    from mitra.community.facts import NewOrganisation, NewPerson
    from mitra.community.models import Person

    operations.found_centre(NewOrganisation("centre", "Centre", "international"), now=now())
    clients = {}
    for slug in (BUSY, IDLE):
        new = NewOrganisation(slug, slug, "csirt", standing="accredited")
        operations.add_organisation(new, by=queries.actor_of_operator("centre"), now=now())
        person = NewPerson(f"duty@{slug}.example", "ເຈົ້າໜ້າທີ່ເວນ", ("duty-officer",))
        operations.add_person(person, by=queries.actor_of_operator(slug), now=now())
        clients[slug] = Client()
        clients[slug].force_login(Person.objects.get(email=person.email))
    return clients


def open_case(nth):
    """Open a case; return the milliseconds that it took."""
    from mitra.cases import operations
    from mitra.community.queries import actor_of_operator

    new = operations.NewCase(f"ຄະດີ {nth} ธนาคารเตือนภัย", "fraud/phishing")
    by = actor_of_operator(BUSY)
    return milliseconds(lambda: operations.open_case(new, by=by, now=now()))


def wind(cases):
    """Put in further clocks, due from yesterday until next week, so that each case has ten."""
    from mitra.cases.models import Case, ClockRow

    rows, at = [], now()
    for nth, case in enumerate(Case.objects.unrestricted(purpose="the bench fills").order_by("pk")):
        for task in range(CLOCKS_A_CASE - 1):
            due_at = at + timedelta(minutes=-1_440 + (nth * 7 + task * 1_201) % 11_520)
            since = at - timedelta(days=2)
            rows.append(
                ClockRow(
                    owner=case.owner,
                    case=case.stix_id,
                    circle=case.circle,
                    number=case.number,
                    kind="task",
                    subject=f"t{task}",
                    severity=nth % 6,
                    since=since,
                    warn_at=since + (due_at - since) / 2,
                    due_at=due_at,
                )
            )
    ClockRow.objects.bulk_create(rows, batch_size=BATCH)
    assert ClockRow.objects.filter(ended_at=None).count() == cases * CLOCKS_A_CASE


def page_of(client):
    def page():
        answer = client.get("/")
        assert answer.status_code == 200
        return answer

    return page


def milliseconds(does):
    began = time.perf_counter()
    does()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    main()
