"""How far a thing travels on: re-shares, terms, markings that meet, references, use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.policy.facts import Audience, Decision, Pap, Tlp
from mitra.core.policy.reshare import (
    CircleFacts,
    Terms,
    Use,
    circles_inside,
    effective_tlp,
    inherit,
    is_stricter,
    may_be_used_for,
    may_reshare,
    reaches_no_further,
    strictest,
)

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
COMMUNITY = frozenset({1, 2, 3})
FINANCIAL, MIXED, CASE = 10, 11, 12
CIRCLES = {
    FINANCIAL: CircleFacts(is_standing=True, members=frozenset({1, 2})),
    MIXED: CircleFacts(is_standing=True, members=frozenset({1, 9})),
    CASE: CircleFacts(is_standing=False, members=frozenset({1, 2})),
}
GREEN, CLEAR = Audience(Tlp.GREEN), Audience(Tlp.CLEAR)


def reshare(under, to, by=2):
    return may_reshare(under, to, CIRCLES, COMMUNITY, by=by, now=NOW)


def to_circle(tlp, *circles):
    return Audience(tlp, frozenset(circles))


@pytest.mark.parametrize(
    ("under", "to", "reason"),
    [
        (CLEAR, CLEAR, "clear-goes-anywhere"),
        (CLEAR, to_circle(Tlp.RED, CASE), "clear-goes-anywhere"),
        (GREEN, GREEN, "green-within-the-community"),
        (GREEN, to_circle(Tlp.AMBER, FINANCIAL), "green-within-the-community"),
        (GREEN, to_circle(Tlp.AMBER_STRICT, FINANCIAL), "green-within-the-community"),
        (GREEN, to_circle(Tlp.GREEN, FINANCIAL), "green-within-the-community"),
        (GREEN, to_circle(Tlp.AMBER_STRICT), "green-within-the-community"),
    ],
)
def test_reshare_goes_where_the_law_lets_it(under, to, reason):
    assert reshare(under, to) == Decision.allow(reason)


@pytest.mark.parametrize(
    ("under", "to", "reason"),
    [
        (GREEN, CLEAR, "wider-than-green"),
        (GREEN, to_circle(Tlp.AMBER, MIXED), "beyond-the-community"),
        (GREEN, to_circle(Tlp.AMBER, FINANCIAL, MIXED), "beyond-the-community"),
        (GREEN, to_circle(Tlp.GREEN, MIXED), "beyond-the-community"),
        (GREEN, to_circle(Tlp.AMBER, CASE), "beyond-the-community"),
        (GREEN, to_circle(Tlp.AMBER, 99), "beyond-the-community"),
        (GREEN, to_circle(Tlp.RED, FINANCIAL), "green-not-to-persons"),
        (GREEN, replace(GREEN, room="law"), "another-room"),
        (GREEN, replace(GREEN, realm=1), "another-realm"),
        (CLEAR, replace(CLEAR, realm=1), "another-realm"),
        (to_circle(Tlp.AMBER, FINANCIAL), to_circle(Tlp.AMBER, FINANCIAL), "only-its-owner-shares-on"),
        (to_circle(Tlp.AMBER, FINANCIAL), to_circle(Tlp.AMBER_STRICT), "only-its-owner-shares-on"),
        (to_circle(Tlp.RED, FINANCIAL), to_circle(Tlp.RED, FINANCIAL), "only-its-owner-shares-on"),
    ],
)
def test_reshare_stops_where_only_the_owner_decides(under, to, reason):
    assert reshare(under, to) == Decision.refuse(reason)


def test_green_is_shared_on_by_members_of_the_community_only():
    assert reshare(GREEN, GREEN, by=9) == Decision.refuse("not-of-the-community")
    assert reshare(CLEAR, CLEAR, by=9) == Decision.allow("clear-goes-anywhere")


def test_reshare_is_refused_once_the_circle_has_grown_beyond_the_community():
    grown = {**CIRCLES, FINANCIAL: CircleFacts(is_standing=True, members=frozenset({1, 2, 9}))}
    to = to_circle(Tlp.AMBER, FINANCIAL)

    assert may_reshare(GREEN, to, grown, COMMUNITY, by=2, now=NOW) == Decision.refuse("beyond-the-community")


def test_reshare_keeps_an_embargo_that_is_not_over():
    end = NOW + timedelta(hours=1)
    under = replace(CLEAR, embargo_until=end)

    assert reshare(under, CLEAR) == Decision.refuse("embargo-not-kept")
    assert reshare(under, replace(CLEAR, embargo_until=end - timedelta(seconds=1))).reason == "embargo-not-kept"
    assert reshare(under, replace(CLEAR, embargo_until=end)).allowed
    assert reshare(replace(CLEAR, embargo_until=NOW), CLEAR).allowed


def test_terms_of_a_reshare_are_the_stricter_pap_and_both_conditions():
    assert inherit(Pap.AMBER, "ask us first", Pap.GREEN, "") == Terms(Pap.AMBER, "ask us first")
    assert inherit(Pap.GREEN, "a", Pap.RED, "b") == Terms(Pap.RED, "a\nb")
    assert inherit(None, "a", Pap.CLEAR, "a") == Terms(Pap.CLEAR, "a")
    assert inherit(None, "", None, "") == Terms()


@pytest.mark.parametrize(
    ("given", "own", "granular", "container", "level"),
    [
        (None, None, (), None, Tlp.AMBER_STRICT),
        (Tlp.GREEN, None, (), None, Tlp.GREEN),
        (Tlp.GREEN, Tlp.AMBER, (), None, Tlp.AMBER),
        (Tlp.RED, Tlp.CLEAR, (), None, Tlp.RED),
        (None, Tlp.CLEAR, (), Tlp.AMBER, Tlp.CLEAR),
        (None, None, (), Tlp.AMBER, Tlp.AMBER),
        (Tlp.CLEAR, None, (), Tlp.AMBER, Tlp.AMBER),
        (None, Tlp.CLEAR, (Tlp.RED, Tlp.GREEN), None, Tlp.RED),
        (None, None, (Tlp.CLEAR,), None, Tlp.AMBER_STRICT),
        (None, None, (Tlp.AMBER,), Tlp.GREEN, Tlp.AMBER),
    ],
)
def test_effective_level_is_the_strictest_that_was_said(given, own, granular, container, level):
    assert effective_tlp(given, own, granular, container) is level


def test_strictest_of_nothing_is_nothing():
    assert strictest() is None
    assert strictest(None, Tlp.GREEN, Tlp.CLEAR) is Tlp.GREEN


@pytest.mark.parametrize(
    ("referring", "referred", "reaches_no_more"),
    [
        (GREEN, GREEN, True),
        (GREEN, CLEAR, True),
        (CLEAR, GREEN, False),
        (GREEN, to_circle(Tlp.AMBER, FINANCIAL), False),
        (to_circle(Tlp.AMBER, FINANCIAL), GREEN, True),
        (to_circle(Tlp.AMBER, MIXED), GREEN, False),
        (to_circle(Tlp.AMBER, MIXED), to_circle(Tlp.GREEN, MIXED), True),
        (to_circle(Tlp.AMBER, FINANCIAL), to_circle(Tlp.AMBER, FINANCIAL, MIXED), True),
        (to_circle(Tlp.AMBER, FINANCIAL, MIXED), to_circle(Tlp.AMBER, FINANCIAL), False),
        (to_circle(Tlp.AMBER, FINANCIAL), to_circle(Tlp.AMBER_STRICT, FINANCIAL), False),
        (to_circle(Tlp.RED, FINANCIAL), to_circle(Tlp.AMBER, FINANCIAL), True),
        (to_circle(Tlp.AMBER_STRICT), to_circle(Tlp.RED, FINANCIAL), False),
        (to_circle(Tlp.AMBER_STRICT), to_circle(Tlp.AMBER, FINANCIAL), True),
        (replace(GREEN, room="law"), GREEN, False),
        (replace(GREEN, room="law"), CLEAR, True),
        (GREEN, replace(CLEAR, embargo_until=NOW + timedelta(1)), False),
        (replace(GREEN, embargo_until=NOW + timedelta(1)), replace(CLEAR, embargo_until=NOW + timedelta(1)), True),
        (GREEN, replace(CLEAR, embargo_until=NOW), True),
        (replace(GREEN, realm=1), CLEAR, False),
    ],
)
def test_reference_upward_is_seen(referring, referred, reaches_no_more):
    inside = circles_inside(CIRCLES, COMMUNITY)

    assert reaches_no_further(referring, referred, now=NOW, inside_community=inside) is reaches_no_more
    assert is_stricter(referred, referring, now=NOW, inside_community=inside) is not reaches_no_more


def test_circle_not_known_to_lie_within_the_community_may_not_refer_to_green():
    assert not reaches_no_further(to_circle(Tlp.AMBER, FINANCIAL), GREEN, now=NOW)


@pytest.mark.parametrize(
    ("pap", "uses"),
    [
        (Pap.RED, ()),
        (Pap.AMBER, (Use.DETECT,)),
        (Pap.GREEN, (Use.DETECT, Use.BLOCK)),
        (Pap.CLEAR, (Use.DETECT, Use.BLOCK, Use.ANY)),
        (None, (Use.DETECT, Use.BLOCK)),
    ],
)
def test_pap_decides_use(pap, uses):
    assert tuple(use for use in Use if may_be_used_for(pap, use).allowed) == uses


def test_condition_keeps_a_record_out_of_everything_generated():
    assert may_be_used_for(Pap.CLEAR, Use.DETECT, "do not disrupt before 1 June") == Decision.refuse("condition")
