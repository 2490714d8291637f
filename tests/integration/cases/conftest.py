"""A region, and browsers of those who have signed in to it."""

import pytest
from django.test import Client

import world as region
from mitra.community.models import Person


@pytest.fixture
def world(empty_store):
    return region.build()


@pytest.fixture
def browse(world):
    def opened_by(viewer):
        client = Client()
        client.force_login(Person.objects.get(email=world.people[viewer]))
        return client

    return opened_by
