"""The wall of a room: whoever stands before it reads figures and minutes, and words of nothing that is not for all."""

import pytest
from django.test import Client

import world as region
from mitra.community.models import Person


@pytest.fixture
def world(empty_store):
    return region.build()


def browser(world, viewer):
    client = Client()
    client.force_login(Person.objects.get(email=world.people[viewer]))
    return client


@pytest.mark.parametrize(
    ("viewer", "word", "kind"),
    [("cert-vn", "canary-letter-cert-vn", "a letter"), ("cert-my", "canary-incident-cert-my", "a case to take up")],
)
def test_what_the_situation_room_says_in_words_the_wall_says_as_its_kind(world, viewer, word, kind):
    client = browser(world, viewer)
    room, wall = (client.get(path).content.decode() for path in ("/", "/wall"))
    assert (word in room, kind in room) == (True, True)
    assert (word in wall, kind in wall) == (False, True)


def test_nobody_who_is_not_signed_in_reads_it(world):
    assert Client().get("/wall").status_code == 302
