"""Organisations of several states handle an incident together, and each sees exactly what it may."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from mitra.cases import operations, queries
from mitra.cases.facts import CASE, COURSE, ENTRY, STEP
from mitra.cases.taxonomy import types
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community import things
from mitra.community.models import Circle
from mitra.core.errors import InvalidInput, NotFound, NotPermitted, WrongState
from mitra.store.things.agreeing import disagreements
from mitra.store.words.indexing import index_words
from steps_over_http import OverHttp, refuses_and_allows_as_its_table_says

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LEADER, MEMBER = "cert-sg", "cert-th"
HEADING = "ထိုင်း ท่าเรือ ransomware ໃນທ່າເຮືອ"


@pytest.fixture
def api(world):
    def ask(viewer, method, path, said=None):
        headers = {"Authorization": f"Bearer {world.tokens[viewer]}"}
        body = b"" if said is None else json.dumps(said).encode()
        return Client().generic(method, f"/api/v1/cases{path}", body, "application/json", headers=headers)

    return ask


def actor(slug):
    return who.actor_of_operator(slug)


def now():
    return datetime.now(UTC)


def opened(world, *asked, by=LEADER, accept=(), **facts):
    """Open a case, ask these bodies in, and let some accept."""
    new = operations.NewCase(
        facts.pop("heading", HEADING),
        "malicious-code/infected-system",
        invited=tuple(world.organisations[slug] for slug in asked),
        **facts,
    )
    made = operations.open_case(new, by=actor(by), now=now())
    circle = Circle.objects.get(purpose=made.number).pk
    for slug in accept:
        community.accept(circle, by=actor(slug), now=now())
    return made


def seen(made, slug):
    return queries.get_case(made.stix_id, actor(slug), now=now())


# ── Who sees what


def test_who_is_asked_in_reads_it_once_it_accepts_and_nobody_else_ever_does(world, browse, api):
    made = opened(world, MEMBER, "guest", accept=[MEMBER])
    assert HEADING in browse(MEMBER).get("/cases/").content.decode()
    assert browse(MEMBER).get(f"/cases/{made.stix_id}").status_code == 200
    nowhere = "x-mitra-case--00000000-0000-4000-8000-000000000000"
    for slug in ("guest", "cert-my", "press", "bank-a", "th-in-drill"):
        hidden, absent = (api(slug, "GET", f"/{one}") for one in (made.stix_id, nowhere))
        assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
        assert HEADING not in browse(slug).get("/cases/").content.decode()
    assert browse("th-without-room").get("/cases/").status_code == 403


def test_an_entry_for_ones_own_leaves_no_gap_for_others(world, browse, api):
    made = opened(world, MEMBER, accept=[MEMBER])
    operations.write_entry(made.stix_id, operations.NewEntry("fact", "ບອກທຸກຄົນ"), by=actor(MEMBER), now=now())
    own = operations.write_entry(
        made.stix_id, operations.NewEntry("note", "ສະເພາະພວກເຮົາ", is_own=True), by=actor(MEMBER), now=now()
    )
    mine, theirs = (browse(slug).get(f"/cases/{made.stix_id}").content.decode() for slug in (MEMBER, LEADER))
    assert ("ສະເພາະພວກເຮົາ" in mine, own in mine, "2 entries that you may read" in mine) == (True, True, True)
    assert ("ສະເພາະພວກເຮົາ" in theirs, own in theirs, "1 entry that you may read" in theirs) == (False, False, True)
    lines = {slug: api(slug, "GET", f"/{made.stix_id}/entries").json()["items"] for slug in (MEMBER, LEADER)}
    assert [len(lines[slug]) for slug in (MEMBER, LEADER)] == [2, 1]
    assert api("cert-my", "GET", f"/{made.stix_id}/entries").status_code == 404


def test_whoever_leaves_reads_the_case_no_more_and_what_it_wrote_stays(world, browse):
    made = opened(world, MEMBER, accept=[MEMBER])
    operations.write_entry(made.stix_id, operations.NewEntry("fact", "ກ່ອນອອກ"), by=actor(MEMBER), now=now())
    community.leave(Circle.objects.get(purpose=made.number).pk, by=actor(MEMBER), now=now())
    assert browse(MEMBER).get(f"/cases/{made.stix_id}").status_code == 404
    with pytest.raises(NotFound):
        operations.write_entry(made.stix_id, operations.NewEntry("fact", "ຫຼັງອອກ"), by=actor(MEMBER), now=now())
    assert "ກ່ອນອອກ" in browse(LEADER).get(f"/cases/{made.stix_id}").content.decode()


def test_its_number_and_its_words_find_it_for_those_who_are_in_it(world, browse):
    made = opened(world, MEMBER, accept=[MEMBER])
    index_words()
    for typed in (made.number, made.number.lower().replace("-", " "), "ທ່າເຮືອ"):
        assert HEADING in browse(MEMBER).get("/exchange/lookup", {"q": typed}).content.decode()
        assert HEADING not in browse("cert-my").get("/exchange/lookup", {"q": typed}).content.decode()


def test_no_feed_carries_it(world):
    made = opened(world, MEMBER, accept=[MEMBER])
    headers = {"Authorization": f"Bearer {world.tokens[MEMBER]}", "Accept": "application/taxii+json;version=2.1"}
    for path in ("/taxii2/mitra/collections/all/objects/", "/api/v1/export", "/api/v1/records?versions=all"):
        answer = Client().get(path, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert (answer.status_code, made.stix_id.encode() in body, b"x-mitra-" in body) == (200, False, False)


# ── How it runs


def test_every_cell_of_its_table_answers_over_http_as_the_table_says(world, api):
    by = {"lead": LEADER, "offered": MEMBER, "asked": "cert-my", "watching": "cert-vn"}
    same = opened(world, MEMBER, "cert-my", "cert-vn", accept=[MEMBER, "cert-my", "cert-vn"])
    other = opened(world, MEMBER, LEADER, "cert-vn", accept=[MEMBER, LEADER, "cert-vn"], by="cert-my")
    says = {"close": {"resolution": "resolved"}, "reject": {"why": "x"}, "number": {"number": "ເລກ-7"}}
    says["let-rest"] = {"why": "x", "until": (now() + timedelta(days=3)).isoformat()}
    says["merge"], says["offer-merge"] = {"into": same.number}, {"into": other.number}
    says["judge"] = {"severity": "4", "why": "x"}
    says["offer-lead"] = {"to": actor(MEMBER).organisation_stix_id}

    def take(role, sheet, word):
        if word == "take-back":
            new = operations.NewEntry("note", "ຜິດ")
            entry = operations.write_entry(sheet, new, by=actor(by[role]), now=now())
            says[word] = {"why": "x", "entry": entry}
        return api(by[role], "POST", f"/{sheet}/steps", {"word": word, "said": says.get(word, {})})

    def state(sheet):
        row = things.get_thing(CASE, sheet, actor(LEADER), now=now())
        return COURSE.stands(row, actor(LEADER).viewer, now=now()).state

    def make():
        others = (MEMBER, "cert-my", "cert-vn")
        made = opened(world, *others, accept=others)
        take("watching", made.stix_id, "watch")
        take("lead", made.stix_id, "offer-lead")
        take("lead", made.stix_id, "offer-merge")
        return made.stix_id

    begun = (("lead", "begin"),)
    room = OverHttp(
        COURSE.table,
        make=make,
        take=take,
        state=state,
        ways={
            "reported": (),
            "triaged": (("lead", "triage"),),
            "open": begun,
            "contained": (*begun, ("lead", "contain")),
            "recovered": (*begun, ("lead", "recover")),
            "dormant": (*begun, ("lead", "let-rest")),
            "closed": (*begun, ("lead", "close")),
            "rejected": (("lead", "reject"),),
            "duplicate": (("lead", "mark-duplicate"),),
            "merged": (("lead", "merge"),),
        },
        roles=tuple(by),
        holds={
            "lead": frozenset({"lead", "anybody"}),
            "offered": frozenset({"offered", "part", "anybody"}),
            "asked": frozenset({"asked", "part", "anybody"}),
            "watching": frozenset({"watching", "anybody"}),
        },
    )
    assert refuses_and_allows_as_its_table_says(room) == []


def test_the_lead_is_offered_and_taken_on_the_page(world, browse):
    made = opened(world, MEMBER, accept=[MEMBER])
    where, lead, member = f"/cases/{made.stix_id}", browse(LEADER), browse(MEMBER)
    to = actor(MEMBER).organisation_stix_id
    assert "Take the lead" not in member.get(where).content.decode()
    refused = member.post(where, {"step": "begin"})
    assert (refused.status_code, "“begin” is for who leads it" in refused.content.decode()) == (422, True)
    assert lead.post(where, {"step": "offer-lead", "to": to}).status_code == 302
    assert "Take the lead" in member.get(where).content.decode()
    assert member.post(where, {"step": "take-lead"}).status_code == 302
    assert "led by National CSIRT (TH)" in lead.get(where).content.decode()
    assert member.post(where, {"step": "begin"}).status_code == 302
    assert lead.post(where, {"step": "contain"}).status_code == 422


def test_closing_says_how_it_ended_and_keeps_what_was_typed_when_it_does_not(world, browse):
    made = opened(world)
    where, lead = f"/cases/{made.stix_id}", browse(LEADER)
    lead.post(where, {"step": "begin"})
    refused = lead.post(where, {"step": "close", "why": "ຈົບແລ້ວ"})
    assert (refused.status_code, "ຈົບແລ້ວ" in refused.content.decode()) == (422, True)
    assert "waits until it is said how it ended" in refused.content.decode()
    assert lead.post(where, {"step": "close", "resolution": "mitigated"}).status_code == 302
    assert "mitigated" in lead.get(where).content.decode()
    assert "No case is open." in lead.get("/cases/").content.decode()


def test_the_page_says_how_each_takes_part(world):
    made = opened(world, MEMBER, "cert-my", accept=[MEMBER])
    operations.write_entry(made.stix_id, operations.NewEntry("note", "x"), by=actor(MEMBER), now=now())
    parts = {part.organisation.slug: part.part for part in seen(made, LEADER).parts}
    assert parts == {LEADER: "leads", MEMBER: "active", "cert-my": "invited"}
    assert "cert-my" not in {part.organisation.slug for part in seen(made, MEMBER).parts}


def test_a_case_to_take_up_needs_whoever_leads_it(world, browse):
    made = opened(world, MEMBER, accept=[MEMBER])
    assert "a case to take up" in browse(LEADER).get("/").content.decode()
    assert "a case to take up" not in browse(MEMBER).get("/").content.decode()
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=now())
    assert "a case to take up" not in browse(LEADER).get("/").content.decode()


# ── Opening one


def test_a_case_is_opened_by_the_form_in_two_lines(world, browse):
    page = browse(LEADER)
    sent = {"heading": HEADING, "kind": "fraud/phishing", "invited": [MEMBER], "states": ["TH", "SG"], "lives": "yes"}
    answer = page.post("/cases/new", sent)
    assert answer.status_code == 302
    shown = page.get(answer["Location"]).content.decode()
    assert (HEADING in shown, "Phishing" in shown, "invited" in shown) == (True, True, True)
    assert "ຊ່ວຍ" not in shown
    assert "you are asked in" in browse(MEMBER).get("/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"heading": ""}, "This field is required."),
        ({"kind": "nonsense"}, "Choose what kind of incident it is from the list."),
        ({"heading": "P\u0430ypal down"}, "look alike"),
        ({"invited": ["nobody"]}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(world, browse, wrong, sentence):
    before = Circle.objects.count()
    sent = {"heading": HEADING, "kind": "fraud/phishing", "summary": "ລາຍລະອຽດ", **wrong}
    answer = browse(LEADER).post("/cases/new", sent)
    shown = answer.content.decode()
    assert (answer.status_code, sentence in shown, "ລາຍລະອຽດ" in shown) == (422, True, True)
    assert Circle.objects.count() == before


def test_machines_open_cases_and_write_to_them_by_their_scopes(world, api):
    said = {"heading": HEADING, "kind": "fraud/phishing", "invited": [MEMBER]}
    made = api(LEADER, "POST", "", said)
    assert made.status_code == 201, made.content
    case = made.json()["id"]
    assert api(LEADER, "POST", f"/{case}/entries", {"words": "ບັນທຶກ", "kind": "fact"}).status_code == 201
    assert api(MEMBER, "POST", f"/{case}/entries", {"words": "ບັນທຶກ"}).status_code == 404
    assert api(LEADER, "PUT", f"/{case}", {"facts": {}}).status_code == 405
    assert api("guest", "POST", "", said).status_code == 403
    with pytest.raises(NotPermitted):
        operations.open_case(operations.NewCase("x", "fraud/phishing"), by=actor("guest"), now=NOW)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"invited": ["suspended"]}, "invited"),
        ({"invited": ["cert-sg"]}, "invited"),
        ({"invited": ["nobody"]}, "invited"),
        ({"impact": {"lives": "maybe"}}, "impact"),
        ({"impact": {"mood": "yes"}}, "impact"),
        ({"states": ["Thailand"]}, "states"),
        ({"kind": "none"}, "kind"),
    ],
)
def test_what_cannot_be_opened_leaves_nothing_behind(world, api, wrong, path):
    before = Circle.objects.count(), CASE.model.objects.unrestricted(purpose="a test").count()
    answer = api(LEADER, "POST", "", {"heading": HEADING, "kind": "fraud/phishing", **wrong})
    assert (answer.status_code, answer.json()["path"]) == (422, path)
    assert (Circle.objects.count(), CASE.model.objects.unrestricted(purpose="a test").count()) == before


def test_the_lead_is_offered_to_nobody_outside(world, browse, api):
    made = opened(world, MEMBER, "guest", accept=[MEMBER])
    for slug in ("cert-my", "guest"):
        sent = {"step": "offer-lead", "to": actor(slug).organisation_stix_id}
        answer = browse(LEADER).post(f"/cases/{made.stix_id}", sent)
        assert (answer.status_code, "Offer it to an organisation" in answer.content.decode()) == (422, True)
        said = {"word": "offer-lead", "said": {"to": sent["to"]}}
        answer = api(LEADER, "POST", f"/{made.stix_id}/steps", said)
        assert (answer.status_code, answer.json()["path"]) == (422, "to")
    assert seen(made, LEADER).offered == ""


def test_rows_and_records_of_the_room_agree(world):
    made = opened(world, MEMBER, accept=[MEMBER], impact=(("lives", "yes"),), states=("SG", "TH"))
    operations.write_entry(made.stix_id, operations.NewEntry("decision", "ຕັດສິນ"), by=actor(MEMBER), now=now())
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=now())
    assert list(disagreements()) == []
    assert all(kind.schema() for kind in (CASE, ENTRY, STEP))
    assert seen(made, MEMBER).facts.severity >= 2


def test_a_step_that_another_took_first_says_so(world):
    made = opened(world)
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=now())
    with pytest.raises(WrongState, match="who leads it could, from “reported”"):
        operations.take_step(made.stix_id, "triage", {}, by=actor(LEADER), now=now())


def test_the_taxonomy_is_the_one_that_its_working_group_keeps(world):
    assert len(types()) >= 39
    assert types()["fraud/phishing"].words == "Phishing"
    with pytest.raises(InvalidInput):
        operations.open_case(operations.NewCase("x", "fraud/none"), by=actor(LEADER), now=NOW)
