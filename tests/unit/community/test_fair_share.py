"""A machine that asks much is slowed down only while others are here, and never below its half."""

from datetime import UTC, datetime, timedelta

from mitra.community.fair_share import Shares

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def taken(shares, who, times, after=0.0):
    return [shares.take(who, now=NOW + timedelta(seconds=after)) for _ in range(times)]


def test_alone_it_may_have_everything():
    assert taken(Shares(4), 1, 9) == [True] * 9


def test_while_others_ask_it_has_half():
    shares = Shares(4)
    assert taken(shares, 2, 1) == [True]
    assert taken(shares, 1, 3) == [True, True, False]
    shares.give_back(1)
    assert taken(shares, 1, 2) == [True, False]


def test_who_has_not_asked_for_a_while_is_not_waited_for():
    shares = Shares(4)
    taken(shares, 2, 1)
    shares.give_back(2)
    assert taken(shares, 1, 3, after=1.9)[2] is False
    assert taken(shares, 1, 3, after=2.1) == [True] * 3


def test_a_long_answer_to_somebody_else_counts_as_being_here():
    shares = Shares(4)
    taken(shares, 2, 1)
    assert taken(shares, 1, 3, after=60)[2] is False


def test_the_one_that_asks_little_is_always_let_in():
    shares = Shares(4)
    taken(shares, 1, 8)
    assert taken(shares, 2, 2) == [True, True]
