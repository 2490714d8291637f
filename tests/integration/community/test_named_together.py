"""To be named beside somebody for one share is not to meet that person's organisation."""

from datetime import UTC, datetime

import pytest

import world
from mitra.community import operations, queries
from mitra.community.models import Person

NOW = datetime.now(UTC)


def person(region, viewer):
    return queries.actor_of_person(Person.objects.get(email=region.people[viewer]), now=NOW)


@pytest.mark.django_db
def test_a_guest_named_for_one_share_does_not_learn_who_works_there():
    region = world.build()
    before = queries.list_addressees(person(region, "guest"))
    sok = person(region, "cert-th")
    chosen = {each.id for each in queries.list_addressees(sok) if each.name.endswith((" guest", " cert-sg"))}
    assert len(chosen) == 2
    operations.circle_of_persons(chosen, by=sok, now=NOW)
    assert queries.list_addressees(person(region, "guest")) == before
