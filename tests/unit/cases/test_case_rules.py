"""The sum, its bands, and the table of cases: what counts, what leads where, and who may."""

from datetime import UTC, datetime, timedelta

import pytest

from mitra.cases.rules import BANDS, OPEN_STATES, POINTS, RESOLUTIONS, TABLE, WEIGHTS, Lead, score_of, severity_of
from mitra.cases.words import ANSWERS, DONE, FACTORS, STATES, STEPS
from mitra.cases.words import RESOLUTIONS as RESOLUTION_WORDS
from mitra.core.steps import Step, fold

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
WORST = {name: list(answers)[-1] for name, answers in POINTS.items()}


def steps(*taken):
    """Return steps a minute apart: (word, by, what it carries)."""
    made, seen = [], ""
    for number, (word, by, said) in enumerate(taken):
        step = Step(f"s{number}", word, by, NOON + timedelta(minutes=number), seen, said)
        made.append(step)
        seen = step.id
    return made


def folded(*taken, after=timedelta(days=1)):
    return fold(TABLE, steps(*taken), Lead("sg"), now=NOON + after, begun=NOON)


def test_nothing_known_is_s0_and_the_worst_is_s5():
    assert (score_of({}, 0), severity_of(0)) == (0, 0)
    assert (score_of(WORST, 5), severity_of(100)) == (100, 5)


@pytest.mark.parametrize("factor", sorted(POINTS))
def test_a_worse_answer_never_counts_less(factor):
    scores = [score_of({factor: answer}, 0) for answer in POINTS[factor]]
    assert scores == sorted(scores)
    assert scores[-1] == round(100 * WEIGHTS[factor] / sum(WEIGHTS.values()))


def test_more_states_never_count_less_and_bands_begin_where_they_say():
    scores = [score_of({}, hit) for hit in range(12)]
    assert scores == sorted(scores)
    assert [severity_of(least) for least in BANDS] == [1, 2, 3, 4, 5]
    assert [severity_of(least - 1) for least in BANDS] == [0, 1, 2, 3, 4]


def test_every_state_step_answer_and_end_has_words():
    assert set(TABLE.states) == set(STATES)
    assert set(TABLE.could) == set(STEPS) == set(DONE)
    assert {name: set(answers) for name, answers in POINTS.items()} == {name: set(ANSWERS[name]) for name in POINTS}
    assert set(FACTORS) == set(WEIGHTS)
    assert set(RESOLUTIONS) == set(RESOLUTION_WORDS)
    assert set(OPEN_STATES) < set(TABLE.states)


def test_a_case_runs_its_way_and_is_reopened_within_thirty_days():
    way = [("triage", "sg", {}), ("begin", "sg", {}), ("contain", "sg", {}), ("recover", "sg", {})]
    closed = [*way, ("close", "sg", {"resolution": "resolved"})]
    assert folded(*way).state == "recovered"
    assert (folded(*closed).state, folded(*closed).carried.resolution) == ("closed", "resolved")
    assert folded(*way, ("close", "sg", {})).state == "recovered"
    reopened = folded(*closed, ("reopen", "sg", {}))
    assert (reopened.state, reopened.carried.reopened, reopened.carried.resolution) == ("open", 1, "")
    late = [*steps(*closed), Step("late", "reopen", "sg", NOON + timedelta(days=31), "s4")]
    assert fold(TABLE, late, Lead("sg"), now=NOON + timedelta(days=32), begun=NOON).state == "closed"


def test_the_lead_moves_by_offer_and_acceptance_and_is_one_at_any_time():
    offered = [("begin", "sg", {}), ("offer-lead", "sg", {"to": "th"})]
    assert folded(*offered).carried.by == "sg"
    assert folded(*offered, ("take-lead", "my", {})).carried.by == "sg"
    taken = folded(*offered, ("take-lead", "th", {}))
    assert (taken.carried.by, taken.carried.offered) == ("th", "")
    assert folded(*offered, ("take-lead", "th", {}), ("contain", "sg", {})).state == "open"
    assert folded(*offered, ("take-lead", "th", {}), ("contain", "th", {})).state == "contained"
    assert folded(*offered, ("decline-lead", "th", {}), ("take-lead", "th", {})).carried.by == "sg"
    assert folded(("offer-lead", "sg", {"to": "sg"})).carried.offered == ""
    late = [*steps(*offered), Step("late", "take-lead", "th", NOON + timedelta(hours=25), "s1")]
    assert fold(TABLE, late, Lead("sg"), now=NOON + timedelta(days=2), begun=NOON).carried.by == "sg"
