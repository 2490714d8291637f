"""An approval comes to what a plain replay says: instant by instant, whoever's vote counts then is written down."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.approving import Approval, Outcome, Vote, outcome, refusal_of, tally

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
THESE, OTHERS = b"\x01" * 32, b"\x02" * 32
END = 8
minutes = st.integers(-1, END + 2)


def at(minute):
    return START + timedelta(minutes=minute)


votes = st.lists(
    st.builds(
        Vote,
        person=st.integers(1, 5),
        organisation=st.integers(1, 3),
        at=minutes.map(at),
        digest=st.sampled_from([THESE, THESE, THESE, OTHERS]),
        is_yes=st.sampled_from([True, True, True, False]),
    ),
    max_size=8,
)
approvals = st.integers(1, 3).flatmap(
    lambda needs: st.builds(
        Approval,
        asked_by=st.just(1),
        asked_at=st.just(at(0)),
        digest=st.just(THESE),
        expires_at=st.just(at(END)),
        needs=st.just(needs),
        organisations=st.integers(1, needs),
    )
)


def replayed(approval, all_votes, now):
    """Walk from minute to minute up to now: refusals of a minute first, then approvals, then the end."""
    said_yes = {}
    for minute in range(END + 3):
        if at(minute) > now:
            return Outcome.PENDING
        if minute >= END:
            return Outcome.LAPSED
        of_minute = [vote for vote in all_votes if vote.at == at(minute) and vote.digest == THESE and vote.person != 1]
        if not all(vote.is_yes for vote in of_minute):
            return Outcome.REFUSED
        for vote in sorted(of_minute, key=lambda vote: (vote.person, vote.organisation)):
            said_yes.setdefault(vote.person, vote.organisation)
            if len(said_yes) >= approval.needs and len(set(said_yes.values())) >= approval.organisations:
                return Outcome.APPROVED
    return Outcome.LAPSED


@given(approvals, votes, minutes)
@settings(max_examples=500)
def test_an_approval_comes_to_what_a_replay_says(approval, cast, minute):
    assert outcome(approval, cast, at(minute)) == replayed(approval, cast, at(minute))


@given(approvals, votes, minutes, st.data())
def test_neither_order_nor_repeats_of_votes_change_anything(approval, cast, minute, data):
    arrived = data.draw(st.permutations([*cast, *data.draw(st.lists(st.sampled_from(cast)) if cast else st.just([]))]))
    assert tally(approval, arrived, at(minute)) == tally(approval, cast, at(minute))


@given(approvals, votes, minutes, st.integers(0, 5))
def test_what_is_decided_stays_decided(approval, cast, minute, later):
    before = tally(approval, cast, at(minute))
    if before.outcome in {Outcome.APPROVED, Outcome.REFUSED, Outcome.LAPSED}:
        assert tally(approval, cast, at(minute + later)) == before


@given(approvals, votes)
def test_who_approves_are_enough_others_over_these_bytes_in_time(approval, cast):
    counted = tally(approval, cast, at(END + 2))
    persons = [vote.person for vote in counted.counted if vote.is_yes]
    assert len(persons) == len(set(persons))
    assert all(vote.person != 1 and vote.digest == THESE and at(0) <= vote.at < at(END) for vote in counted.counted)
    assert (counted.outcome is Outcome.REFUSED) == (not all(vote.is_yes for vote in counted.counted))
    if counted.outcome is Outcome.APPROVED:
        assert len(persons) >= approval.needs
        assert len({vote.organisation for vote in counted.counted}) >= approval.organisations


@given(approvals, votes, votes.filter(bool), minutes)
def test_a_vote_counts_or_its_refusal_says_why_not(approval, cast, more, minute):
    now = at(minute)
    earlier, vote = [one for one in cast if one.at < now], more[0]
    refusal = refusal_of(approval, earlier, vote, now)
    if vote.at == now:
        assert (vote in tally(approval, [*earlier, vote], now).counted) == (refusal is None)
    if refusal is not None and vote.at >= now:
        assert outcome(approval, [*earlier, vote], now) == outcome(approval, earlier, now)
