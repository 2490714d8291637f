"""A region whose node has a mail server."""

import pytest

import world as region
from mail_server import mail_server


@pytest.fixture
def world(empty_store):
    return region.build()


@pytest.fixture
def post(settings):
    with mail_server() as box:
        settings.MITRA_MAIL = box.url
        settings.MITRA_URL = "https://hub.example"
        yield box
