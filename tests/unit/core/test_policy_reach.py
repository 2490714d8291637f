"""Who would read: a preview is the policy asked for each in turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mitra.core.policy.facts import Audience, Standing, Tlp
from mitra.core.policy.reach import Community, OrganisationFacts, PersonFacts, Readers, readers

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
CENTRE, CSIRT, BANK, PAPER, SUSPENDED, GUEST = 1, 2, 3, 4, 5, 6
FINANCIAL, CASE, FOUR_EYES = 10, 11, 12
FIN = frozenset({FINANCIAL})
EXCHANGE = frozenset({"exchange"})
NOBODY: frozenset[int] = frozenset()

COMMUNITY = Community(
    organisations={
        CENTRE: OrganisationFacts(Standing.ACCREDITED, in_community=True),
        CSIRT: OrganisationFacts(Standing.ACCREDITED, in_community=True, standing_circles=FIN),
        BANK: OrganisationFacts(Standing.LISTED, sponsor=CSIRT, opened=FIN),
        PAPER: OrganisationFacts(Standing.ACCREDITED),
        SUSPENDED: OrganisationFacts(Standing.SUSPENDED, standing_circles=FIN),
        GUEST: OrganisationFacts(Standing.PROPOSED, working_circles=frozenset({CASE})),
    },
    persons={
        21: PersonFacts(CSIRT, working_circles=frozenset({FOUR_EYES}), rooms=EXCHANGE),
        41: PersonFacts(PAPER, working_circles=frozenset({FOUR_EYES}), rooms=EXCHANGE),
        42: PersonFacts(PAPER, working_circles=frozenset({FOUR_EYES})),
        51: PersonFacts(SUSPENDED, working_circles=frozenset({FOUR_EYES}), rooms=EXCHANGE),
    },
)


def who(tlp, *circles, by=CENTRE, until=None, now=NOW):
    return readers(Audience(tlp, frozenset(circles), embargo_until=until), by, COMMUNITY, now)


def test_clear_reaches_everyone_and_the_public():
    assert who(Tlp.CLEAR) == Readers(frozenset(range(1, 7)), NOBODY, NOBODY, is_public=True)


def test_green_reaches_the_community_and_its_clients():
    assert who(Tlp.GREEN) == Readers(frozenset({CENTRE, CSIRT}), frozenset({BANK}), NOBODY, is_public=False)


def test_green_to_a_working_circle_reaches_whom_it_invited():
    assert who(Tlp.GREEN, CASE).organisations == frozenset({CENTRE, CSIRT, GUEST})


def test_amber_reaches_members_and_clients_to_whom_the_circle_is_open():
    assert who(Tlp.AMBER, FINANCIAL) == Readers(frozenset({CENTRE, CSIRT}), frozenset({BANK}), NOBODY, is_public=False)
    assert who(Tlp.AMBER_STRICT, FINANCIAL).clients == NOBODY


def test_circle_of_persons_reaches_those_who_hold_the_room_alone():
    assert who(Tlp.AMBER, FOUR_EYES) == Readers(frozenset({CENTRE}), NOBODY, frozenset({21, 41}), is_public=False)


def test_red_reaches_persons_only_not_even_the_owners_organisation():
    assert who(Tlp.RED, FOUR_EYES) == Readers(NOBODY, NOBODY, frozenset({21, 41}), is_public=False)
    assert who(Tlp.RED, FINANCIAL) == Readers(NOBODY, NOBODY, NOBODY, is_public=False)


def test_person_whose_organisation_reads_is_not_named_twice():
    assert who(Tlp.GREEN, FOUR_EYES).persons == frozenset({41})


def test_embargo_leaves_the_owner_alone_until_it_ends():
    end = NOW + timedelta(days=1)

    assert who(Tlp.GREEN, until=end) == Readers(frozenset({CENTRE}), NOBODY, NOBODY, is_public=False)
    assert who(Tlp.GREEN, until=end, now=end) == who(Tlp.GREEN)


def test_exercise_reaches_nobody_real():
    audience = Audience(Tlp.CLEAR, realm=1)

    assert readers(audience, CENTRE, COMMUNITY, NOW) == Readers(NOBODY, NOBODY, NOBODY, is_public=False)
