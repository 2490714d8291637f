"""Whoever remembers rights forgets them: each public operation that decides something changes the rights' epoch."""

from pathlib import Path

import pytest
from small_community import NOW

from mitra.community import links, operations
from mitra.community.facts import NewCircle, NewCredential, NewOrganisation, NewPerson, Preferences
from mitra.core.errors import Conflict
from mitra.core.policy.facts import Standing
from mitra.ledger.models import Act
from mitra.store.doors import store

DECIDES_NOTHING = {"keep_preferences", "states_of"}


class Calls:
    """A call of each operation on the small community, prepared as far as it needs."""

    def __init__(self, world):
        self.world = world
        self.centre = {"by": world.operator(), "now": NOW}
        self.member = {"by": world.operator("cert-th"), "now": NOW}
        self.bank = {"client": world.ids["bank-a"], **self.member}
        self.financial = world.circles["financial"]

    def person(self):
        self.world.add_person("cert-th", "a@cert-th.example", "administrator")
        return self.world.add_person("cert-th", "k@cert-th.example", "analyst").id

    def working(self, *slugs):
        """A working circle that cert-th hosts, with these in it."""
        made = operations.open_working_circle("ຄະດີ", **self.member).id
        for slug in slugs:
            operations.invite(made, self.world.ids[slug], **self.member)
            operations.accept(made, by=self.world.operator(slug), now=NOW)
        return made

    def theirs(self, slug="cert-la"):
        return {"by": self.world.operator(slug), "now": NOW}

    def asked(self):
        made = self.working()
        operations.invite(made, self.world.ids["cert-la"], **self.member)
        return made

    def accept(self):
        made = self.asked()
        return lambda: operations.accept(made, **self.theirs())

    def decline(self):
        made = self.asked()
        return lambda: operations.decline(made, **self.theirs())

    def take_invitation_back(self):
        made = self.asked()
        return lambda: operations.take_invitation_back(made, self.world.ids["cert-la"], **self.member)

    def hand_over(self):
        made = self.working("cert-la")
        return lambda: operations.hand_over(made, self.world.ids["cert-la"], **self.member)

    def invite(self):
        made = self.working()
        return lambda: operations.invite(made, self.world.ids["cert-la"], **self.member)

    def leave(self):
        made = self.working("cert-la")
        return lambda: operations.leave(made, **self.theirs())

    def name_person(self):
        made, person = self.working(), self.person()
        return lambda: operations.name_person(made, person, **self.member)

    def unname_person(self):
        made, person = self.working(), self.person()
        operations.name_person(made, person, **self.member)
        return lambda: operations.unname_person(made, person, **self.member)

    def open_working_circle(self):
        return lambda: operations.open_working_circle("ຄະດີ", **self.member)

    def remove_from_working(self):
        made = self.working("cert-la")
        return lambda: operations.remove_from_working(made, self.world.ids["cert-la"], **self.member)

    def add_member(self):
        body = self.world.ids["cert-la"]
        return lambda: operations.add_member(self.financial, organisation=body, **self.centre)

    def add_organisation(self):
        new = NewOrganisation("cert-vn", "Trung tâm Ứng cứu", "csirt", sponsor=self.world.ids["cert-th"])
        return lambda: operations.add_organisation(new, **self.centre)

    def add_person(self):
        new = NewPerson("n@cert-th.example", "ນາງ ແກ້ວ", ("legal",))
        return lambda: operations.add_person(new, **self.member)

    def change_standing(self):
        body = self.world.ids["cert-kh"]
        return lambda: operations.change_standing(body, to=Standing.SUSPENDED, **self.centre)

    def circle_of_own_persons(self):
        named = {self.person(), self.world.add_person("cert-kh", "s@cert-kh.example", "analyst").id}
        circle = operations.circle_of_persons(named, **self.member)
        own = {"of": self.world.ids["cert-kh"], "realm": 0, "now": NOW}
        return lambda: operations.circle_of_own_persons({circle}, **own)

    def circle_of_persons(self):
        person = self.person()
        return lambda: operations.circle_of_persons({person}, **self.member)

    def close_account(self):
        person = self.person()
        return lambda: operations.close_account(person, **self.member)

    def close_circle(self):
        operations.open_circle(self.financial, **self.bank)
        return lambda: operations.close_circle(self.financial, **self.bank)

    def make_circle(self):
        return lambda: operations.make_circle(NewCircle("night", "กะกลางคืน"), **self.centre)

    def make_credential(self):
        new = NewCredential("sensor", ("exchange:share",))
        return lambda: operations.make_credential(new, **self.member)

    def new_realm(self):
        return lambda: operations.new_realm("ຊ້ອມ", **self.centre)

    def open_circle(self):
        return lambda: operations.open_circle(self.financial, **self.bank)

    def remove_member(self):
        body = self.world.ids["cert-kh"]
        return lambda: operations.remove_member(self.financial, organisation=body, **self.centre)

    def send_password_link(self):
        person = self.person()
        return lambda: operations.send_password_link(person, **self.member)

    def choose_password(self):
        person = self.person()
        sent = operations.send_password_link(person, **self.member)
        token = sent.path.rpartition("/")[2]
        return lambda: links.follow_link(token, {"password": "four words that differ"}, now=NOW)

    def renew_password(self):
        person = self.person()
        return lambda: operations.renew_password(person, **self.member)

    def revoke_credential(self):
        issued = self.world.token("cert-th").credential
        return lambda: operations.revoke_credential(issued.id, **self.member)

    def set_opened_circles(self):
        return lambda: operations.set_opened_circles(frozenset({self.financial}), **self.bank)

    def set_roles(self):
        person = self.person()
        return lambda: operations.set_roles(person, roles=["legal"], **self.member)

    def set_sponsor(self):
        body, above = self.world.ids["uni-mm"], self.world.ids["cert-kh"]
        return lambda: operations.set_sponsor(body, sponsor=above, **self.centre)


def left_by(call):
    """How many acts a call leaves, and whether the epoch is another one."""
    epoch, acts = store().rights_epoch(), Act.objects.count()
    call()
    return Act.objects.count() - acts, store().rights_epoch() != epoch


@pytest.mark.parametrize("name", sorted(set(operations.__all__) - DECIDES_NOTHING - {"found_centre", "found_node"}))
def test_each_operation_that_decides_changes_the_epoch(world, name):
    acts, is_other = left_by(getattr(Calls(world), name)())
    assert (acts > 0, is_other) == (True, True)


@pytest.mark.parametrize(
    "found",
    [
        lambda: operations.found_centre(NewOrganisation("hub", "Hub", "international"), now=NOW),
        lambda: operations.found_node("hub.example", preset="asean", now=NOW),
    ],
)
def test_a_node_that_begins_changes_the_epoch(db, found):
    acts, is_other = left_by(found)
    assert (acts > 0, is_other) == (True, True)


def test_what_decides_nothing_leaves_the_epoch(world):
    calls = Calls(world)
    name_together = calls.circle_of_persons()
    name_together()
    person = world.person("k@cert-th.example").pk
    assert left_by(name_together) == (0, False)
    assert left_by(lambda: operations.keep_preferences(person, Preferences(density="compact"))) == (0, False)
    assert left_by(lambda: operations.states_of("asean")) == (0, False)


def test_a_decision_that_fails_leaves_the_epoch(world):
    def refused():
        with pytest.raises(Conflict):
            operations.add_member(
                world.circles["financial"], organisation=world.ids["cert-th"], by=world.operator(), now=NOW
            )

    assert left_by(refused) == (0, False)


def test_acts_of_this_room_are_written_in_one_place():
    files = sorted(Path(operations.__file__).parents[1].rglob("*.py"))
    writing = [path.name for path in files if "ledger.operations import" in path.read_text(encoding="utf-8")]
    assert writing == ["guards.py"]
