"""Each row of the release table and its edges, told as small cases that a duty officer would recognise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.policy.decide import AS_CLIENT, REASONS, Own, Readable, may_read, own, readable
from mitra.core.policy.facts import PUBLIC, Audience, Decision, Sponsor, Standing, Tlp, Viewer

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
OWNER, MEMBER, CSIRT, BANK = 1, 2, 3, 4
FINANCIAL, CASE, ELSEWHERE = 10, 11, 12
EXCHANGE = frozenset({"exchange"})
FIN = frozenset({FINANCIAL})

ANALYST = Viewer(MEMBER, Standing.ACCREDITED, in_community=True, person=21, rooms=EXCHANGE)
OWN_ANALYST = replace(ANALYST, organisation=OWNER, person=11)
LISTED = Viewer(MEMBER, Standing.LISTED, person=21, rooms=EXCHANGE)
SPONSOR = Sponsor(CSIRT, Standing.ACCREDITED, in_community=True, circles=FIN)
CLIENT = Viewer(BANK, Standing.LISTED, person=41, rooms=EXCHANGE, sponsor=SPONSOR)
OPENED = replace(CLIENT, sponsor=replace(SPONSOR, opened=FIN))


def ask(viewer, tlp, circles=FIN, *, by=OWNER, until=None, room="exchange", realm=0, now=NOW):
    return may_read(viewer, by, Audience(tlp, circles, room, realm, until), now=now)


def ladder(viewer, **audience):
    """Answer for CLEAR, GREEN, AMBER, AMBER+STRICT, RED as one word."""
    return "".join("y" if ask(viewer, tlp, **audience).allowed else "-" for tlp in Tlp)


def seated(viewer, circle=FINANCIAL):
    return replace(viewer, standing_circles=frozenset({circle}))


def invited(viewer, circle=CASE):
    return replace(viewer, working_circles=frozenset({circle}))


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        pytest.param(PUBLIC, "y----", id="public"),
        pytest.param(ANALYST, "yy---", id="community"),
        pytest.param(replace(ANALYST, in_community=False), "y----", id="accredited-outside-community"),
        pytest.param(seated(ANALYST), "yyyy-", id="member"),
        pytest.param(seated(replace(ANALYST, in_community=False)), "yyyy-", id="member-outside-community"),
        pytest.param(seated(replace(ANALYST, person_circles=FIN)), "yyyyy", id="named"),
        pytest.param(replace(ANALYST, person_circles=FIN), "yy---", id="named-but-nowhere-seated"),
        pytest.param(seated(ANALYST, ELSEWHERE), "yy---", id="member-of-another-circle"),
        pytest.param(seated(LISTED), "y----", id="listed-in-a-standing-circle"),
        pytest.param(invited(LISTED, FINANCIAL), "yyyy-", id="listed-invited"),
        pytest.param(invited(replace(LISTED, standing=Standing.PROPOSED), FINANCIAL), "yyyy-", id="proposed-invited"),
        pytest.param(replace(LISTED, in_community=True), "y----", id="listed-in-community-by-mistake"),
        pytest.param(CLIENT, "yy---", id="client"),
        pytest.param(OPENED, "yyy--", id="client-opened"),
        pytest.param(replace(OPENED, standing=Standing.ACCREDITED), "yyy--", id="accredited-client-outside-community"),
        pytest.param(seated(replace(OPENED, standing=Standing.ACCREDITED)), "yyyy-", id="accredited-client-and-member"),
        pytest.param(replace(OPENED, standing=Standing.PROPOSED), "y----", id="proposed-client"),
        pytest.param(replace(OPENED, standing=Standing.SUSPENDED), "y----", id="suspended-client"),
        pytest.param(replace(seated(ANALYST), standing=Standing.SUSPENDED), "y----", id="suspended"),
        pytest.param(
            replace(invited(ANALYST, FINANCIAL), standing=Standing.SUSPENDED), "y----", id="suspended-invited"
        ),
        pytest.param(replace(seated(ANALYST), standing=Standing.LEFT), "y----", id="left"),
        pytest.param(replace(invited(ANALYST, FINANCIAL), standing=Standing.LEFT), "y----", id="left-invited"),
        pytest.param(replace(seated(ANALYST), rooms=frozenset({"law"})), "y----", id="without-the-room"),
        pytest.param(replace(seated(ANALYST), realm=1), "-----", id="another-realm"),
        pytest.param(OWN_ANALYST, "yyyy-", id="own"),
        pytest.param(replace(OWN_ANALYST, standing=Standing.SUSPENDED), "yyyy-", id="own-suspended"),
        pytest.param(replace(OWN_ANALYST, standing=Standing.LEFT), "yyyy-", id="own-left"),
        pytest.param(replace(OWN_ANALYST, person_circles=FIN), "yyyyy", id="own-named"),
        pytest.param(replace(OWN_ANALYST, person_circles=FIN, rooms=frozenset()), "y----", id="own-without-the-room"),
        pytest.param(replace(OWN_ANALYST, realm=1), "-----", id="own-in-another-realm"),
    ],
)
def test_each_kind_of_viewer_reads_its_levels(viewer, expected):
    assert ladder(viewer) == expected


# ── Own


def test_own_share_is_read_by_those_who_hold_the_room():
    assert ask(OWN_ANALYST, Tlp.AMBER_STRICT, frozenset()) == Decision.allow("own")


def test_own_share_without_the_room_is_read_as_anybody():
    outside = replace(OWN_ANALYST, rooms=frozenset({"law"}))

    assert ask(outside, Tlp.AMBER) == Decision.refuse("not-your-room")
    assert ask(outside, Tlp.CLEAR) == Decision.allow("clear-is-public")
    assert ask(outside, Tlp.CLEAR, until=NOW + timedelta(1)) == Decision.refuse("embargoed")


def test_own_red_is_not_for_colleagues_who_are_not_named():
    assert ask(OWN_ANALYST, Tlp.RED) == Decision.refuse("not-named")


@pytest.mark.parametrize("tlp", Tlp)
def test_embargo_does_not_bind_its_owner(tlp):
    named = replace(OWN_ANALYST, person_circles=FIN)

    assert ask(named, tlp, until=NOW + timedelta(days=30)) == Decision.allow("own")


# ── Embargo


@pytest.mark.parametrize("tlp", Tlp)
def test_embargo_holds_for_everyone_else_until_its_very_end(tlp):
    named = seated(replace(ANALYST, person_circles=FIN))
    end = NOW + timedelta(hours=1)

    assert ask(named, tlp, until=end, now=end - timedelta(microseconds=1)) == Decision.refuse("embargoed")
    assert ask(named, tlp, until=end, now=end).allowed


# ── RED


def test_red_names_its_circle_as_the_reason():
    named = seated(replace(ANALYST, person_circles=FIN))

    assert ask(named, Tlp.RED, FIN | {ELSEWHERE}) == Decision.allow("named-person", FIN)


@pytest.mark.parametrize("organisation", [MEMBER, OWNER])
def test_red_is_never_read_by_a_machine(organisation):
    machine = seated(replace(ANALYST, organisation=organisation, person_circles=FIN, is_machine=True))

    assert ask(machine, Tlp.RED) == Decision.refuse("red-is-for-persons")
    assert ask(replace(machine, person=None), Tlp.RED) == Decision.refuse("red-is-for-persons")


def test_red_needs_the_room_too():
    named = seated(replace(ANALYST, person_circles=FIN, rooms=frozenset({"law"})))

    assert ask(named, Tlp.RED) == Decision.refuse("not-your-room")


def test_red_names_persons_of_listed_bodies_through_working_circles_only():
    assert ask(replace(invited(LISTED, FINANCIAL), person_circles=FIN), Tlp.RED).reason == "named-person"
    assert ask(replace(seated(LISTED), person_circles=FIN), Tlp.RED) == Decision.refuse("not-named")


# ── Circles


def test_circle_member_is_told_through_which_circles():
    both = replace(seated(ANALYST), working_circles=frozenset({CASE}))

    decision = ask(both, Tlp.AMBER_STRICT, frozenset({FINANCIAL, CASE, ELSEWHERE}))

    assert decision == Decision.allow("circle-member", frozenset({FINANCIAL, CASE}))


def test_listed_body_invited_to_a_working_circle_reads_green_for_that_circle_only():
    guest = invited(LISTED)

    assert ask(guest, Tlp.GREEN, frozenset({CASE})) == Decision.allow("circle-member", frozenset({CASE}))
    assert ask(guest, Tlp.GREEN) == Decision.refuse("outside-the-community")
    assert ladder(guest) == "y----"


def test_audience_without_circles_reaches_nobody_but_its_owner_and_by_green_the_community():
    assert ladder(seated(ANALYST), circles=frozenset()) == "yy---"
    assert ladder(OPENED, circles=frozenset()) == "yy---"


# ── Clients


def test_client_reads_amber_of_the_circle_that_its_sponsor_opened():
    assert ask(OPENED, Tlp.AMBER) == Decision.allow("opened-by-sponsor", FIN)
    assert ask(CLIENT, Tlp.AMBER) == Decision.refuse("outside-its-circles")
    assert ask(OPENED, Tlp.AMBER_STRICT) == Decision.refuse("outside-its-circles")


def test_circle_stays_closed_to_the_client_when_the_sponsor_is_no_longer_in_it():
    removed = replace(OPENED, sponsor=replace(SPONSOR, opened=FIN, circles=frozenset()))

    assert ladder(removed) == "yy---"
    assert ask(removed, Tlp.GREEN) == Decision.allow("client-of-sponsor")


@pytest.mark.parametrize("standing", [s for s in Standing if s is not Standing.ACCREDITED])
def test_client_of_a_sponsor_that_is_not_accredited_reads_clear_only(standing):
    assert ladder(replace(OPENED, sponsor=replace(SPONSOR, opened=FIN, standing=standing))) == "y----"


def test_client_of_a_sponsor_outside_the_community_reads_green_that_the_sponsor_reads():
    guest = replace(CLIENT, sponsor=replace(SPONSOR, in_community=False))

    assert ask(guest, Tlp.GREEN) == Decision.allow("client-of-sponsor")
    assert ask(guest, Tlp.GREEN, frozenset()) == Decision.refuse("outside-the-community")
    assert ask(guest, Tlp.GREEN, frozenset(), by=CSIRT) == Decision.allow("client-of-sponsor")


def test_client_waits_for_the_embargo_of_its_sponsor():
    assert ask(OPENED, Tlp.GREEN, by=CSIRT, until=NOW + timedelta(1)) == Decision.refuse("embargoed")


def test_client_does_not_read_amber_of_its_sponsor_beyond_opened_circles():
    assert ask(CLIENT, Tlp.AMBER, by=CSIRT) == Decision.refuse("outside-its-circles")


# ── Sets


def test_readable_gives_ids_and_the_next_end_of_an_embargo_that_matters():
    tomorrow, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    many = {
        1: Audience(Tlp.CLEAR),
        2: Audience(Tlp.GREEN, embargo_until=later),
        3: Audience(Tlp.AMBER, FIN, embargo_until=tomorrow),
        4: Audience(Tlp.GREEN, embargo_until=NOW),
    }

    assert readable(ANALYST, many, NOW) == Readable(frozenset({1, 4}), later)
    assert readable(seated(ANALYST), many, NOW) == Readable(frozenset({1, 4}), tomorrow)
    assert readable(PUBLIC, many, NOW) == Readable(frozenset({1}), None)


def test_own_set_asks_for_the_room_but_not_for_the_embargo():
    many = {1: Audience(Tlp.AMBER, embargo_until=NOW + timedelta(1)), 2: Audience(Tlp.AMBER, room="law")}

    assert own(OWN_ANALYST, many, NOW) == Own(frozenset({1}), None)
    assert own(PUBLIC, many, NOW) == Own(frozenset(), None)


def test_client_of_a_sponsor_outside_the_community_has_a_set_for_its_sponsors_shares():
    guest = replace(CLIENT, sponsor=replace(SPONSOR, in_community=False, circles=frozenset()))
    many = {1: Audience(Tlp.GREEN), 2: Audience(Tlp.CLEAR), 3: Audience(Tlp.AMBER, FIN)}

    assert readable(guest, many, NOW) == Readable(frozenset({2}), None, frozenset({1}))
    assert readable(CLIENT, many, NOW) == Readable(frozenset({1, 2}), None)


def test_client_asks_again_when_an_embargo_of_its_sponsors_share_ends():
    guest = replace(CLIENT, sponsor=replace(SPONSOR, in_community=False, circles=frozenset()))
    sooner, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    many = {1: Audience(Tlp.GREEN, embargo_until=sooner), 2: Audience(Tlp.CLEAR, embargo_until=later)}

    assert readable(guest, many, NOW) == Readable(frozenset(), sooner)
    assert (
        readable(ANALYST, {**many, 3: Audience(Tlp.AMBER, FIN, embargo_until=NOW + timedelta(1))}, NOW).until == sooner
    )


# ── Reasons


def test_reasons_are_sentences_and_those_of_clients_are_known():
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in REASONS.values())
    assert set(REASONS) >= AS_CLIENT
