"""One approval by two persons from its asking to its end, and what each refused vote is told."""

from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.approving import Approval, Outcome, Vote, outcome, refusal_of, tally
from mitra.core.errors import InvalidInput

ASKED = datetime(2026, 4, 14, 9, tzinfo=UTC)
END = ASKED + timedelta(hours=48)
DIGEST = b"\x07" * 32
SOPHEA, KHAM, THIDA, MINH = 1, 2, 3, 4
ASKS = Approval(SOPHEA, ASKED, DIGEST, END)


def vote(person, hour, *, is_yes=True, digest=DIGEST, organisation=None, reason=""):
    return Vote(person, organisation or person, ASKED + timedelta(hours=hour), digest, is_yes, reason)


def after(hour, *votes, of=ASKS):
    return outcome(of, votes, ASKED + timedelta(hours=hour))


def test_two_others_approve():
    assert after(1) is Outcome.PENDING
    assert after(1, vote(KHAM, 1)) is Outcome.PENDING
    assert after(2, vote(KHAM, 1), vote(THIDA, 2)) is Outcome.APPROVED
    assert after(500, vote(THIDA, 2), vote(KHAM, 1)) is Outcome.APPROVED


def test_who_asked_never_counts_and_one_person_counts_once():
    assert after(3, vote(SOPHEA, 1), vote(KHAM, 2)) is Outcome.PENDING
    assert after(3, vote(SOPHEA, 1, is_yes=False), vote(KHAM, 2)) is Outcome.PENDING
    assert after(3, vote(KHAM, 1), vote(KHAM, 2, organisation=9)) is Outcome.PENDING


def test_one_no_refuses_until_the_approval_is_complete():
    no = vote(KHAM, 3, is_yes=False, reason="ឈ្មោះធនាគារនៅតែមើលឃើញ")
    assert after(3, vote(THIDA, 1), no) is Outcome.REFUSED
    assert after(3, vote(KHAM, 1), no) is Outcome.REFUSED
    assert after(4, no, vote(THIDA, 4), vote(MINH, 4)) is Outcome.REFUSED
    assert after(3, vote(THIDA, 1), vote(MINH, 2), no) is Outcome.APPROVED
    assert tally(ASKS, [vote(THIDA, 1), no], END).counted[-1].reason == "ឈ្មោះធនាគារនៅតែមើលឃើញ"


def test_a_no_goes_before_a_yes_of_the_same_instant():
    assert after(1, vote(KHAM, 1), vote(THIDA, 1), vote(MINH, 1, is_yes=False)) is Outcome.REFUSED


def test_other_bytes_and_late_votes_do_not_count():
    assert after(3, vote(KHAM, 1), vote(THIDA, 2, digest=b"\x08" * 32)) is Outcome.PENDING
    assert after(48, vote(KHAM, 1), vote(THIDA, 48)) is Outcome.LAPSED
    assert after(48, vote(KHAM, 1), vote(THIDA, 47.999)) is Outcome.APPROVED
    assert after(48, vote(KHAM, 48, is_yes=False)) is Outcome.LAPSED


def test_an_approval_may_need_two_organisations():
    two = Approval(SOPHEA, ASKED, DIGEST, END, needs=2, organisations=2)
    same = [vote(KHAM, 1, organisation=7), vote(THIDA, 2, organisation=7)]
    assert after(3, *same, of=two) is Outcome.PENDING
    assert after(3, *same, vote(MINH, 3, organisation=8), of=two) is Outcome.APPROVED


@pytest.mark.parametrize(
    ("earlier", "cast", "says"),
    [
        ([], vote(KHAM, 5), None),
        ([vote(KHAM, 1)], vote(KHAM, 5, is_yes=False), None),
        ([vote(KHAM, 1)], vote(KHAM, 5), "You said yes already"),
        ([], vote(SOPHEA, 5), "You asked for this yourself"),
        ([], vote(KHAM, 5, digest=b""), "It says something else now"),
        ([], vote(KHAM, 6), "This answer is of another time"),
        ([], vote(KHAM, -1), "This answer is of another time"),
        ([], vote(KHAM, 48), "The time to answer is over"),
        ([vote(KHAM, 1), vote(THIDA, 1)], vote(MINH, 5), "This was approved already"),
        ([vote(KHAM, 1, is_yes=False)], vote(MINH, 5), "This was refused already"),
    ],
)
def test_a_vote_that_does_not_count_is_told_why(earlier, cast, says):
    refusal = refusal_of(ASKS, earlier, cast, ASKED + timedelta(hours=5))
    assert (refusal is None) if says is None else refusal.startswith(says)


@pytest.mark.parametrize(("needs", "organisations"), [(0, 0), (0, 1), (2, 3), (1, 0)])
def test_an_approval_that_nobody_can_give_is_refused(needs, organisations):
    with pytest.raises(InvalidInput) as refused:
        Approval(SOPHEA, ASKED, DIGEST, END, needs, organisations)
    assert (refused.value.path, refused.value.rule) == ("/needs", "approval-needs")
    with pytest.raises(InvalidInput):
        Approval(SOPHEA, ASKED, DIGEST, ASKED)
