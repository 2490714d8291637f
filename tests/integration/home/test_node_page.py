"""The node's own page: the centre's administrators decide what was parked, its auditors see it, nobody else knows."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import orjson
import pytest
from django.db import transaction
from django.urls import reverse

from clock_world import World
from exchange_node import make_node
from mitra.community import operations, queries
from mitra.community.facts import NewPerson
from mitra.community.models import Person
from mitra.core.errors import NotPermitted
from mitra.core.ledger.dates import micros
from mitra.home import operations as node_operations
from mitra.home.backups import LastBackup, note_backup
from mitra.ledger.models import ActBody, Log
from mitra.pulse import queries as pulse
from mitra.pulse.models import Delivery
from mitra.pulse.watching import note_jump, sign
from pulse_room import CaseOpened, reacting, tell

NOW = datetime.now(UTC)
WHY = "ແກ້ໄຂແລ້ວ, try it"
LONG_AGO = timedelta(days=3)


@pytest.fixture
def centre(db):
    make_node()
    return "centre"


@pytest.fixture
def parked(centre):
    """One delivery that failed as often as it may, and one that waits behind it."""

    def fails(event, envelope, *, now):
        raise LookupError("words of a record")

    with reacting(fails=fails):
        for _ in range(2):
            tell(7, now=NOW - LONG_AGO, event=CaseOpened(7))
        World(NOW - LONG_AGO).advance(timedelta(days=1))
    return pulse.list_parked()[0].id


def person(slug, role):
    new = NewPerson(f"{role}@{slug}.example", "ສົມສີ", (role,), "a long enough password")
    operations.add_person(new, by=queries.actor_of_operator(slug), now=NOW)
    return Person.objects.get(email=new.email)


def page_of(client, slug, role, path="/node"):
    client.force_login(person(slug, role))
    return client.get(path)


def words_of(response):
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def acts(kind):
    return [orjson.loads(bytes(row.body)) for row in ActBody.objects.filter(kind=kind)]


@pytest.mark.parametrize(
    ("slug", "role", "status"),
    [
        ("centre", "administrator", 200),
        ("centre", "auditor", 200),
        ("centre", "secretariat", 403),
        ("centre", "analyst", 403),
        ("cert-th", "administrator", 403),
        ("cert-th", "analyst", 403),
    ],
)
def test_the_centre_looks_after_the_node(centre, client, slug, role, status):
    assert page_of(client, slug, role).status_code == status
    assert client.get("/node/deliveries/1").status_code == (404 if status == 200 else 403)


def test_nobody_who_is_not_signed_in_is_let_in(centre, client):
    assert client.get("/node").headers["Location"] == "/sign-in?next=%2Fnode"


def test_the_way_there_is_shown_to_whom_it_is_for(centre, client):
    link = f'href="{reverse("home:node")}"'
    assert link in page_of(client, "centre", "administrator", "/").content.decode()
    assert link not in page_of(client, "cert-th", "administrator", "/").content.decode()


@pytest.mark.parametrize(("is_alive", "answer"), [(True, "The node is at work."), (False, "The worker is away.")])
def test_it_says_first_whether_the_node_works(centre, client, is_alive, answer):
    if is_alive:
        sign(None, now=datetime.now(UTC))
    said = page_of(client, "centre", "auditor").content.decode()
    assert f"<h1>{answer}</h1>" in said
    assert "Nothing waits for a decision" in said


def test_what_is_parked_is_listed_with_what_waits_behind_it_and_no_words(parked, client):
    sign(None, now=datetime.now(UTC))
    said = page_of(client, "centre", "administrator").content.decode()
    assert "<h1>1 delivery waits for you.</h1>" in said
    assert "tests.fails" in said
    assert "after tests.case-opened of case:7" in said
    assert f"/node/deliveries/{parked}" in said
    detail = client.get(f"/node/deliveries/{parked}").content.decode()
    assert "It failed 8 times." in detail
    assert "1 later delivery" in detail
    assert "LookupError" in detail
    assert "words of a record" not in said + detail


def test_more_than_a_page_says_how_many_there_are(parked, client):
    row = Delivery.objects.get(pk=parked)
    Delivery.objects.bulk_create(
        Delivery(handler=row.handler, subject=f"case:{n}", state="parked", state_at=row.state_at, next_at=0, due_at=0)
        for n in range(100, 160)
    )
    said = page_of(client, "centre", "administrator").content.decode()
    assert said.count("/node/deliveries/") == 50
    assert "61" in said


def test_the_front_desk_tells_an_administrator_of_the_centre(parked, client):
    assert "1 delivery failed eight times" in page_of(client, "centre", "administrator", "/").content.decode()
    assert "failed eight times" not in page_of(client, "centre", "auditor", "/").content.decode()
    assert "failed eight times" not in page_of(client, "cert-th", "administrator", "/").content.decode()


@pytest.mark.parametrize(
    ("decision", "kind", "state"),
    [("again", "home.delivery-tried-again", "waiting"), ("skip", "home.delivery-skipped", "skipped")],
)
def test_a_decision_is_done_and_kept_with_its_reason(parked, client, decision, kind, state):
    client.force_login(person("centre", "administrator"))
    answer = client.post(f"/node/deliveries/{parked}", {"decision": decision, "reason": WHY})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/node")
    assert Delivery.objects.get(pk=parked).state == state
    (act,) = acts(kind)
    assert act["facts"] == {"delivery": parked, "handler": "tests.fails", "reason": WHY, "subject": "case:7"}
    assert client.post(f"/node/deliveries/{parked}", {"decision": decision, "reason": WHY}).status_code == 404
    assert len(acts(kind)) == 1


@pytest.mark.parametrize("fields", [{"decision": "skip"}, {"decision": "skip", "reason": "  "}, {"reason": WHY}])
def test_without_a_reason_nothing_is_decided(parked, client, fields):
    client.force_login(person("centre", "administrator"))
    assert client.post(f"/node/deliveries/{parked}", fields).status_code == 422
    assert Delivery.objects.get(pk=parked).state == "parked"


def test_an_auditor_sees_and_does_not_decide(parked, client):
    said = page_of(client, "centre", "auditor", f"/node/deliveries/{parked}")
    assert "An administrator of the centre decides." in said.content.decode()
    answer = client.post(f"/node/deliveries/{parked}", {"decision": "skip", "reason": WHY})
    assert answer.status_code == 403
    assert Delivery.objects.get(pk=parked).state == "parked"


def test_the_command_line_is_no_person_of_the_centre(parked):
    with pytest.raises(NotPermitted), transaction.atomic():
        node_operations.skip_delivery(queries.actor_of_operator("centre"), parked, WHY, now=NOW)
    assert acts("home.delivery-skipped") == []


def test_a_clock_that_moved_is_told(centre, client):
    note_jump(-3 * 3600, now=datetime.now(UTC))
    said = page_of(client, "centre", "administrator").content.decode()
    assert "went back by 3 h" in said
    assert "moved once in seven days" in said


def test_a_log_that_stopped_is_the_first_thing_it_says(centre, client):
    why = "tile/0/000.p/11 is here with other bytes: run `mitra check`, and mend it from a backup."
    Log.objects.update_or_create(pk=1, defaults={"root": bytes(32), "stopped": why, "stopped_at": micros(NOW)})
    page = words_of(page_of(client, "centre", "auditor"))
    assert page.index("The log has stopped.") < page.index(why) < page.index("Waits for a decision")


def test_it_says_when_the_node_was_backed_up_and_when_that_is_long_ago(centre, client, tmp_path, settings):
    settings.MITRA_HOME = tmp_path
    assert "none yet" in words_of(page_of(client, "centre", "auditor"))
    note_backup(LastBackup(NOW - timedelta(hours=3), 12_345_678))
    assert ("11.8 MB" in words_of(client.get("/node")), "old" in words_of(client.get("/node"))) == (True, False)
    note_backup(LastBackup(NOW - timedelta(days=2), 1))
    assert "old 2 days ago" in words_of(client.get("/node"))
    (tmp_path / "last-backup.json").write_text("[half")
    assert "none yet" in words_of(client.get("/node"))
