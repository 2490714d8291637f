"""Merge as a link that widens nobody's view; a case opened from what one has; a case on paper and as a bundle."""

import io
import json
from datetime import UTC, datetime
from random import Random

import pypdf
import pytest
import stix2
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

import world as region
from mitra.cases import operations, queries
from mitra.cases.facts import ENTRY
from mitra.cases.rules import TABLE, Lead
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community.models import Circle
from mitra.core.errors import InvalidInput, NotFound, WrongState
from mitra.core.steps import Step, fold
from mitra.messages import queries as letters

pytestmark = pytest.mark.django_db
LEADER, MEMBER, OTHER = "cert-sg", "cert-th", "cert-my"
READERS = (LEADER, MEMBER, OTHER, "cert-vn", "bank-a", "press", "centre")


def now():
    return datetime.now(UTC)


def actor(slug):
    return who.actor_of_operator(slug)


def opened(world, heading, *inside, by=LEADER):
    invited = tuple(world.organisations[slug] for slug in inside)
    made = operations.open_case(operations.NewCase(heading, "fraud/phishing", invited=invited), by=actor(by), now=now())
    for slug in inside:
        community.accept(Circle.objects.get(purpose=made.number).pk, by=actor(slug), now=now())
    return made


def write(made, slug, words, **more):
    return operations.write_entry(made.stix_id, operations.NewEntry("fact", words, **more), by=actor(slug), now=now())


def read_by(slug):
    """Every entry that a body reads, by whatever way."""
    rows = ENTRY.model.objects.visible_to(actor(slug).viewer, now=now())
    return set(rows.values_list("number", flat=True))


def shown(made, slug):
    said = queries.get_case(made.stix_id, actor(slug), now=now()).said
    return {(one.words, one.of) for one in said if one.kind == "fact"}


# ── Merge


def test_one_lead_merges_two_cases_and_nobody_reads_more(world, browse):
    one, two = opened(world, "ໜຶ່ງ", MEMBER), opened(world, "ສອງ", OTHER)
    write(one, MEMBER, "จากไทย")
    write(one, MEMBER, "เฉพาะไทย", is_own=True)
    write(two, OTHER, "dari Malaysia")
    before = {slug: read_by(slug) for slug in READERS}
    assert operations.merge(one.stix_id, two.number.lower(), by=actor(LEADER), now=now())
    assert {slug: read_by(slug) for slug in READERS} == before
    assert shown(two, LEADER) == {("จากไทย", one.number), ("dari Malaysia", "")}
    assert shown(two, OTHER) == {("dari Malaysia", "")}
    with pytest.raises(NotFound):
        queries.get_case(two.stix_id, actor(MEMBER), now=now())
    page = browse(LEADER).get(f"/cases/{one.stix_id}").content.decode()
    assert (f"Merged into {two.number}" in page, "merged into another" in page) == (True, True)
    theirs = browse(MEMBER).get(f"/cases/{one.stix_id}").content.decode()
    assert ("Merged into another case" in theirs, two.number in theirs) == (True, False)
    asked = {line.number for line in letters.list_inbox(actor(MEMBER), now=now())}
    assert two.number in asked  # who was in the merged one only is asked into the other
    community.accept(Circle.objects.get(purpose=two.number).pk, by=actor(MEMBER), now=now())
    assert shown(two, MEMBER) == {("จากไทย", one.number), ("เฉพาะไทย", one.number), ("dari Malaysia", "")}


def test_where_leads_differ_both_agree(world):
    one, two = opened(world, "ໜຶ່ງ", OTHER), opened(world, "ສອງ", LEADER, by=OTHER)
    assert not operations.merge(one.stix_id, two.number, by=actor(LEADER), now=now())
    assert queries.get_case(one.stix_id, actor(LEADER), now=now()).stands.state == "reported"
    with pytest.raises(WrongState):
        operations.take_step(one.stix_id, "accept-merge", {}, by=actor(LEADER), now=now())
    operations.take_step(one.stix_id, "decline-merge", {}, by=actor(OTHER), now=now())
    assert queries.get_case(one.stix_id, actor(LEADER), now=now()).stands.carried.into == ""
    operations.merge(one.stix_id, two.number, by=actor(LEADER), now=now())
    operations.take_step(one.stix_id, "accept-merge", {}, by=actor(OTHER), now=now())
    assert queries.get_case(one.stix_id, actor(LEADER), now=now()).stands.state == "merged"
    assert queries.get_case(two.stix_id, actor(OTHER), now=now()).merged == (one.number,)


def test_a_merge_with_itself_an_ancestor_an_ended_or_an_unknown_case_is_refused(world):
    one, two, ended = (opened(world, heading) for heading in ("ໜຶ່ງ", "ສອງ", "ຈົບ"))
    hidden = opened(world, "ລັບ", by=OTHER)
    operations.take_step(ended.stix_id, "reject", {"why": "x"}, by=actor(LEADER), now=now())
    operations.merge(two.stix_id, one.number, by=actor(LEADER), now=now())
    for number in (one.number, two.number, ended.number):
        with pytest.raises(WrongState):
            operations.merge(one.stix_id, number, by=actor(LEADER), now=now())
    for number in (hidden.number, "SG-ZZZZZ", "no number"):
        with pytest.raises(InvalidInput, match="no case of this number"):
            operations.merge(one.stix_id, number, by=actor(LEADER), now=now())
    with pytest.raises(InvalidInput):
        operations.take_step(one.stix_id, "merge", {"into": two.stix_id, "lead": "x"}, by=actor(LEADER), now=now())


WORDS = sorted(TABLE.could)
SAID = {"to": "my", "why": "x", "resolution": "resolved", "severity": "4", "into": "x-mitra-case--2", "lead": "my"}


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(("sg", "my", "th"))), max_size=12), st.integers())
def test_merges_and_all_else_fold_to_one_state_in_any_order_and_however_often(taken, seed):
    start = datetime(2026, 11, 27, tzinfo=UTC)
    steps, seen = [], ""
    for number, (word, by) in enumerate(taken):
        steps.append(Step(f"s{number}", word, by, start.replace(minute=number), seen, SAID))
        seen = f"s{number}" if number % 3 else seen
    later = start.replace(hour=1)
    ordered = fold(TABLE, steps, Lead("sg"), now=later)
    mixed = [*steps, *steps[::2]]
    Random(seed).shuffle(mixed)
    assert fold(TABLE, mixed, Lead("sg"), now=later) == ordered


# ── From what one has


def test_a_case_begins_with_a_record_and_repeats_only_words_that_go_far_or_are_ours(world, browse):
    for key, heading in (("green", "canary-green"), ("amber", "")):
        page = browse(LEADER).get(f"/cases/new?record={world.secrets[key].ref}").content.decode()
        assert (f'value="{heading}"' in page, world.secrets[key].stix_id in page) == (True, True)
        assert ("canary-amber" in page) is False
    assert (
        "Open a case from it" in browse(LEADER).get(f"/exchange/records/{world.secrets['green'].ref}").content.decode()
    )
    assert browse("press").get(f"/cases/new?record={world.secrets['green'].ref}").status_code in {403, 404}


def test_a_case_begins_with_a_letter(world, browse):
    (letter,) = letters.list_letters(actor("cert-vn"))
    page = browse("cert-vn").get(f"/cases/new?letter={letter.ref}").content.decode()
    assert ("canary-letter-cert-vn-text" in page, 'value="canary-letter-cert-vn"' in page) == (True, True)
    assert browse(LEADER).get(f"/cases/new?letter={letter.ref}").status_code == 404


def brought(world, slug, data, **asked):
    query = "&".join(f"{name}={value}" for name, value in {"kind": "fraud/phishing", **asked}.items())
    headers = {"Authorization": f"Bearer {world.tokens[slug]}"}
    return Client().post(f"/api/v1/case-imports?{query}", data, "application/json", headers=headers)


def test_a_bundle_and_an_event_open_a_case_and_its_circle_reads_the_objects(world):
    stamp = "2026-11-27T00:00:00.000Z"
    report = {
        "type": "report",
        "id": "report--11111111-1111-4111-8111-111111111111",
        "name": "ຖືກໂຈມຕີ",
        "published": stamp,
    }
    inside = region.indicator("brought", now=world.now)
    common = {"spec_version": "2.1", "created": stamp, "modified": stamp}
    bundle = {
        "type": "bundle",
        "objects": [inside, {**common, **report, "published": stamp, "object_refs": [inside["id"]]}],
    }
    answer = brought(world, LEADER, json.dumps(bundle), invited=MEMBER)
    assert (answer.status_code, answer.json()["accepted"]) == (201, 2)
    seen = queries.get_case(answer.json()["id"], actor(LEADER), now=now())
    assert seen.facts.heading == "ຖືກໂຈມຕີ"
    found = {
        slug: Client()
        .get("/api/v1/lookup?value=brought.canary.example", headers={"Authorization": f"Bearer {world.tokens[slug]}"})
        .json()["values"][0]["known"]
        for slug in (LEADER, MEMBER)
    }
    assert found == {LEADER: True, MEMBER: False}
    community.accept(seen.circle, by=actor(MEMBER), now=now())
    headers = {"Authorization": f"Bearer {world.tokens[MEMBER]}"}
    assert Client().get("/api/v1/lookup?value=brought.canary.example", headers=headers).json()["values"][0]["known"]
    event = {
        "Event": {
            "info": "Phishing ธนาคาร",
            "uuid": "5f0d2f8e-7d0a-4d27-9d0b-3f7f4d1c2a12",
            "date": "2026-11-27",
            "Attribute": [
                {
                    "type": "domain",
                    "value": "misp.canary.example",
                    "to_ids": True,
                    "uuid": "5f0d2f8e-7d0a-4d27-9d0b-3f7f4d1c2a13",
                    "category": "Network activity",
                }
            ],
        }
    }
    answer = brought(world, LEADER, json.dumps(event))
    assert answer.status_code == 201
    assert queries.get_case(answer.json()["id"], actor(LEADER), now=now()).facts.heading == "Phishing ธนาคาร"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"type":"bundle","objects":[{"type":"note"}]}', b'{"Event":{"info":3}}']
)
def test_what_says_nothing_opens_nothing(world, data):
    before = len(queries.list_cases(actor(LEADER), now=now()))
    assert brought(world, LEADER, data).status_code == 422
    assert len(queries.list_cases(actor(LEADER), now=now())) == before


# ── Taken along


def test_on_paper_each_reads_what_is_for_it_and_its_bundle_holds_what_is_for_all(world, browse):
    made = opened(world, "Ransomware ທ່າເຮືອ", MEMBER)
    write(made, MEMBER, "canary-for-all")
    write(made, MEMBER, "canary-for-thai", is_own=True)
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=now())
    said = {"resolution": "resolved", "lessons": "canary-lesson"}
    operations.take_step(made.stix_id, "close", said, by=actor(LEADER), now=now())
    for slug, reads_own in ((MEMBER, True), (LEADER, False)):
        answer = browse(slug).get(f"/cases/{made.stix_id}/print")
        assert answer["Content-Type"] == "application/pdf"
        paper = pypdf.PdfReader(io.BytesIO(answer.content))
        text = "".join(page.extract_text() for page in paper.pages)
        assert ("canary-for-all" in text, "canary-lesson" in text) == (True, True)
        assert ("canary-for-thai" in text) == reads_own
        (attached,) = paper.attachments.values()
        assert b"canary-for-thai" not in attached[0]
    assert browse("cert-vn").get(f"/cases/{made.stix_id}/print").status_code == 404


def test_its_bundle_is_stix_that_another_reader_takes(world):
    made = opened(world, "Ransomware ທ່າເຮືອ", MEMBER)
    number = write(made, MEMBER, "ຂໍ້ຄວາມ")
    headers = {"Authorization": f"Bearer {world.tokens[MEMBER]}"}
    answer = Client().get(f"/api/v1/cases/{made.stix_id}/stix", headers=headers)
    parsed = stix2.parse(answer.content.decode(), allow_custom=True)
    kinds = sorted(one["type"] for one in parsed.objects)
    assert kinds == ["grouping", "incident", "marking-definition", "note"]
    note = next(one for one in parsed.objects if one["type"] == "note")
    assert (note["content"], note["abstract"]) == ("ຂໍ້ຄວາມ", f"fact, {number}")
    assert Client().get(f"/api/v1/cases/{made.stix_id}/stix", headers=headers).content == answer.content
    stranger = {"Authorization": f"Bearer {world.tokens['cert-vn']}"}
    assert Client().get(f"/api/v1/cases/{made.stix_id}/stix", headers=stranger).status_code == 404


def test_tasks_over_rest_and_a_case_with_open_tasks_does_not_close(world):
    made = opened(world, "ໜ້າວຽກ", MEMBER)
    headers = {"Authorization": f"Bearer {world.tokens[MEMBER]}"}

    def ask(method, path, said=None):
        return Client().generic(method, f"/api/v1/{path}", json.dumps(said), "application/json", headers=headers)

    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=now())
    set_ = ask("POST", f"cases/{made.stix_id}/tasks", {"heading": "ປິດອີເມລ", "due_at": "2099-01-01T00:00:00Z"})
    task = set_.json()["id"]
    assert ask("POST", f"tasks/{task}/steps", {"word": "take"}).status_code == 201
    (line,) = ask("GET", f"cases/{made.stix_id}/tasks").json()
    assert (line["state"], line["holder"]) == ("taken", actor(MEMBER).organisation_stix_id)
    with pytest.raises(WrongState, match="Tasks of this case are open"):
        operations.take_step(made.stix_id, "close", {"resolution": "resolved"}, by=actor(LEADER), now=now())
    assert ask("POST", f"tasks/{task}/steps", {"word": "finish"}).status_code == 201
    operations.take_step(made.stix_id, "close", {"resolution": "resolved"}, by=actor(LEADER), now=now())
    naive = ask("POST", f"cases/{made.stix_id}/tasks", {"heading": "x", "due_at": "2099-01-01T00:00:00"})
    assert naive.status_code == 422
