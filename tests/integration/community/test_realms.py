"""Realms: the centre makes and lists them; a working circle opened in one is nowhere outside it."""

import pytest
from small_community import NOW

from mitra.community import operations, queries
from mitra.core.errors import NotFound, NotPermitted
from mitra.ledger.models import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill(world):
    return operations.new_realm("ຊ້ອມ", by=world.operator(), now=NOW)


def test_the_centre_lists_what_it_made(world, drill):
    other = operations.new_realm("ဆိုင်ဘာ", by=world.operator(), now=NOW)
    made = [(realm.number, realm.name) for realm in queries.list_realms(world.operator())]
    assert made == [(drill, "ຊ້ອມ"), (other, "ဆိုင်ဘာ")]


def test_making_one_is_an_act_of_the_log(world):
    before = Act.objects.count()
    operations.new_realm("ຊ້ອມ", by=world.operator(), now=NOW)
    assert Act.objects.count() == before + 1


def test_members_and_players_learn_of_none(world, drill):
    for actor in (world.operator("cert-th"), world.operator(realm=drill)):
        with pytest.raises(NotPermitted):
            queries.list_realms(actor)


def test_a_working_circle_of_an_exercise_is_nowhere_outside_it(world, drill):
    def inside(slug):
        return world.operator(slug, realm=drill)

    made = operations.open_working_circle("คดี", by=inside("cert-th"), now=NOW)
    operations.invite(made.id, world.ids["cert-kh"], by=inside("cert-th"), now=NOW)
    assert [line.circle.slug for line in queries.list_invitations(inside("cert-kh"))] == [made.slug]
    assert queries.list_invitations(world.operator("cert-kh")) == ()
    with pytest.raises(NotFound):
        operations.accept(made.id, by=world.operator("cert-kh"), now=NOW)
    with pytest.raises(NotFound):
        queries.get_circle(made.slug, world.operator("cert-th"))
    operations.accept(made.id, by=inside("cert-kh"), now=NOW)
    assert made.id in inside("cert-kh").viewer.working_circles
    assert made.id not in world.operator("cert-kh").viewer.working_circles
