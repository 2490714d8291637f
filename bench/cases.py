"""Cases: the page of one with 2,000 entries of 40 organisations, of which the viewer reads half, and a list of 200.

Whole requests as the server sees them, from the WSGI call to the last byte.

Run alone: `python bench/cases.py`, with `--entries N` on fewer.
"""

from datetime import UTC, datetime
from uuid import uuid4

from figures import Figure, option, say
from things import asked, begin

ENTRIES, PARTICIPANTS, CASES, BATCH = 2_000, 40, 200, 500
NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)


def main():
    begin()
    say(list(figures(option("--entries", ENTRIES))))


def figures(entries):
    bodies = community()
    case = opened(bodies, "ຄະດີໃຫຍ່")
    fill(case, bodies, entries)
    for number in range(CASES - 1):
        opened(bodies[:2], f"ຄະດີ {number}")
    for name, path in ((f"a case of {entries:,} entries", f"/cases/{case}"), (f"{CASES} cases", "/cases/")):
        taken, queries = asked(path)
        yield Figure(name, "ms", taken, [], "")
        yield Figure(f"{name}: statements", "queries", [float(queries)], [], "")


def community():
    """Make forty organisations, the second of which has a reader; return their slugs."""
    from mitra.community import operations, queries
    from mitra.community.facts import NewOrganisation, NewPerson

    operations.found_centre(NewOrganisation("centre", "Centre", "international"), now=NOW)
    by, slugs = queries.actor_of_operator("centre"), [f"body-{nth}" for nth in range(PARTICIPANTS)]
    for slug in slugs:
        operations.add_organisation(NewOrganisation(slug, slug, "csirt", standing="accredited"), by=by, now=NOW)
    new = NewPerson("r@reader.example", "ສຸກ", ("analyst",), password="ຄວາມລັບ-correct-horse-9")
    operations.add_person(new, by=queries.actor_of_operator(slugs[1]), now=NOW)
    return slugs


def opened(bodies, heading):
    """Open a case that all of these are in; return its id."""
    from mitra.cases import operations, queries
    from mitra.community import operations as community_operations
    from mitra.community.queries import actor_of_operator, get_organisation

    lead = actor_of_operator(bodies[0])
    asked_in = tuple(get_organisation(slug).id for slug in bodies[1:])
    made = operations.open_case(operations.NewCase(heading, "fraud/phishing", invited=asked_in), by=lead, now=NOW)
    circle = queries.get_case(made.stix_id, lead, now=NOW).circle
    for slug in bodies[1:]:
        community_operations.accept(circle, by=actor_of_operator(slug), now=NOW)
    return made.stix_id


def fill(case, bodies, entries):
    """Write entries, each second one for its author alone, some hundreds by each organisation."""
    from mitra.cases.facts import CASE, ENTRY, Entry
    from mitra.community.queries import actor_of_operator
    from mitra.community.things import get_thing
    from mitra.core.policy.facts import Audience, Tlp
    from mitra.store.doors import store
    from mitra.store.facts import NewShare, Voice
    from mitra.store.things.kinds import Version
    from mitra.store.things.threads import ceiling_of

    circle = ceiling_of(get_thing(CASE, case, actor_of_operator(bodies[0]), now=NOW))
    own = Audience(Tlp.AMBER_STRICT, room="cases")
    for first in range(0, entries, BATCH):
        author = actor_of_operator(bodies[2 + first // BATCH % (len(bodies) - 2)])
        ids = [f"{ENTRY.stix_type}--{uuid4()}" for _ in range(BATCH)]
        facts = [Entry(case, f"EN-{first + nth}", "fact", f"ຂໍ້ຄວາມ {nth} 203.0.113.{nth % 250}") for nth in range(BATCH)]
        printed = [
            ENTRY.print(one, Version(stix_id, author.organisation_stix_id, NOW, NOW))
            for one, stix_id in zip(facts, ids, strict=True)
        ]
        shares = [NewShare(new, circle if nth % 2 else own, voice=Voice.CREATOR) for nth, new in enumerate(printed)]
        lines = store().accept_batch(shares, kind="cases.share", by=author.organisation, now=NOW).lines
        ENTRY.model.objects.unrestricted(purpose="the bench fills").bulk_create(
            ENTRY.model(stix_id=stix_id, owner=author.organisation, share=line.seq, **ENTRY.columns(one))
            for stix_id, line, one in zip(ids, lines, facts, strict=True)
        )


if __name__ == "__main__":
    main()
