"""Clocks that run and ring, tasks that follow the sun: by a clock that the test moves, with and without a worker."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import world as region
from clock_world import World
from mitra.cases import operations, queries
from mitra.cases.calendars import Hours
from mitra.cases.models import ClockRow
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.community.models import Circle, Organisation, Person
from mitra.core.errors import InvalidInput, NotFound, NotPermitted, WrongState
from mitra.messages import queries as inboxes
from mitra.messages.models import Message

pytestmark = pytest.mark.django_db
LEADER, MEMBER = "cert-sg", "cert-th"
S5 = (("functional", "lost"), ("information", "credentials"), ("recovery", "impossible"), ("lives", "yes"))
FRIDAY = datetime(2026, 11, 27, 3, tzinfo=UTC)  # 11:00 in Singapore
SAID = {"stands": "ສອງເຄື່ອງປິດແລ້ວ", "next": "โทรหามหาวิทยาลัย", "question": "Who holds the logs?"}


@pytest.fixture
def world(empty_store):
    return region.build(FRIDAY)


def actor(slug):
    return who.actor_of_operator(slug)


def opened(world, *asked, accept=(), impact=S5, now=FRIDAY):
    invited = tuple(world.organisations[slug] for slug in asked)
    new = operations.NewCase("ທ່າເຮືອ", "fraud/phishing", impact=impact, states=("SG", "TH", "MY"), invited=invited)
    made = operations.open_case(new, by=actor(LEADER), now=now)
    for slug in accept:
        community.accept(Circle.objects.get(purpose=made.number).pk, by=actor(slug), now=now)
    return made


def clock(made, slug, kind):
    rows = ClockRow.objects.filter(case=made.stix_id, owner=who.get_organisation(slug).id, kind=kind)
    return queries.clock_of(rows.order_by("-pk")[0])


def codes(slug, now, about=None):
    lines = [line for line in inboxes.list_inbox(actor(slug), now=now) if about in {None, line.number}]
    return sorted(line.code.partition(".")[2] for line in lines)


def parts(made, now, slug=LEADER):
    seen = queries.get_case(made.stix_id, actor(slug), now=now)
    return {part.organisation.slug: part.part for part in seen.parts}


# ── Silence


def test_whoever_does_not_answer_is_warned_rung_and_silent_and_the_lead_is_told(world):
    made = opened(world, MEMBER)
    time = World(FRIDAY)
    time.advance(timedelta(minutes=6))
    assert codes(MEMBER, time.now, made.number) == ["asked"]
    time.advance(timedelta(minutes=2))
    assert codes(MEMBER, time.now, made.number) == ["asked", "due"]
    assert (parts(made, time.now)[MEMBER], codes(LEADER, time.now, made.number)) == ("invited", [])
    time.advance(timedelta(minutes=8))
    assert codes(MEMBER, time.now, made.number) == ["asked", "due", "overdue"]
    assert (parts(made, time.now)[MEMBER], "silent" in codes(LEADER, time.now, made.number)) == ("silent", True)
    community.accept(Circle.objects.get(purpose=made.number).pk, by=actor(MEMBER), now=time.now)
    time.work()
    assert (parts(made, time.now)[MEMBER], clock(made, MEMBER, "acknowledge").state(time.now)) == (
        "acknowledged",
        "late",
    )


def test_silence_needs_no_worker_to_be_seen(world):
    made = opened(world, MEMBER)
    at = [FRIDAY + timedelta(minutes=minutes) for minutes in (14, 15)]
    assert [parts(made, now)[MEMBER] for now in at] == ["invited", "silent"]
    assert clock(made, LEADER, "assess").state(FRIDAY + timedelta(hours=1)) == "overdue"


def test_a_worker_that_was_away_for_a_week_rings_once_and_says_overdue_only(world):
    made = opened(world, MEMBER)
    time = World(FRIDAY)
    time.sleep(timedelta(days=7))
    time.work()
    assert codes(MEMBER, time.now, made.number) == ["asked", "overdue"]
    time.advance(timedelta(days=1))
    assert codes(MEMBER, time.now, made.number) == ["asked", "overdue"]


def test_a_clock_that_goes_back_unrings_nothing_and_rings_nothing_twice(world):
    opened(world, MEMBER)
    time = World(FRIDAY)
    time.advance(timedelta(minutes=16))
    told = Message.objects.count()
    time.now = FRIDAY
    time.work()
    time.advance(timedelta(minutes=16))
    again = Message.objects.count()
    assert (told, again - told) == (told, 0)


# ── What an assessment, a word, a rest, a judgement and the lead do to clocks


def test_beginning_ends_the_assessment_and_every_word_of_the_lead_starts_the_next_update(world):
    made = opened(world, MEMBER, accept=[MEMBER])
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=FRIDAY + timedelta(minutes=30))
    assert clock(made, LEADER, "assess").state(FRIDAY + timedelta(days=1)) == "met"
    first = clock(made, LEADER, "update").due_at
    later = FRIDAY + timedelta(hours=2)
    operations.write_entry(
        made.stix_id, operations.NewEntry("note", "ສະເພາະເຮົາ", is_own=True), by=actor(LEADER), now=later
    )
    operations.write_entry(made.stix_id, operations.NewEntry("note", "ຂອງຄົນອື່ນ"), by=actor(MEMBER), now=later)
    assert clock(made, LEADER, "update").due_at == first
    operations.write_entry(made.stix_id, operations.NewEntry("fact", "ຂ່າວ"), by=actor(LEADER), now=later)
    assert clock(made, LEADER, "update").due_at == later + timedelta(hours=4)
    operations.take_step(made.stix_id, "close", {"resolution": "resolved"}, by=actor(LEADER), now=later)
    assert not ClockRow.objects.filter(case=made.stix_id, ended_at=None).exists()


def test_a_word_writes_no_clock_but_the_update_of_the_lead(world):
    made = opened(world, MEMBER, "cert-my", "cert-vn", accept=[MEMBER])
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=FRIDAY)
    for slug, written in ((MEMBER, []), (LEADER, ["INSERT", "UPDATE"])):
        with CaptureQueriesContext(connection) as asked:
            operations.write_entry(
                made.stix_id, operations.NewEntry("note", "ຂ່າວ"), by=actor(slug), now=FRIDAY + timedelta(minutes=1)
            )
        touching = [one["sql"].split()[0] for one in asked if '"cases_clockrow"' in one["sql"]]
        assert sorted(word for word in touching if word != "SELECT") == written


def test_a_case_at_rest_stands_still_and_goes_on_with_what_was_left(world):
    made = opened(world)
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=FRIDAY)
    hour = timedelta(hours=1)
    rests = {"why": "ລໍຖ້າ", "until": (FRIDAY + 40 * hour).isoformat()}
    operations.take_step(made.stix_id, "let-rest", rests, by=actor(LEADER), now=FRIDAY + hour)
    waking = clock(made, LEADER, "wake")
    assert [waking.state(FRIDAY + at * hour) for at in (2, 39, 40)] == ["running", "running", "overdue"]
    assert clock(made, LEADER, "update").state(FRIDAY + 100 * hour) == "paused"
    operations.take_step(made.stix_id, "wake", {}, by=actor(LEADER), now=FRIDAY + 50 * hour)
    assert clock(made, LEADER, "update").state(FRIDAY + 51 * hour) == "running"
    assert ClockRow.objects.get(case=made.stix_id, kind="wake").ended_at == FRIDAY + 50 * hour


def test_whoever_lets_a_case_rest_is_told_when_its_time_has_come(world):
    made = opened(world)
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=FRIDAY)
    time = World(FRIDAY)
    for until in ("", "soon", "2026-11-20T09:00", (FRIDAY - timedelta(1)).isoformat(), "2099-01-01T00:00+00:00"):
        with pytest.raises(WrongState, match="a time within a year"):
            operations.take_step(made.stix_id, "let-rest", {"why": "x", "until": until}, by=actor(LEADER), now=FRIDAY)
    rests = {"why": "ລໍຖ້າ", "until": (FRIDAY + timedelta(days=2)).isoformat()}
    operations.take_step(made.stix_id, "let-rest", rests, by=actor(LEADER), now=FRIDAY)
    time.advance(timedelta(days=1, hours=23))
    assert codes(LEADER, time.now, made.number) == []
    time.advance(timedelta(hours=1, minutes=1))
    assert codes(LEADER, time.now, made.number) == ["overdue"]


def test_a_graver_judgement_counts_from_the_beginning_and_says_once_that_it_is_late(world):
    made = opened(world, MEMBER, impact=())
    time = World(FRIDAY)
    time.advance(timedelta(hours=1))
    assert codes(MEMBER, time.now, made.number) == ["asked"]
    why = {"severity": "5", "why": "ຊີວິດຕົກຢູ່ໃນອັນຕະລາຍ"}
    operations.take_step(made.stix_id, "judge", why, by=actor(LEADER), now=time.now)
    assert clock(made, MEMBER, "acknowledge").state(time.now) == "overdue"
    time.advance(timedelta(hours=1))
    assert codes(MEMBER, time.now, made.number) == ["asked", "overdue"]
    operations.take_step(made.stix_id, "judge", {"severity": "0", "why": "x"}, by=actor(LEADER), now=time.now)
    assert clock(made, MEMBER, "acknowledge").state(time.now) == "overdue"
    seen = queries.get_case(made.stix_id, actor(LEADER), now=time.now)
    assert (seen.severity, seen.facts.severity, seen.stands.carried.judged_why) == (0, 1, "x")


def test_the_clocks_of_the_lead_go_with_it_and_keep_their_time(world):
    made = opened(world, MEMBER, accept=[MEMBER])
    before = clock(made, LEADER, "assess")
    to = actor(MEMBER).organisation_stix_id
    operations.take_step(made.stix_id, "offer-lead", {"to": to}, by=actor(LEADER), now=FRIDAY)
    operations.take_step(made.stix_id, "take-lead", {}, by=actor(MEMBER), now=FRIDAY + timedelta(minutes=5))
    assert clock(made, MEMBER, "assess") == before
    assert not ClockRow.objects.filter(owner=world.organisations[LEADER], ended_at=None).exists()


def test_below_s4_the_hours_of_whoever_acts_count_and_its_public_holidays(world):
    Organisation.objects.filter(slug=MEMBER).update(country="TH")
    made = opened(world, MEMBER, impact=(("functional", "severe"), ("information", "personal")))
    assert clock(made, MEMBER, "acknowledge").severity == 2
    assert clock(made, MEMBER, "acknowledge").due_at == datetime(2026, 11, 30, 3, tzinfo=UTC)  # a day of work: Monday
    birthday = datetime(2026, 12, 4, 3, tzinfo=UTC)  # the 5th is a holiday on a Saturday, so Monday the 7th is one
    over = opened(world, MEMBER, impact=(("functional", "severe"), ("information", "personal")), now=birthday)
    assert (
        clock(over, MEMBER, "acknowledge").due_at.astimezone(ZoneInfo("Asia/Bangkok")).date().isoformat()
        == "2026-12-08"
    )


def test_who_works_otherwise_says_so_and_what_is_overdue_stays(world):
    made = opened(world, MEMBER, impact=())
    hours = Hours("Asia/Bangkok", 0, 1440, (0, 1, 2, 3, 4, 5, 6), (), "", is_own=True)
    late = FRIDAY + timedelta(days=400)
    for now, moved in ((FRIDAY, True), (late, False)):
        before = clock(made, MEMBER, "acknowledge").due_at
        operations.keep_calendar(hours, by=actor(MEMBER), now=now)
        assert (clock(made, MEMBER, "acknowledge").due_at != before) == moved
    assert clock(made, MEMBER, "acknowledge").due_at == FRIDAY + timedelta(days=1)


def test_new_hours_leave_alone_what_does_not_follow_from_them(world):
    made = opened(world)
    task = operations.set_task(
        made.stix_id, operations.NewTask("ໂທຫາ", due_at=FRIDAY + timedelta(days=1)), by=actor(LEADER), now=FRIDAY
    )
    operations.take_task_step(task, "take", {}, by=actor(LEADER), now=FRIDAY)
    before = clock(made, LEADER, "task")
    operations.keep_calendar(Hours("UTC", 0, 60, (6,), (), "", is_own=True), by=actor(LEADER), now=FRIDAY)
    assert clock(made, LEADER, "task") == before


def test_over_a_change_of_clocks_hours_of_work_are_those_that_pass_and_ring_then(world):
    autumn = datetime(2027, 4, 3, 14, tzinfo=UTC)  # 01:00 in Sydney, where 03:00 is 02:00 once more
    every_hour = Hours("Australia/Sydney", 0, 1440, (0, 1, 2, 3, 4, 5, 6), (), "", is_own=True)
    operations.keep_calendar(every_hour, by=actor(MEMBER), now=FRIDAY)
    made = opened(world, MEMBER, impact=(("functional", "severe"), ("information", "personal")), now=autumn)
    time, hour = World(autumn), timedelta(hours=1)
    for hours, told in ((3.9, ["asked"]), (0.2, ["asked", "due"]), (3.8, ["asked", "due"])):
        time.advance(hours * hour)
        assert codes(MEMBER, time.now, made.number) == told
    time.advance(0.2 * hour)
    assert codes(MEMBER, time.now, made.number) == ["asked", "due", "overdue"]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"zone": "Asia/Nowhere"}, "time_zone"),
        ({"weekdays": ()}, "weekdays"),
        ({"start": 600, "end": 600}, "end"),
    ],
)
def test_hours_that_are_none_are_refused_at_their_field(world, said, path):
    hours = Hours(
        **{"zone": "UTC", "start": 540, "end": 1020, "weekdays": (0,), "extra": (), "state": "", "is_own": True, **said}
    )
    with pytest.raises(InvalidInput) as refused:
        operations.keep_calendar(hours, by=actor(MEMBER), now=FRIDAY)
    assert refused.value.path == path


def test_only_who_manages_an_organisation_says_when_it_works(world):
    analyst = Person.objects.get(email=world.people[MEMBER])
    mine = who.actor_of_person(analyst, now=FRIDAY)
    assert COMMUNITY_MANAGE not in mine.scopes
    with pytest.raises(NotPermitted):
        operations.keep_calendar(Hours("UTC", 0, 60, (0,), (), "", is_own=True), by=mine, now=FRIDAY)


def test_its_reaction_to_news_bears_being_late_and_heard_twice(world):
    made = opened(world, MEMBER, accept=[MEMBER])
    time = World(FRIDAY)
    operations.write_entry(made.stix_id, operations.NewEntry("decision", "ຕັດ"), by=actor(LEADER), now=time.now)
    operations.write_entry(made.stix_id, operations.NewEntry("note", "ບໍ່ຕ້ອງບອກ"), by=actor(LEADER), now=time.now)
    operations.write_entry(
        made.stix_id, operations.NewEntry("request", "ສະເພາະເຮົາ", is_own=True), by=actor(MEMBER), now=time.now
    )
    time.sleep(timedelta(days=7))
    time.work()
    assert codes(MEMBER, time.now, made.number).count("news") == 1
    time.again("cases.tell-news")
    assert codes(MEMBER, time.now, made.number).count("news") == 1
    assert codes(LEADER, time.now, made.number).count("news") == 0


# ── Tasks


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
