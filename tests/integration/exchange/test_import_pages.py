"""A long file is taken in whole, its page tells how far it is, and closing it changes nothing."""

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from page_words import heading, text

from mitra.exchange.models import Import
from mitra.exchange.operations import importing
from mitra.exchange.views import content
from world import indicator

pytestmark = pytest.mark.django_db
FIELDS = {"tlp": "GREEN", "when": "now", "zone": "UTC"}


@pytest.fixture
def long_file(monkeypatch):
    monkeypatch.setattr(content, "LONG_BYTES", 1_000)
    monkeypatch.setattr(content, "SHOWN_AS_TEXT_BYTES", 100)
    now = datetime.now(UTC)
    objects = [indicator(f"ລຸ້ນ-{number}", now=now) for number in range(20)]
    body = json.dumps({"type": "bundle", "objects": [*objects, {"type": "indicator"}]}).encode()
    return lambda: SimpleUploadedFile("ບັນທຶກ.json", body, "application/json")


def send(client, file, **more):
    return client.post("/exchange/share", {**FIELDS, "file": file, **more})


def reviewed(client, long_file):
    """Look at what was understood, then share it."""
    shown = send(client, long_file(), step="understand")
    digest = text(shown).partition('name="reviewed" value="')[2].partition('"')[0]
    assert digest
    return send(client, long_file(), step="share", reviewed=digest)


def test_a_long_file_goes_on_by_itself_and_its_page_tells_how_far(region, browse, long_file):
    client = browse("cert-th")
    where = reviewed(client, long_file)["Location"]
    assert where.startswith("/exchange/imports/")
    assert heading(client.get(where)) == "It waits its turn."
    assert "ບັນທຶກ.json" in text(client.get("/exchange/imports"))
    Import.objects.update(state="running", read_bytes=1_000)
    assert "is read" in heading(client.get(where))
    part = client.get(where, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert "<progress" in text(part)
    assert "<html" not in text(part)
    Import.objects.update(state="waiting")
    importing.run_next(datetime.now(UTC))
    done = client.get(where)
    assert heading(done) == "20 shared, 1 stayed here."
    assert "hx-trigger" not in text(done).partition('id="progress"')[2].partition(">")[0]


def test_nobody_else_sees_it_and_it_can_be_stopped_while_it_waits(region, browse, long_file):
    client = browse("cert-th")
    where = reviewed(client, long_file)["Location"]
    assert browse("cert-vn").get(where).status_code == 404
    assert browse("cert-vn").get("/exchange/imports").status_code == 200
    assert client.post(where).status_code == 302
    assert importing.run_next(datetime.now(UTC)) is False
    assert client.post(where).status_code == 404


def test_a_long_file_is_not_taken_in_before_it_was_looked_at(region, browse, long_file):
    send(browse("cert-th"), long_file(), step="share")
    assert not Import.objects.exists()
