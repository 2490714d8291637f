"""A region whose node has a mail server, or reaches a push service."""

import pytest

import world as region
from browsers_world import describe_thing, signed_in
from mail_server import mail_server
from mitra.messages import ports
from mitra.messages.ports import Teller
from push_world import push_service


@pytest.fixture
def world(empty_store):
    return region.build()


@pytest.fixture
def post(settings):
    with mail_server() as box:
        settings.MITRA_MAIL = box.url
        settings.MITRA_URL = "https://hub.example"
        yield box


@pytest.fixture
def service(settings):
    settings.MITRA_PUSH_INTO = ["127.0.0.0/8"]
    settings.MITRA_URL = "https://hub.example"
    with push_service() as made:
        yield made


@pytest.fixture
def teller():
    """A kind of message of the tests' own, which describes one thing to everybody."""
    made = Teller("tests.told", "exchange:read", "Something was told", describe_thing)
    ports.add_teller(made)
    yield made
    ports._tellers.pop("tests.told")


@pytest.fixture
def duty(world):
    """The window of the only duty officer of the organisation that is told."""
    return signed_in(world.people["th-named"])
