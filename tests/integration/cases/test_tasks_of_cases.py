"""Tasks that follow the sun: taken, handed over, rung about and done."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

import world as region
from case_night import FRIDAY, LEADER, MEMBER, actor, codes, opened
from clock_world import World
from mitra.cases import operations, queries
from mitra.cases.models import ClockRow
from mitra.community.models import Person
from mitra.core.errors import InvalidInput, NotFound, WrongState

pytestmark = pytest.mark.django_db
SAID = {"stands": "ສອງເຄື່ອງປິດແລ້ວ", "next": "โทรหามหาวิทยาลัย", "question": "Who holds the logs?"}


@pytest.fixture
def world(empty_store):
    return region.build(FRIDAY)


def set_task(made, **more):
    new = operations.NewTask("ປິດອີເມລຂາອອກ", "ທັງໝົດ", **more)
    return operations.set_task(made.stix_id, new, by=actor(LEADER), now=FRIDAY)


def step(task, slug, word, now=FRIDAY, **said):
    operations.take_task_step(task, word, said, by=actor(slug), now=now)


def stands(task, slug=LEADER, now=FRIDAY + timedelta(days=1)):
    return queries.get_task(task, actor(slug), now=now)


def test_a_task_follows_the_sun_with_three_things_said(world):
    made = opened(world, MEMBER, "cert-my", accept=[MEMBER, "cert-my"])
    to = actor("cert-my").organisation_stix_id
    task = set_task(made, chain=(actor(MEMBER).organisation_stix_id, to))
    step(task, MEMBER, "take")
    for missing in ("stands", "next", "question"):
        with pytest.raises(WrongState, match="how it stands, what comes next and what is open"):
            step(task, MEMBER, "hand-over", to=to, **{**SAID, missing: " "})
    with pytest.raises(InvalidInput):
        step(task, MEMBER, "hand-over", to=actor("cert-vn").organisation_stix_id, **SAID)
    step(task, MEMBER, "hand-over", to=to, **SAID)
    line = stands(task)
    assert (line.stands.state, line.holder, line.offered) == ("handing", "National CSIRT (TH)", "National CSIRT (MY)")
    with pytest.raises(WrongState):
        step(task, LEADER, "take")
    step(task, "cert-my", "take")
    line = stands(task)
    assert (line.stands.state, line.holder, line.stands.carried.question) == (
        "taken",
        "National CSIRT (MY)",
        SAID["question"],
    )
    step(task, "cert-my", "finish")
    assert stands(task).stands.state == "done"


def test_not_taken_within_a_quarter_of_an_hour_both_are_rung(world):
    made = opened(world, MEMBER, "cert-my", accept=[MEMBER, "cert-my"])
    task = set_task(made)
    step(task, MEMBER, "take")
    step(task, MEMBER, "hand-over", to=actor("cert-my").organisation_stix_id, **SAID)
    time = World(FRIDAY)
    time.advance(timedelta(minutes=16))
    assert "overdue" in codes("cert-my", time.now, made.number)
    assert "silent" in codes(MEMBER, time.now, made.number)


def test_a_task_has_a_clock_for_its_holder_that_ends_with_it(world):
    made = opened(world, MEMBER, accept=[MEMBER])
    task = set_task(made, due_at=FRIDAY + timedelta(hours=6))
    assert not ClockRow.objects.filter(subject=task).exists()
    step(task, MEMBER, "take")
    (due,) = [one for one in queries.list_due(actor(MEMBER), now=FRIDAY, limit=9) if one.clock.kind == "task"]
    assert due.clock.due_at == FRIDAY + timedelta(hours=6)
    step(task, MEMBER, "finish")
    assert not ClockRow.objects.filter(subject=task, ended_at=None).exists()


def test_bad_tasks_are_refused_and_strangers_find_none(world):
    made = opened(world, MEMBER, accept=[MEMBER])
    with pytest.raises(InvalidInput):
        set_task(made, due_at=FRIDAY - timedelta(minutes=1))
    with pytest.raises(InvalidInput):
        set_task(made, chain=(actor("cert-vn").organisation_stix_id,))
    task = set_task(made)
    with pytest.raises(NotFound):
        queries.get_task(task, actor("cert-vn"), now=FRIDAY)
    with pytest.raises(NotFound):
        step(task, "cert-vn", "take")
    operations.take_step(made.stix_id, "reject", {"why": "x"}, by=actor(LEADER), now=FRIDAY)
    with pytest.raises(WrongState):
        set_task(made)


def test_a_task_is_set_handed_over_and_done_on_its_page(world):
    made = opened(world, MEMBER, accept=[MEMBER])
    pages = {}
    for slug in (LEADER, MEMBER):
        pages[slug] = Client()
        pages[slug].force_login(Person.objects.get(email=world.people[slug]))
    where = f"/cases/{made.stix_id}"
    answer = pages[LEADER].post(where, {"task": "1", "heading": "ປິດອີເມລ", "about": "", "due_at": "2099-01-01T09:00"})
    assert answer.status_code == 302
    (line,) = queries.list_tasks(made.stix_id, actor(LEADER), now=datetime.now(UTC))
    page = f"/cases/tasks/{line.stix_id}"
    assert "ປິດອີເມລ" in pages[MEMBER].get(where).content.decode()
    assert pages[MEMBER].post(page, {"step": "take"}).status_code == 302
    refused = pages[MEMBER].post(page, {"step": "hand-over", "to": actor(LEADER).organisation_stix_id, "stands": "ດີ"})
    assert (refused.status_code, "ດີ" in refused.content.decode()) == (422, True)
    handed = pages[MEMBER].post(page, {"step": "hand-over", "to": actor(LEADER).organisation_stix_id, **SAID})
    assert handed.status_code == 302
    shown = pages[LEADER].get(page).content.decode()
    assert all(words in shown for words in SAID.values())
    assert pages[LEADER].post(page, {"step": "take"}).status_code == 302
    assert pages[LEADER].post(page, {"step": "finish"}).status_code == 302
