"""A table of steps: what it allows, how it refuses, how it is drawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.errors import WrongState
from mitra.core.steps import Flagged, Lapse, Row, Step, Table, Why, check_step, draw, fold, open_steps, refusal_of

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
LEAD = {"lead": "th"}
REQUEST = Table(
    name="request",
    start="open",
    rows=(
        Row(("open",), "take", ("anybody-else",), "taken"),
        Row(("taken",), "answer", ("taker",), "answered", guard="something-said"),
        Row(("open", "taken"), "withdraw", ("lead",), "withdrawn"),
        Row(("open", "taken"), "hand-over", ("lead",)),
    ),
    roles={
        "lead": lambda carried, step: step.by == carried["lead"],
        "anybody-else": lambda carried, step: step.by != carried["lead"],
        "taker": lambda carried, step: step.by == carried.get("taker"),
    },
    guards={"something-said": lambda _carried, step: bool(step.facts.get("words"))},
    carry=lambda carried, step: {
        **carried,
        **({"taker": step.by} if step.word == "take" else {}),
        **({"lead": step.facts["to"]} if step.word == "hand-over" else {}),
    },
    lapses=(Lapse("open", "a-day-passed", "lapsed"),),
    dues={"a-day-passed": lambda _carried, since: since + timedelta(days=1)},
    words={"lead": "the lead", "taker": "who took it", "something-said": "something is said in answer"},
)


def step(word, by="la", minute=0, *, id="", seen="", **facts):  # noqa: A002 -- the field's own name
    return Step(id or f"{word}-{by}-{minute}", word, by, NOON + timedelta(minutes=minute), seen, facts)


def folded(*steps, now=NOON + timedelta(hours=2), begun=NOON):
    return fold(REQUEST, steps, LEAD, now=now, begun=begun)


def test_steps_in_their_turn_lead_on():
    found = folded(step("take"), step("answer", minute=5, words="ໄດ້ຮັບແລ້ວ"))
    assert (found.state, found.since, found.last) == ("answered", NOON + timedelta(minutes=5), "answer-la-5")
    assert [(taken.step.word, taken.before, taken.after) for taken in found.taken] == [
        ("take", "open", "taken"),
        ("answer", "taken", "answered"),
    ]


def test_a_step_that_keeps_the_state_may_change_who_leads():
    found = folded(step("hand-over", "th", to="vn"), step("withdraw", "th", 1), step("withdraw", "vn", 2))
    assert (found.state, [flag.step.by for flag in found.flagged]) == ("withdrawn", ["th"])
    assert found.flagged[0].refusal.why is Why.NOT_YOURS


def test_the_second_of_two_who_took_it_at_once_is_late():
    found = folded(step("take", "la", 1), step("take", "kh", 2))
    assert (found.state, found.carried["taker"]) == ("taken", "la")
    assert [(flag.step.by, flag.refusal.why) for flag in found.flagged] == [("kh", Why.LATE)]


def test_who_saw_that_it_was_taken_and_takes_it_was_never_allowed_to():
    found = folded(step("take", "la", 1, id="a"), step("take", "kh", 2, seen="a"))
    assert [flag.refusal.why for flag in found.flagged] == [Why.NOT_FROM_HERE]


def test_a_step_comes_after_the_one_that_its_author_had_seen_whatever_the_clocks_say():
    found = folded(step("take", "la", 10, id="a"), step("answer", "la", 1, seen="a", words="yes"))
    assert (found.state, found.since) == ("answered", NOON + timedelta(minutes=10))


def test_steps_that_claim_to_have_seen_one_another_have_seen_nothing():
    ring = step("take", "la", 2, id="a", seen="b"), step("withdraw", "th", 1, id="b", seen="a")
    after = step("answer", "la", 0, seen="a", words="?")
    assert folded(*ring, after) == folded(after, *reversed(ring))
    assert [taken.step.word for taken in folded(*ring, after).taken] == ["withdraw"]


def test_a_guard_that_does_not_hold_is_named():
    found = folded(step("take"), step("answer", minute=1))
    assert found.flagged[0].refusal == (Why.GUARD, ("taker",), ("taken",), "something-said")


def test_a_step_dated_later_than_now_counts_from_then_on():
    ahead = step("take", minute=90)
    assert folded(ahead, now=NOON + timedelta(minutes=89)).flagged[0].refusal.why is Why.AHEAD
    assert folded(ahead, now=NOON + timedelta(minutes=90)).state == "taken"


def test_what_lapses_by_itself_lapses_at_its_instant_and_steps_after_it_are_late():
    tomorrow = NOON + timedelta(days=1)
    assert folded(now=tomorrow - timedelta(microseconds=1)).state == "open"
    assert (folded(now=tomorrow).state, folded(now=tomorrow).since) == ("lapsed", tomorrow)
    late = folded(step("take", minute=24 * 60), now=tomorrow + timedelta(days=1))
    assert (late.state, late.flagged[0].refusal.why) == ("lapsed", Why.LATE)
    assert folded(step("take", minute=24 * 60 - 1), now=tomorrow).state == "taken"


def test_a_first_state_without_a_beginning_does_not_lapse():
    assert folded(now=NOON + timedelta(days=9), begun=None).state == "open"


@pytest.mark.parametrize(
    ("steps", "asked", "sentence"),
    [
        ([], step("withdraw", "la"), "“withdraw” is for the lead while this is “open”."),
        (
            [],
            step("answer"),
            "“answer” is not possible while this is “open”: who took it could, from “taken”.",
        ),
        ([step("take")], step("answer"), "“answer” waits until something is said in answer."),
        ([], step("burn"), "“burn” is no step that anything here takes."),
    ],
)
def test_who_may_not_is_told_who_could_and_from_where(steps, asked, sentence):
    with pytest.raises(WrongState) as refused:
        check_step(REQUEST, folded(*steps), asked)
    assert str(refused.value) == sentence


def test_what_may_be_taken_now_is_what_is_not_refused():
    taken = folded(step("take"))
    assert open_steps(REQUEST, taken, step("", "th")) == ("withdraw", "hand-over")
    assert open_steps(REQUEST, taken, step("", words="ok")) == ("answer",)
    assert refusal_of(REQUEST, taken, step("answer", words="ok")) is None


def test_a_flagged_step_keeps_its_words():
    flagged = folded(step("answer", words="ជំរាបសួរ")).flagged
    assert isinstance(flagged[0], Flagged)
    assert flagged[0].step.facts == {"words": "ជំរាបសួរ"}


@pytest.mark.parametrize(
    "broken",
    [
        {"rows": (*REQUEST.rows, Row(("nowhere",), "take", ("lead",), "taken"))},
        {"rows": (*REQUEST.rows, Row(("open",), "sing", ("choir",), "taken"))},
        {"rows": (*REQUEST.rows, Row(("open",), "sing", ("lead",), "taken", guard="in-tune"))},
        {"lapses": (Lapse("open", "next-year", "lapsed"),)},
        {"lapses": (Lapse("elsewhere", "a-day-passed", "lapsed"),)},
    ],
)
def test_a_table_that_contradicts_itself_is_refused(broken):
    with pytest.raises(ValueError, match="nothing in it defines"):
        replace(REQUEST, **broken)


def test_a_table_is_drawn_with_a_line_a_row():
    drawn = draw(REQUEST).splitlines()
    assert "    open --> taken: take" in drawn
    assert "    open --> lapsed: a day passed" in drawn
    assert "| open, taken | hand over | the lead |  | stays |" in drawn
    assert "| taken | answer | who took it | something is said in answer | answered |" in drawn
