"""What tests of recalls do: hand out, recall, let the worker tell, and see what came of it."""

from datetime import UTC, datetime

from django.test import Client
from page_words import text
from sharing_world import actor, blocking, person

from mitra.community import queries as community
from mitra.community.models import Person
from mitra.exchange import operations, queries
from mitra.exchange.models import Notice
from mitra.pulse import worker

OBJECTS = "/taxii2/mitra/collections/all/objects/"
WHY = "ລິ້ງນີ້ ຜິດ"
TITLE = "canary-title"
THING = blocking(1, "secure-login.example.net", name=TITLE)


def now():
    return datetime.now(UTC)


def browser(slug, name="sok"):
    client = Client()
    client.force_login(Person.objects.get(pk=person(slug, name).person))
    return client


def page(slug, path, name="sok"):
    response = browser(slug, name).get(path)
    assert response.status_code == 200, (path, response.status_code)
    return text(response)


def work(at=None):
    """Let the worker do all that is due."""
    while worker.turn(at or now()):
        pass


def take(node, client, *slugs):
    """Let machines of these take everything that they may read."""
    for slug in slugs:
        assert b'"objects"' in client.get(OBJECTS, headers=node.headers(slug)).content


def told():
    """Who has a notice: (organisation, person), by name."""
    names = community.name_organisations(Notice.objects.values_list("owner", flat=True))
    rows = Notice.objects.select_related("person")
    return sorted((names[row.owner], row.person.name if row.person else "") for row in rows)


def recalled(by, ref):
    return operations.recall(actor(by) if isinstance(by, str) else by, ref, WHY, now=now())


def outcome(by, made):
    """What its sharer sees came of a recall: name → done, told or nobody."""
    who = actor(by) if isinstance(by, str) else by
    found = queries.get_recall(who, made, now=now())
    lines = (*found.told, *found.hidden)
    return [(line.name, "done" if line.done_at else "told" if line.can_be_told else "nobody") for line in lines]
