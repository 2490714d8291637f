"""The room's tables: roles, standings, names."""

from datetime import UTC, datetime, timedelta

import pytest

from mitra.community import rules
from mitra.community.facts import COMMUNITY_MANAGE, EXCHANGE_READ, EXCHANGE_SHARE, CredentialFacts
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Standing


def test_roles_open_rooms_by_need_to_know():
    assert {role for role in rules.ROLES if "exchange" in rules.rooms_of([role])} == {
        "analyst",
        "duty-officer",
        "legal",
        "communicator",
    }
    assert {role for role, rule in rules.ROLES.items() if EXCHANGE_SHARE in rule.scopes} == {"analyst", "duty-officer"}
    assert {role for role, rule in rules.ROLES.items() if COMMUNITY_MANAGE in rule.scopes} == {
        "administrator",
        "secretariat",
    }


def test_suspension_takes_writing_and_leaving_takes_everything():
    roles = ["analyst", "administrator"]
    held = {EXCHANGE_READ, EXCHANGE_SHARE, COMMUNITY_MANAGE, "board:read", "board:write", "cases:read", "cases:write"}
    assert rules.scopes_of(roles, Standing.ACCREDITED) == held
    assert rules.scopes_of(roles, Standing.SUSPENDED) == held - {EXCHANGE_SHARE, "board:write", "cases:write"}
    assert rules.scopes_of(roles, Standing.LEFT) == frozenset()


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("kind", rules.KINDS)
def test_the_community_is_accredited_bodies_that_are_not_press(standing, kind):
    assert rules.is_in_community(standing, kind) is (standing is Standing.ACCREDITED and kind != "media")


@pytest.mark.parametrize("standing", list(Standing))
def test_standing_circles_take_accredited_bodies_only(standing):
    assert rules.may_join("standing", standing) is (standing is Standing.ACCREDITED)
    assert rules.may_join("working", standing) is True


def test_the_ladder_has_these_steps_and_no_others():
    steps = {(before.value, to.value) for before in Standing for to in Standing if rules.may_become(before, to)}
    assert steps == {
        ("proposed", "listed"),
        ("proposed", "left"),
        ("listed", "accredited"),
        ("listed", "suspended"),
        ("listed", "left"),
        ("accredited", "suspended"),
        ("accredited", "left"),
        ("suspended", "listed"),
        ("suspended", "accredited"),
        ("suspended", "left"),
        ("left", "proposed"),
    }


@pytest.mark.parametrize(
    "slug", ["", "Cert-TH", "a--b", "-a", "a-", "a_b", "ก", "inbox", "all", "community", "x" * 61, "a\n"]
)
def test_slugs_that_name_nothing_or_something_else_are_refused(slug):
    with pytest.raises(InvalidInput):
        rules.check_slug(slug)


def test_roles_of_the_centre_are_given_by_the_centre_only():
    assert rules.check_roles(["auditor", "analyst"], is_centre=True) == ("analyst", "auditor")
    with pytest.raises(InvalidInput):
        rules.check_roles(["auditor"], is_centre=False)


def test_a_credential_needs_a_known_scope():
    assert rules.check_scopes([EXCHANGE_SHARE, EXCHANGE_READ]) == (EXCHANGE_READ, EXCHANGE_SHARE)
    for scopes in ([], ["exchange:erase"]):
        with pytest.raises(InvalidInput):
            rules.check_scopes(scopes)


def test_a_credentials_state_follows_the_clock():
    now = datetime(2026, 11, 25, tzinfo=UTC)
    facts = CredentialFacts(
        id=1,
        ref="r",
        label="",
        scopes=(),
        prefix="",
        realm=0,
        created_at=now,
        created_by="",
        expires_at=now + timedelta(1),
        revoked_at=None,
        last_used_at=None,
    )
    assert facts.state(now) == "works"
    assert facts.state(now + timedelta(1)) == "expired"
