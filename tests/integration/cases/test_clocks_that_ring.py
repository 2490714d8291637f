"""Clocks of cases that run and ring: by a clock that the test moves, with and without a worker."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import world as region
from case_night import FRIDAY, LEADER, MEMBER, actor, clock, codes, opened, parts
from clock_world import World
from mail_world import person
from mitra.cases import operations, queries
from mitra.cases.calendars import Hours
from mitra.cases.models import ClockRow
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.community.models import Circle, Organisation, Person
from mitra.core.errors import InvalidInput, NotPermitted, WrongState
from mitra.messages.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(empty_store):
    return region.build(FRIDAY)


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


def test_what_is_overdue_rings_until_the_deed_is_done_and_no_longer(world):
    person(LEADER, "duty@night.example")
    made, time = opened(world), World(FRIDAY)
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=time.now)
    time.advance(timedelta(hours=8, minutes=20))

    def overdue():
        return Message.objects.get(code="cases.overdue", about=made.stix_id)

    rung = overdue().rung
    assert rung > 0
    operations.write_entry(made.stix_id, operations.NewEntry("fact", "ຂ່າວ"), by=actor(LEADER), now=time.now)
    time.advance(timedelta(hours=2))
    assert (overdue().rung, overdue().acknowledged_at is not None) == (rung, True)


def test_a_judgement_by_which_it_is_urgent_no_more_ends_the_ringing_and_not_the_question(world):
    made, time = opened(world, MEMBER), World(FRIDAY)
    time.advance(timedelta(minutes=20))
    (asked,) = Message.objects.filter(code="cases.asked", owner=world.organisations[MEMBER], number=made.number)
    operations.take_step(made.stix_id, "judge", {"severity": "1", "why": "x"}, by=actor(LEADER), now=time.now)
    time.advance(timedelta(hours=3))
    now = Message.objects.get(pk=asked.pk)
    assert (now.severity, now.acknowledged_at) == (1, None)
    assert now.rung <= max(asked.rung, 1)


def test_the_lead_says_nothing_by_a_number_of_its_own(world):
    made = opened(world)
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=FRIDAY)
    before, later = clock(made, LEADER, "update"), FRIDAY + timedelta(hours=3)
    entry = operations.write_entry(
        made.stix_id, operations.NewEntry("note", "x", is_own=True), by=actor(LEADER), now=later
    )
    operations.take_step(made.stix_id, "number", {"number": "SG-1"}, by=actor(LEADER), now=later)
    operations.take_step(made.stix_id, "take-back", {"entry": entry, "why": "x"}, by=actor(LEADER), now=later)
    assert clock(made, LEADER, "update") == before


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
