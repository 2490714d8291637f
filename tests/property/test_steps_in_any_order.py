"""Steps fold to the same in any order of arrival, with repeats; and to what an obvious walk over them says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mitra.core.steps import Lapse, Row, Step, Table, fold

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
WORDS = ("take", "give-back", "close", "reopen", "unknown")
BODIES = ("th", "la", "vn")
TABLE = Table(
    name="any",
    start="open",
    rows=(
        Row(("open",), "take", ("other",), "taken"),
        Row(("taken",), "give-back", ("holder",), "open"),
        Row(("open", "taken"), "close", ("lead",), "closed"),
        Row(("closed",), "reopen", ("lead", "holder"), "open", guard="not-at-once"),
    ),
    roles={
        "lead": lambda _carried, step: step.by == "th",
        "other": lambda _carried, step: step.by != "th",
        "holder": lambda carried, step: step.by == carried,
    },
    guards={"not-at-once": lambda _carried, step: step.at.minute % 2 == 0},
    carry=lambda carried, step: step.by if step.word == "take" else carried,
    lapses=(Lapse("taken", "an-hour", "open"),),
    dues={"an-hour": lambda _carried, since: since + timedelta(hours=1)},
)


@st.composite
def worlds(draw):
    """Return steps whose `seen` points to any other, itself or nothing, at few instants, so that many are equal."""
    ids = [f"step-{n}" for n in range(draw(st.integers(0, 9)))]
    return [
        Step(
            id_,
            draw(st.sampled_from(WORDS)),
            draw(st.sampled_from(BODIES)),
            NOON + timedelta(minutes=draw(st.sampled_from([0, 1, 2, 30, 60, 61, 200]))),
            draw(st.sampled_from(["", "elsewhere", *ids])),
        )
        for id_ in ids
    ]


@given(worlds(), st.randoms(use_true_random=False), st.integers(0, 240))
def test_any_order_of_arrival_with_repeats_folds_to_the_same(steps, random, minutes):
    now = NOON + timedelta(minutes=minutes)
    arrived = steps + random.choices(steps, k=len(steps)) if steps else []
    random.shuffle(arrived)
    found = fold(TABLE, arrived, "", now=now, begun=NOON)
    assert found == fold(TABLE, steps, "", now=now, begun=NOON)
    assert len(found.taken) + len(found.flagged) == len(steps)


@given(worlds(), st.integers(0, 240))
def test_the_fold_is_what_an_obvious_walk_says(steps, minutes):
    now = NOON + timedelta(minutes=minutes)
    found = fold(TABLE, steps, "", now=now, begun=NOON)
    assert (found.state, [taken.step for taken in found.taken]) == walked(steps, now)


def walked(steps, now):
    """Return the state and the steps that counted, by trying every line of the table at every minute."""
    by_id = {step.id: step for step in steps}
    state, since, holder, counted = "open", NOON, "", []
    turns = sorted(((*turn(step, by_id), step.id), step) for step in steps)
    for minute in range(int((now - NOON) / timedelta(minutes=1)) + 1):
        at = NOON + timedelta(minutes=minute)
        if state == "taken" and at >= since + timedelta(hours=1):
            state, since = "open", since + timedelta(hours=1)
        for (moment, _, _), step in turns:
            if moment != at:
                continue
            is_lead, is_holder = step.by == "th", step.by == holder
            if state == "open" and step.word == "take" and not is_lead:
                state, holder = "taken", step.by
            elif state == "taken" and step.word == "give-back" and is_holder:
                state = "open"
            elif state in {"open", "taken"} and step.word == "close" and is_lead:
                state = "closed"
            elif state == "closed" and step.word == "reopen" and (is_lead or is_holder) and step.at.minute % 2 == 0:
                state = "open"
            else:
                continue
            since = at
            counted.append(step)
    return state, counted


def turn(step, by_id):
    """Return when a step's turn comes and how many it had seen before it, by walking back along what was seen."""
    chain = [step]
    while chain[-1].seen in by_id and by_id[chain[-1].seen] not in chain:
        chain.append(by_id[chain[-1].seen])
    if chain[-1].seen in by_id:
        ring = chain[chain.index(by_id[chain[-1].seen]) :]
        if step in ring:
            return step.at, 0
        chain = chain[: chain.index(ring[0]) + 1]
    return max(one.at for one in chain), len(chain) - 1
