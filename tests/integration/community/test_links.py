"""One-time links: looking acts on nothing, the button acts once, and about any other address nothing is told."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test import Client

from board.facts import NOTICE, REPLY, Notice, Reply
from exchange_node import make_node
from mitra.community import links, operations, queries, things
from mitra.community.facts import NewPerson
from mitra.community.models import Person, SentLink
from mitra.core.errors import MitraError, NotFound, WrongState
from mitra.core.policy.facts import Audience, Tlp
from mitra.store.things.releasing import release
from mitra.store.things.threads import contribute

NOW = datetime.now(UTC)
NEW = "ສີ່ຄຳທີ່ບໍ່ຄ່ອຍຢູ່ນຳກັນ"


@pytest.fixture
def node(empty_store):
    return make_node()


@pytest.fixture
def person(node):
    return added("sok", "cert-kh", "analyst")


@pytest.fixture
def administrator(node):
    client = Client()
    client.force_login(added("bopha", "cert-kh", "administrator"))
    return client


def added(name, slug, role):
    new = NewPerson(f"{name}@{slug}.example", "សុខ ដារា", (role,), password="a first password 7")
    operations.add_person(new, by=queries.actor_of_operator(slug), now=NOW)
    return Person.objects.get(email=new.email)


def made(person, slug="cert-kh"):
    return operations.send_password_link(person.pk, by=queries.actor_of_operator(slug), now=datetime.now(UTC)).path


def chosen(path, password=NEW, again=None):
    return Client().post(path, {"password": password, "again": password if again is None else again})


def signs_in(person, password):
    return Client().login(username=person.email, password=password)


def test_looking_acts_on_nothing_and_the_button_once(person):
    path = made(person)
    for _ in range(3):
        shown = Client().get(path)
        assert (shown.status_code, shown["Referrer-Policy"]) == (200, "same-origin")
        assert Client().head(path).status_code == 200
    assert signs_in(person, "a first password 7")
    assert chosen(path).status_code == 200
    assert signs_in(person, NEW)
    again = chosen(path, "another one that is long")
    assert (again.status_code, "was used already" in again.content.decode()) == (409, True)
    assert "was used already" in Client().get(path).content.decode()
    assert signs_in(person, NEW)


@pytest.mark.parametrize(("password", "again"), [("short", None), (NEW, "something else"), ("", None)])
def test_what_is_refused_is_said_at_its_field_and_leaves_the_link_as_it_was(person, password, again):
    path = made(person)
    refused = chosen(path, password, again)
    assert refused.status_code == 422
    assert signs_in(person, "a first password 7")
    assert chosen(path).status_code == 200


def test_about_an_address_that_is_none_nothing_is_told(person):
    path = made(person)
    other = "B" if path[-9] != "B" else "C"
    answers = {
        Client().get(address).content.replace(address.encode(), b"")
        for address in ("/links/x", path[:-1], path + "A", path[:-9] + other + path[-8:], "/links/" + "A" * 500)
    }
    assert len(answers) == 1
    assert Client().get("/links/x").status_code == 404
    row = SentLink.objects.get()
    assert bytes(row.digest) not in path.encode()


def test_a_link_ends_by_the_clock_and_by_what_comes_after_it(person):
    old = made(person)
    new = made(person)
    assert Client().get(old).status_code == 404
    with pytest.raises(WrongState, match="over"):
        links.open_link(new.rpartition("/")[2], now=datetime.now(UTC) + timedelta(days=1, seconds=1))
    operations.renew_password(person.pk, by=queries.actor_of_operator("cert-kh"), now=NOW)
    assert Client().get(new).status_code == 404


def test_a_closed_account_stays_closed(person):
    path = made(person)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    refused = chosen(path)
    assert "This account is closed" in refused.content.decode()
    assert SentLink.objects.get().used_at is None


def test_an_administrator_makes_one_for_its_own_people_only(person, administrator):
    where = f"/organisation/people/{person.ref}/password"
    shown = administrator.post(where, {"as": "link"}).content.decode()
    assert "/links/" in shown
    assert signs_in(person, "a first password 7")
    stranger = added("mai", "cert-vn", "analyst")
    assert administrator.post(f"/organisation/people/{stranger.ref}/password", {"as": "link"}).status_code == 404
    with pytest.raises(MitraError):
        made(stranger)


def test_of_many_who_follow_one_at_once_one_acts(node, person):
    text = made(person).rpartition("/")[2]
    begin, told = threading.Barrier(6), []

    def follow(number):
        begin.wait()
        try:
            links.follow_link(text, {"password": f"{NEW} {number}"}, now=datetime.now(UTC))
            told.append(number)
        except WrongState:
            pass
        finally:
            connections.close_all()

    racers = [threading.Thread(target=follow, args=(number,)) for number in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(told) == 1
    assert signs_in(person, f"{NEW} {told[0]}")


def test_a_room_says_what_its_links_do(node, monkeypatch):
    """Whoever holds no account of ours says by a link that they have seen a notice."""
    author = queries.actor_of_operator("cert-th")
    hand = things.hand_of(author, now=NOW)
    to = Audience(Tlp.GREEN, room="board")
    notice = release(NOTICE, Notice("ແຈ້ງການ", "x"), to, hand).stix_id

    def see(subject, _said, by):
        sheet = things.get_thing(NOTICE, subject, author, now=by.now)
        using = replace(hand, now=by.now, tell=lambda _written, _id: by.use_up())
        contribute(REPLY, Reply(subject, "ເຫັນແລ້ວ"), to, using, to=sheet)

    use = links.Use("board-seen", lambda _: "Have you seen it?", "", "Seen", "Noted.", see)
    monkeypatch.setattr(links, "_uses", links._uses | {use.purpose: use})
    path = links.send_link("board-seen", notice, lasts=timedelta(hours=1), by=author, now=datetime.now(UTC)).path
    assert "Have you seen it?" in Client().get(path).content.decode()
    assert "Noted." in Client().post(path).content.decode()
    assert Client().post(path).status_code == 409
    replies = REPLY.model.objects.visible_to(author.viewer, now=datetime.now(UTC)).filter(sheet_ref=notice)
    assert [reply.words for reply in replies] == ["ເຫັນແລ້ວ"]
    monkeypatch.undo()
    with pytest.raises(NotFound):
        links.open_link(path.rpartition("/")[2], now=NOW)
