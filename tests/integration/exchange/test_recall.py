"""Recall: whoever was handed a record is told once, its sharer sees who was and who cannot be, nobody else learns."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from page_words import heading, text
from recall_world import THING, TITLE, WHY, browser, now, outcome, page, recalled, take, told, work
from sharing_world import actor, blocking, malware, relation, share

from clock_world import World
from exchange_node import make_node
from mitra.community import operations as community_operations
from mitra.community.facts import NewPerson
from mitra.community.models import Person
from mitra.core.errors import NotFound, NotPermitted
from mitra.core.policy.facts import Standing, Tlp
from mitra.exchange import operations, queries
from mitra.exchange.events import SharesEnded
from mitra.exchange.facts import Terms
from mitra.exchange.models import Notice, Recall, Tightening
from mitra.exchange.operations import narrowing
from mitra.pulse.operations import emit
from mitra.store.doors import store
from mitra.store.facts import Cause, State
from mitra.store.handed.facts import Channel, Recipient
from mitra.store.handed.noting import note, numbers_of


@pytest.fixture
def node(db):
    return make_node()


@pytest.fixture
def shared(node):
    """An indicator by cert-th to the whole community."""
    return share("cert-th", [THING]).accepted[0].ref


@pytest.fixture
def financial(node):
    return Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}))


# ── What those who have it are told


def test_a_recall_tells_whoever_has_it_and_says_what_and_why(node, shared, client):
    take(node, client, "cert-kh")
    browser("cert-vn").get("/exchange/records")
    form = browser("cert-th").post(f"/exchange/records/{shared}/recall", {"reason": WHY})
    assert "They are being told." in text(browser("cert-th").get(form.url))
    assert told() == []
    work()
    assert told() == [("CamCERT", ""), ("VNCERT", "")]
    for slug in ("cert-kh", "cert-vn"):
        notices = page(slug, "/exchange/notices")
        assert heading(browser(slug).get("/exchange/notices")) == "1 record is asked back of you."
        for said in ("ThaiCERT recalled a record that you have", THING["id"], "Indicator", f"Why: {WHY}", "TLP:GREEN"):
            assert said in notices, said
        assert TITLE not in notices
        front = page(slug, "/")
        assert "ThaiCERT recalled a record that you have" in front
        assert "/exchange/notices#notice-" in front
    assert heading(browser("cert-th").get(form.url)) == "2 organisations told, 0 done."


def test_it_is_gone_for_its_readers_and_its_line_stands_in_the_log(node, shared):
    recalled("cert-th", shared)
    assert browser("cert-vn").get(f"/exchange/records/{shared}").status_code == 404
    assert "It was recalled" in page("cert-th", f"/exchange/records/{shared}/proof")


def test_a_tightened_level_is_told_with_the_new_one(node, shared, financial, client):
    take(node, client, "cert-kh", "cert-vn")
    operations.readdress(actor("cert-th"), shared, financial, now=now(), reason=WHY)
    work()
    assert told() == [("CamCERT", ""), ("VNCERT", "")]
    notices = page("cert-vn", "/exchange/notices")
    assert "ThaiCERT put a record that you have at TLP:AMBER" in notices
    assert f"Why: {WHY}" in notices
    assert "tightened" in page("cert-th", "/exchange/recalls")


def test_what_is_withdrawn_is_told_to_nobody(node, shared, client):
    take(node, client, "cert-kh")
    operations.withdraw(actor("cert-th"), shared, WHY, now=now())
    work()
    assert (told(), Recall.objects.count()) == ([], 0)


def test_who_held_it_before_it_was_tightened_hears_of_the_recall_too(node, shared, financial, client):
    take(node, client, "cert-vn")
    ref = operations.readdress(actor("cert-th"), shared, financial, now=now())
    work()
    take(node, client, "cert-kh")
    made = recalled("cert-th", ref)
    work()
    assert told() == [("CamCERT", ""), ("VNCERT", ""), ("VNCERT", "")]
    assert sorted(outcome("cert-th", made)) == [("CamCERT", "nobody"), ("VNCERT", "nobody")]


def test_who_shared_it_on_is_told_and_sees_who_had_it_from_there(node, client):
    ref = share("cert-th", [THING], Terms(tlp=Tlp.CLEAR)).accepted[0].ref
    take(node, client, "cert-kh")
    green = Terms(tlp=Tlp.GREEN, circles=frozenset({node.circles["financial"]}))
    again = operations.reshare(actor("cert-kh"), ref, green, now=now())
    for slug in ("cert-vn", "cert-th"):
        assert browser(slug).get(f"/exchange/records/{again.ref}/raw").status_code == 200
    made = recalled("cert-th", ref)
    work()
    assert told() == [("CamCERT", ""), ("VNCERT", "")]
    assert outcome("cert-th", made) == [("CamCERT", "nobody")]
    (taken_along,) = queries.list_recalls(actor("cert-kh"))
    assert (taken_along.is_taken_along, outcome("cert-kh", taken_along.id)) == (True, [("VNCERT", "told")])
    assert "CamCERT recalled a record that you have" in page("cert-vn", "/exchange/notices")


def test_what_law_4_narrows_by_itself_tells_no_reason(node, financial):
    seen = malware(1)
    ref = share("cert-th", [seen]).accepted[0].ref
    share("cert-kh", [relation(2, seen, malware(9))])
    browser("cert-vn").get("/exchange/records?type=relationship")
    operations.readdress(actor("cert-th"), ref, financial, now=now(), reason=WHY)
    work()
    while Tightening.objects.exists():
        narrowing.narrow_references(now=now())
        work()
    notices = page("cert-vn", "/exchange/notices")
    assert "CamCERT put a record that you have at TLP:AMBER+STRICT" in notices
    assert [word for word in (WHY, "refers to", seen["id"]) if word in notices] == []


# ── Until somebody of theirs says that it is done


def test_done_is_kept_with_who_and_when_and_told_to_the_sharer_without_a_name(node, shared):
    browser("cert-vn").get("/exchange/records")
    made = recalled("cert-th", shared)
    work()
    assert outcome("cert-th", made) == [("VNCERT", "told")]
    (action,) = re.findall(r'action="(/exchange/notices/[^"]+/done)"', page("cert-vn", "/exchange/notices"))
    assert browser("cert-vn", "linh").post(action).url == "/exchange/notices"
    assert browser("cert-vn", "sok").post(action).status_code == 302
    row = Notice.objects.get()
    assert row.done_by.name == "linh"
    assert now() - row.done_at < timedelta(minutes=1)
    assert "recalled a record" not in page("cert-vn", "/")
    assert "linh" in page("cert-vn", "/exchange/notices")
    assert outcome("cert-th", made) == [("VNCERT", "done")]
    seen = page("cert-th", f"/exchange/recalls/{made}")
    assert "linh" not in seen
    assert heading(browser("cert-th").get(f"/exchange/recalls/{made}")) == "1 organisation told, 1 done."


def test_who_does_not_hold_the_room_is_shown_nothing(node, shared):
    browser("cert-vn").get("/exchange/records")
    recalled("cert-th", shared)
    work()
    new = NewPerson("delegate@cert-vn.example", "ngoại giao", ("delegate",), password="long enough to be one 7")
    community_operations.add_person(new, by=actor("cert-vn"), now=now())
    client = Client()
    client.force_login(Person.objects.get(email=new.email))
    assert client.get("/exchange/notices").status_code == 403
    assert THING["id"] not in text(client.get("/"))
    assert client.post(f"/exchange/notices/{Notice.objects.get().pk}/done").status_code == 403


def test_who_cannot_be_told_is_named_before_and_after(node, shared, client):
    take(node, client, "cert-kh")
    browser("cert-vn").get("/exchange/records")
    before = page("cert-th", f"/exchange/records/{shared}/recall")
    cannot = before[before.index("Cannot be told") :][:200]
    assert "CamCERT" in cannot
    assert "VNCERT" not in cannot
    assert "Recall it and tell 1 organisation" in before
    assert "plain TAXII clients keep the copy" in before
    made = recalled("cert-th", shared)
    work()
    assert sorted(outcome("cert-th", made)) == [("CamCERT", "nobody"), ("VNCERT", "told")]
    after = page("cert-th", f"/exchange/recalls/{made}")
    assert "has nobody to tell" in after
    assert heading(browser("cert-th").get(f"/exchange/recalls/{made}")) == "1 of 2 can be told."


@pytest.mark.parametrize("gone", ["is_active", "role", "standing"])
def test_whoever_cannot_sign_in_and_read_cannot_be_told(node, shared, gone):
    browser("cert-vn").get("/exchange/records")
    made = recalled("cert-th", shared)
    work()
    body = actor("cert-vn").organisation
    if gone == "is_active":
        Person.objects.filter(organisation=body).update(is_active=False)
    elif gone == "role":
        Person.objects.get(organisation=body).roles.update(role="delegate")
    else:
        community_operations.change_standing(body, to=Standing.LEFT, by=actor("centre"), now=now())
    assert [state for _, state in outcome("cert-th", made)] == ["nobody"]


@pytest.mark.parametrize("way", ["once", "twice", "backwards", "late"])
def test_notices_are_the_same_however_often_and_late_it_is_heard(node, shared, client, way):
    other = share("cert-th", [blocking(2, "other.example.net")]).accepted[0].ref
    take(node, client, "cert-kh", "cert-vn")
    for ref in (shared, other):
        recalled("cert-th", ref)
    clock = World(now() + timedelta(seconds=1))
    if way == "late":
        clock.sleep(timedelta(days=7))
    (clock.work_backwards if way == "backwards" else clock.work)()
    if way == "twice":
        clock.again("exchange.tell-holders")
    clock.advance(timedelta(minutes=5))
    assert told() == [("CamCERT", "")] * 2 + [("VNCERT", "")] * 2
    assert Recall.objects.exclude(told_at=None).count() == 2


def test_who_was_just_being_handed_it_is_told_a_moment_later(node, shared):
    recalled("cert-th", shared)
    work()
    assert told() == []
    on_its_way = Recipient(actor("cert-vn").organisation, credential=1)
    note(numbers_of([shared]), to=on_its_way, channel=Channel.TAXII, now=now())
    work()
    assert told() == []
    work(now() + timedelta(minutes=3))
    assert told() == [("VNCERT", "")]


# ── Nobody else learns of it


def test_whoever_was_never_handed_it_learns_nothing(node, shared, client):
    take(node, client, "cert-kh")
    browser("cert-vn")
    pages = ("/", "/exchange/notices", "/exchange/recalls", "/exchange/records")
    made = recalled("cert-th", shared)
    work()
    notice = Notice.objects.get().pk
    for slug in ("cert-vn", "newcomer"):
        seen = "".join(page(slug, path) for path in pages)
        assert [word for word in (THING["id"], WHY, TITLE, "recalled a record", str(notice)) if word in seen] == []
        nowhere = browser(slug).get("/exchange/recalls/0c0f3f0e-7f33-4c55-8a11-25a1a3bb0c01")
        hidden = browser(slug).get(f"/exchange/recalls/{made}")
        assert (hidden.status_code, hidden.content) == (404, nowhere.content)
        nobody = browser(slug).post("/exchange/notices/0c0f3f0e-7f33-4c55-8a11-25a1a3bb0c01/done")
        others = browser(slug).post(f"/exchange/notices/{notice}/done")
        assert (others.status_code, others.content) == (404, nobody.content)
    assert Notice.objects.get().done_at is None


def test_only_the_sharer_recalls(node, shared):
    with pytest.raises(NotPermitted):
        recalled("cert-kh", shared)
    client = browser("cert-kh")
    nowhere = client.post("/exchange/records/nowhere/recall", {"reason": WHY})
    hidden = client.post(f"/exchange/records/{shared}/recall", {"reason": WHY})
    assert (hidden.status_code, hidden.content) == (404, nowhere.content)
    assert store().visible_to(actor("cert-th").viewer, now=now()).get(shared).state is State.LIVE


def test_without_a_reason_nothing_is_recalled(node, shared):
    answer = browser("cert-th").post(f"/exchange/records/{shared}/recall", {"reason": "  "})
    assert answer.status_code == 422
    assert "Say in a few words why." in text(answer)
    assert store().visible_to(actor("cert-th").viewer, now=now()).get(shared).state is State.LIVE


def test_what_is_recalled_is_recalled_once(node, shared):
    recalled("cert-th", shared)
    with pytest.raises(NotFound):
        recalled("cert-th", shared)


def test_after_its_erasure_nothing_of_it_is_said(node, shared):
    browser("cert-vn").get("/exchange/records")
    (seq,) = numbers_of([shared])
    made = recalled("cert-th", shared)
    work()
    by = actor("cert-th").organisation

    def announce(written):
        emit(SharesEnded(written.act, State.ERASED), subject=f"act:{written.act}", actor=by, now=now())

    store().end_share(seq, to=State.ERASED, by=by, cause=Cause("erase", ""), now=now(), announce=announce)
    work()
    seen = [page("cert-vn", "/exchange/notices"), page("cert-th", f"/exchange/recalls/{made}")]
    seen += [page("cert-vn", "/"), page("cert-th", "/exchange/recalls")]
    assert [word for word in (THING["id"], TITLE, WHY) for one in seen if word in one] == []
    assert "What it was is erased." in seen[0]
    assert Recall.objects.get().reason == ""


def test_what_is_too_much_for_a_page_is_counted(node):
    refs = [share("cert-th", [blocking(n, f"c{n}.example.net")]).accepted[0].ref for n in range(1, 6)]
    browser("cert-vn").get("/exchange/records")
    for ref in refs:
        recalled("cert-th", ref)
    work()
    found = queries.list_notices(actor("cert-vn"), limit=2)
    assert (len(found.open), found.open_count) == (2, 5)
    front = page("cert-vn", "/")
    assert front.count("ThaiCERT recalled a record that you have") == 3
    assert "2 more were recalled or tightened" in front
