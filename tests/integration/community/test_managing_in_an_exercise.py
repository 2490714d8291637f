"""Who manages in an exercise meets and makes the exercise's own people and credentials, never the real ones."""

from datetime import UTC, datetime

import pytest

import world
from mitra.community import operations, queries
from mitra.community.facts import EXCHANGE_READ, NewCircle, NewCredential, NewOrganisation, NewPerson
from mitra.core.errors import NotFound, NotPermitted

NOW = datetime.now(UTC)


@pytest.fixture
def region(db):
    return world.build()


@pytest.fixture
def player(region):
    """An operator of cert-th inside the exercise."""
    return queries.actor_of_operator("cert-th", realm=region.circles["drill-realm"])


def test_what_a_player_makes_stays_in_the_exercise(player):
    issued = operations.make_credential(NewCredential("tool", (EXCHANGE_READ,)), by=player, now=NOW)
    machine = queries.actor_of_token(issued.token, now=NOW)
    added = operations.add_person(NewPerson("player@example.org", "ผู้เล่น", ("analyst",)), by=player, now=NOW)
    assert machine.viewer.realm == player.viewer.realm
    assert added.person.ref in {each.ref for each in queries.list_people(player)}
    real = queries.list_addressees(world.operator("cert-th"))
    assert added.person.ref not in {each.ref for each in real}


def test_a_player_neither_meets_nor_changes_real_accounts(region, player):
    real = world.operator("cert-th")
    person = next(each for each in queries.list_people(real) if each.email.startswith("th-named"))
    credential = queries.list_credentials(real)[-1]
    assert person.ref not in {each.ref for each in queries.list_people(player)}
    assert {each.realm for each in queries.list_credentials(player)} == {player.viewer.realm}
    for refused in (
        lambda: queries.get_person(person.ref, player),
        lambda: queries.get_credential(credential.ref, player),
        lambda: operations.renew_password(person.id, by=player, now=NOW),
        lambda: operations.set_roles(person.id, roles=("administrator",), by=player, now=NOW),
        lambda: operations.close_account(person.id, by=player, now=NOW),
        lambda: operations.revoke_credential(credential.id, by=player, now=NOW),
        lambda: operations.open_circle(
            region.circles["financial"], client=region.organisations["bank-b"], by=player, now=NOW
        ),
    ):
        with pytest.raises(NotFound):
            refused()


def test_a_player_does_not_close_what_is_really_open_to_a_client(region, player):
    operations.set_opened_circles(frozenset(), client=region.organisations["bank-a"], by=player, now=NOW)
    (client,) = [each for each in queries.list_clients(world.operator("cert-th")) if each.organisation.slug == "bank-a"]
    assert [circle.slug for circle in client.opened] == ["financial"]


def test_a_player_of_the_centre_changes_nothing_of_the_community(region):
    player = queries.actor_of_operator("centre", realm=region.circles["drill-realm"])
    with pytest.raises(NotPermitted):
        operations.add_organisation(NewOrganisation("new", "New", "csirt"), by=player, now=NOW)
    with pytest.raises(NotPermitted):
        operations.make_circle(NewCircle("new", "New"), by=player, now=NOW)
