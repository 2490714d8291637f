"""Messages by the inbox, real SMTP and real webhooks: how far each came, who is told next, what never leaves."""

from datetime import UTC, timedelta

import pytest
from django.db import transaction
from django.test import Client

from clock_world import World
from mail_world import HEADING, LEADER, MEMBER, actor, now, opened, person, send
from mitra.community import operations as community
from mitra.community.models import Circle, Person
from mitra.core.errors import NotFound, WrongState
from mitra.core.policy.facts import Tlp
from mitra.messages import operations, ports, queries
from mitra.messages.facts import Address, Channel, Described, Quiet, Rung, State, Telling
from mitra.messages.models import Message, Sending
from mitra.messages.operations import sending
from mitra.messages.ports import Teller

pytestmark = pytest.mark.django_db


def told(world, slug, *, ladder, code="tests.told", tlp=Tlp.AMBER, key="k", severity=0, answer_by=None):
    telling = Telling(
        key, code, world.organisations[slug], "thing", number="TH-7K3M", tlp=tlp, severity=severity, answer_by=answer_by
    )
    with transaction.atomic():
        return operations.tell(telling, ladder, now=now())


@pytest.fixture
def teller(tmp_path, settings):
    """A kind of message of the tests' own, which describes one thing to everybody."""
    folder = tmp_path / "tests" / "told"
    folder.mkdir(parents=True)
    (folder / "told.en.txt").write_text("About {{ number }}\n{% if title %}{{ title }}{% endif %}\n{{ url }}\n")
    (folder / "told.th.txt").write_text("เรื่อง {{ number }}\n{{ url }}\n")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    made = Teller("tests.told", "exchange:read", "told", describe_thing)
    ports.add_teller(made)
    yield made
    ports._tellers.pop("tests.told")


def describe_thing(abouts, actor, *, now):
    return {about: Described("ຫົວຂໍ້\nBcc: evil@x.example", "/somewhere") for about in abouts}


def by_mail(*addresses, **more):
    return Rung(tuple(Address(Channel.MAIL, one, **more) for one in addresses))


# ── Out


def test_who_is_asked_into_a_case_has_it_in_the_inbox_and_its_duty_officer_in_a_mail_without_words(world, post):
    made = opened(world, MEMBER)
    (line,) = queries.list_inbox(actor(MEMBER), now=now())
    assert (line.number, line.severity, line.asks, line.described.title) == (made.number, 5, True, HEADING)
    send()
    (taken,) = post.to("th-named@mitra.example")  # the only duty officer of cert-th
    assert HEADING not in taken.raw.decode("utf-8", "replace")
    mail = taken.mail
    assert mail["Subject"] == f"[TLP:AMBER+STRICT] Case {made.number} (S5): your organisation is asked in"
    assert f"https://hub.example/inbox/{line.ref}" in taken.text
    assert taken.sender == mail["Reply-To"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert queries.get_message(line.ref, actor(MEMBER), now=now()).state is State.SENT


def test_a_message_goes_in_the_language_of_its_reader_and_at_amber_with_its_words_on_one_line(world, post, teller):
    ladder = (Rung((Address(Channel.MAIL, "a@x.example", language="th"), Address(Channel.MAIL, "b@x.example"))),)
    told(world, MEMBER, ladder=ladder)
    send()
    subjects = {one.to: str(one.mail["Subject"]) for one in post.taken}
    assert subjects == {"a@x.example": "[TLP:AMBER] เรื่อง TH-7K3M", "b@x.example": "[TLP:AMBER] About TH-7K3M"}
    (english,) = post.to("b@x.example")
    assert "ຫົວຂໍ້ Bcc: evil@x.example" in english.text
    assert english.mail["Bcc"] is None


def test_nothing_at_red_goes_out_at_all(world, post, teller):
    told(world, MEMBER, ladder=(by_mail("a@x.example"),), tlp=Tlp.RED)
    send()
    assert post.taken == []
    assert len(queries.list_inbox(actor(MEMBER), now=now())) == 1


def test_told_twice_it_is_told_once(world, post, teller):
    assert [told(world, MEMBER, ladder=(by_mail("a@x.example"),)) for _ in range(3)] == [True, False, False]
    send()
    send()
    assert len(post.taken) == 1


def test_what_reaches_nobody_falls_back_to_the_next_rung_at_once(world, post, teller):
    post.answers = {"gone@x.example": "550 5.1.1 no such user"}
    told(world, MEMBER, ladder=(by_mail("gone@x.example"), by_mail("next@x.example")))
    send()
    assert [one.to for one in post.taken] == ["next@x.example"]
    (line,) = queries.list_inbox(actor(MEMBER), now=now())
    assert (line.state, [way.state for way in line.ways]) == (State.FALLBACK, [State.BOUNCED, State.SENT])
    assert line.ways[0].said == "550 5.1.1 no such user"


def test_an_address_that_no_mail_server_of_ours_takes_falls_back_too(world, post, teller):
    told(world, MEMBER, ladder=(by_mail("เวร@x.example"), by_mail("next@x.example")))
    send()
    assert [one.to for one in post.taken] == ["next@x.example"]


def test_what_is_urgent_rings_a_second_person_half_way_and_then_everybody_until_somebody_answers(world, post, teller):
    time, quarter = World(now() + timedelta(seconds=1)), timedelta(minutes=15)
    ladder = (by_mail("first@x.example"), by_mail("second@x.example"))
    told(world, MEMBER, ladder=ladder, severity=5, answer_by=time.now + quarter)

    def rung_after(minutes):
        del post.taken[:]
        time.advance(timedelta(minutes=minutes))
        send(lambda: time.now)
        return sorted((one.to, one.mail["X-Mitra-Try"] or "1") for one in post.taken)

    assert rung_after(0) == [("first@x.example", "1")]
    assert rung_after(7) == []
    assert rung_after(1) == [("second@x.example", "1")]
    assert rung_after(15) == [("first@x.example", "2"), ("second@x.example", "2")]
    assert rung_after(15) == [("first@x.example", "3"), ("second@x.example", "3")]
    (line,) = queries.list_inbox(actor(MEMBER), now=time.now)
    assert line.state is State.ESCALATED
    operations.acknowledge(line.ref, by=actor(MEMBER), now=time.now)
    assert rung_after(600) == []


def test_whoever_answers_while_a_second_ring_waits_keeps_that_there_was_a_first(world, post, teller):
    time = World(now() + timedelta(seconds=1))
    told(world, MEMBER, ladder=(by_mail("a@x.example"),), severity=5, answer_by=time.now + timedelta(minutes=15))
    send(lambda: time.now)
    time.advance(timedelta(minutes=8))
    assert Sending.objects.get().state == "queued"
    (line,) = queries.list_inbox(actor(MEMBER), now=time.now)
    operations.acknowledge(line.ref, by=actor(MEMBER), now=time.now)
    send(lambda: time.now)
    assert [(way.state, way.tries) for way in Sending.objects.all()] == [("sent", 1)]
    assert len(post.taken) == 1


def test_a_later_ring_that_a_server_puts_off_is_tried_as_soon_as_a_first(world, post, teller):
    time = World(now() + timedelta(seconds=1))
    told(world, MEMBER, ladder=(by_mail("a@x.example"),), severity=5, answer_by=time.now + timedelta(minutes=15))
    for minutes in (0, 8, 15, 15):
        time.advance(timedelta(minutes=minutes))
        send(lambda: time.now)
    post.answers = {"a@x.example": "451 4.7.1 greylisted"}
    time.advance(timedelta(minutes=15))
    send(lambda: time.now)
    way = Sending.objects.get()
    assert (way.tries, way.state, way.next_at - time.now) == (5, "deferred", timedelta(minutes=1))


def test_what_is_urgent_and_never_answered_is_rung_so_many_times_and_no_more(world, post, teller):
    time = World(now())
    told(world, MEMBER, ladder=(by_mail("only@x.example"),), severity=4, answer_by=time.now + timedelta(minutes=30))
    for _ in range(20):
        send(lambda: time.now)
        time.advance(timedelta(minutes=15))
    assert [one.mail["X-Mitra-Try"] for one in post.taken] == [None, *map(str, range(2, 8))]


def test_one_address_that_works_is_enough(world, post, teller):
    post.answers = {"gone@x.example": "550 5.1.1 no such user"}
    told(world, MEMBER, ladder=(by_mail("gone@x.example", "here@x.example"), by_mail("next@x.example")))
    send()
    assert [one.to for one in post.taken] == ["here@x.example"]


def test_a_server_that_says_later_is_asked_later_and_the_second_try_says_so(world, post, teller):
    post.answers = {"a@x.example": "451 4.7.1 greylisted"}
    told(world, MEMBER, ladder=(by_mail("a@x.example"),))
    send()
    way = Sending.objects.get()
    assert (way.state, way.tries, post.taken) == ("deferred", 1, [])
    post.answers = {}
    send()
    assert post.taken == []
    send(lambda: now() + timedelta(minutes=2))
    (taken,) = post.taken
    assert (taken.mail["X-Mitra-Try"], taken.mail["Message-ID"]) == ("2", f"<{way.token}@hub.example>")


def test_what_a_sender_that_died_had_taken_up_goes_again_under_the_same_id_and_says_so(world, post, teller):
    told(world, MEMBER, ladder=(by_mail("a@x.example"),))
    ((way,), _) = sending.claim(Channel.MAIL, now())  # and here the power fails, perhaps after the mail was given away
    assert sending.claim(Channel.MAIL, now()) == ([], 0)
    send()
    (taken,) = post.taken
    assert (taken.mail["X-Mitra-Try"], taken.mail["Message-ID"]) == ("2", f"<{way.token}@hub.example>")


def test_our_own_server_away_loses_nothing_and_gives_nothing_up(world, post, settings, teller):
    settings.MITRA_MAIL, url = "smtp://127.0.0.1:1", settings.MITRA_MAIL
    told(world, MEMBER, ladder=(by_mail("a@x.example"),))
    send()
    assert Sending.objects.get().state == "deferred"
    settings.MITRA_MAIL = url
    send(lambda: now() + timedelta(minutes=1))
    assert len(post.taken) == 1


def test_without_a_mail_server_a_message_stands_in_the_inbox_alone(world, settings, teller):
    settings.MITRA_MAIL = ""
    told(world, MEMBER, ladder=(by_mail("a@x.example"),))
    assert not Sending.objects.exists()
    (line,) = queries.list_inbox(actor(MEMBER), now=now())
    assert line.state is State.DELIVERED


def test_a_domain_has_its_rate_and_what_is_grave_passes_it(world, post, teller):
    for number in range(70):
        told(world, MEMBER, ladder=(by_mail(f"p{number}@slow.example"),), key=f"k{number}")
    told(world, MEMBER, ladder=(by_mail("grave@slow.example"),), key="grave", severity=5)
    send()
    assert len(post.taken) == 60
    assert len(post.to("grave@slow.example")) == 1
    told(world, MEMBER, ladder=(by_mail("other@quick.example"),), key="other")
    send()
    assert len(post.to("other@quick.example")) == 1
    send(lambda: now() + timedelta(minutes=2))
    assert len(post.taken) == 72


def test_little_waits_for_the_morning_and_what_is_grave_rings(world, post, teller):
    night = now().astimezone(UTC)
    minute = night.hour * 60 + night.minute
    quiet = Quiet("UTC", (minute - 60) % 1440, (minute + 60) % 1440, wakes_from=4)
    for severity in (2, 4):
        ladder = (Rung((Address(Channel.MAIL, f"s{severity}@x.example", quiet=quiet),)),)
        told(world, MEMBER, ladder=ladder, severity=severity, key=f"s{severity}")
    send()
    assert [one.to for one in post.taken] == ["s4@x.example"]
    send(lambda: now() + timedelta(hours=1, minutes=1))
    assert [one.to for one in post.taken] == ["s4@x.example", "s2@x.example"]


def test_what_may_not_be_read_any_more_is_not_sent(world, post):
    made = opened(world, MEMBER)
    circle = Circle.objects.get(purpose=made.number).pk
    community.take_invitation_back(circle, world.organisations[MEMBER], by=actor(LEADER), now=now())
    send()
    assert post.taken == []
    assert queries.list_inbox(actor(MEMBER), now=now()) == ()


# ── Answers


def test_nobody_answers_so_the_next_ones_are_told_and_then_somebody_does(world, post):
    person(MEMBER, "boss@th.example", "administrator")
    opened(world, MEMBER)
    clock = World(now())
    send()
    clock.advance(timedelta(minutes=16))
    send(lambda: clock.now)
    assert len(post.to("boss@th.example")) >= 1
    line = queries.list_inbox(actor(MEMBER), now=clock.now)[0]
    asked = next(one for one in queries.list_inbox(actor(MEMBER), now=clock.now) if one.code == "cases.asked")
    assert (asked.state, line.asks) == (State.ESCALATED, True)
    operations.acknowledge(asked.ref, by=actor(MEMBER), now=clock.now)
    assert queries.get_message(asked.ref, actor(MEMBER), now=clock.now).state is State.ACKNOWLEDGED
    with pytest.raises(WrongState):
        operations.acknowledge(asked.ref, by=actor(MEMBER), now=clock.now)
    with pytest.raises(NotFound):
        operations.acknowledge(asked.ref, by=actor("cert-my"), now=clock.now)


def test_accepting_answers_and_rings_nobody_more(world, post):
    made = opened(world, MEMBER)
    person(MEMBER, "boss@th.example", "administrator")
    clock = World(now())
    community.accept(Circle.objects.get(purpose=made.number).pk, by=actor(MEMBER), now=clock.now)
    clock.advance(timedelta(hours=2))
    send(lambda: clock.now)
    assert post.to("boss@th.example") == []
    asked = Message.objects.get(code="cases.asked", owner=world.organisations[MEMBER])
    assert asked.acknowledged_at is not None


# ── Pages


@pytest.fixture
def browse(world):
    def opened_by(viewer):
        client = Client()
        client.force_login(Person.objects.get(email=world.people[viewer]))
        return client

    return opened_by


def test_the_inbox_says_what_waits_and_its_button_answers(world, browse):
    opened(world, MEMBER)
    page = browse("th-named").get("/inbox/").content.decode()
    assert "1 message waits for your answer." in page
    (line,) = queries.list_inbox(actor(MEMBER), now=now())
    assert browse("th-named").post(f"/inbox/{line.ref}").status_code == 302
    assert "Nobody waits for an answer from you." in browse("th-named").get("/inbox/").content.decode()
    for stranger in ("cert-my", "th-without-room", "th-in-drill"):
        assert browse(stranger).get(f"/inbox/{line.ref}").status_code == 404
        assert HEADING not in browse(stranger).get("/inbox/").content.decode()


def test_a_person_says_when_it_may_be_rung(world, browse, post):
    client = browse("th-named")
    said = {"by_mail": "yes", "quiet_from": "22", "quiet_to": "6", "wakes_from": "5"}
    assert client.post("/inbox/mine", said).status_code == 302
    (rung,) = ports.ladder_of(world.organisations[MEMBER], realm=0, now=now())[:1]
    assert rung.addresses[0].quiet == Quiet("UTC", 1320, 360, 5)
    client.post("/inbox/mine", {**said, "by_mail": "no"})
    rungs = ports.ladder_of(world.organisations[MEMBER], realm=0, now=now())
    assert [[one.to for one in rung.addresses] for rung in rungs] == [["th-admin@mitra.example"]]
