"""The readers of this room's pages: a browser for each viewer of the small region with secrets."""

import pytest
from django.test import Client

import world
from mitra.community.models import Person


@pytest.fixture
def region(db):
    """The region, rolled back after each test."""
    return world.build()


@pytest.fixture
def browse(region):
    """Open a browser signed in as a viewer of the region; as nobody without one."""

    def open_browser(viewer=""):
        client = Client()
        if viewer:
            client.force_login(Person.objects.get(email=region.people[viewer]))
        return client

    return open_browser
