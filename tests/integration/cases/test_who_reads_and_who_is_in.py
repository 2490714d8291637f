"""Who has read what, who only watches, who went: and what is written in another's place, taken back or attached."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import world as region
from case_world import THIRD, circle_of, opened, parts, said, write
from clock_world import World
from mail_world import LEADER, MEMBER, actor, now
from mitra.cases import operations, queries
from mitra.cases.facts import ENTRY
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community.models import Person
from mitra.core.errors import InvalidInput, NotFound, WrongState
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations as exchange
from mitra.exchange.facts import Terms
from mitra.messages import queries as inboxes

pytestmark = pytest.mark.django_db


# ── Who has read


def test_whoever_wrote_an_entry_to_all_learns_who_has_read_it_and_nobody_else_does(world, browse):
    made = opened(world, MEMBER, THIRD)
    number, own = write(made, LEADER), write(made, LEADER, "ສະເພາະເຮົາ", is_own=True)
    assert said(made, LEADER)[number].seen_by == ()
    member = browse(MEMBER)
    member.get(f"/cases/{made.stix_id}")
    ((name, at),) = said(made, LEADER)[number].seen_by
    assert name == who.get_organisation(MEMBER).name
    member.get(f"/cases/{made.stix_id}")
    assert said(made, LEADER)[number].seen_by == ((name, at),)
    assert (
        said(made, LEADER)[own].seen_by == said(made, THIRD)[number].seen_by == said(made, MEMBER)[number].seen_by == ()
    )
    assert (parts(made)[MEMBER].read, parts(made)[THIRD].read) == (1, 0)
    later = write(made, LEADER, "ອີກ")
    assert said(made, LEADER)[later].seen_by == ()
    page = browse(LEADER).get(f"/cases/{made.stix_id}").content.decode()
    assert f"read by 1 of 2</summary><span>{name}, " in page
    assert "read 1 of your 2" in page


def test_a_machine_that_fetches_the_entries_has_read_them(world):
    made = opened(world, MEMBER)
    number = write(made, LEADER)
    headers = {"Authorization": f"Bearer {world.tokens[MEMBER]}"}
    answer = Client().get(f"/api/v1/cases/{made.stix_id}/entries", headers=headers)
    assert answer.status_code == 200
    assert [name for name, _ in said(made, LEADER)[number].seen_by] == [who.get_organisation(MEMBER).name]


# ── In another's place, taken back


def test_a_correction_stands_beside_what_it_corrects_and_reaches_whom_that_reached(world):
    made = opened(world, MEMBER)
    first, own = write(made, LEADER, "ສິບ"), write(made, LEADER, "ສະເພາະ", is_own=True)
    second = write(made, LEADER, "ສິບເອັດ", corrects=first)
    kept = write(made, LEADER, "ສະເພາະເຮົາ", corrects=own)
    mine, theirs = said(made, LEADER), said(made, MEMBER)
    assert (theirs[first].corrected_by, theirs[second].corrects) == (second, first)
    assert mine[kept].is_own
    assert not {own, kept} & set(theirs)
    with pytest.raises(WrongState, match="corrected it already"):
        write(made, LEADER, "ສິບສອງ", corrects=first)
    for slug, number in ((MEMBER, first), (MEMBER, own), (LEADER, "EN-AAAAA")):
        with pytest.raises(InvalidInput, match="not there to be corrected"):
            write(made, slug, "x", corrects=number)


def test_what_is_taken_back_leaves_who_when_and_why_and_no_word_on_any_channel(world, browse):
    made = opened(world, MEMBER)
    number, own = write(made, LEADER, "canary-word"), write(made, LEADER, "canary-own", is_own=True)
    with pytest.raises(NotFound):
        operations.take_step(made.stix_id, "take-back", {"entry": number, "why": "x"}, by=actor(MEMBER), now=now())
    with pytest.raises(WrongState, match="a reason"):
        operations.take_step(made.stix_id, "take-back", {"entry": number, "why": " "}, by=actor(LEADER), now=now())
    leader, member = browse(LEADER), browse(MEMBER)
    assert "canary-word" in leader.get(f"/cases/{made.stix_id}?entry={number}").content.decode()
    for each in (number, own):
        answer = leader.post(f"/cases/{made.stix_id}", {"step": "take-back", "entry": each, "why": "ຜິດ\u200bຄະດີ"})
        assert answer.status_code == 302
    for reader in (leader, member):
        page = reader.get(f"/cases/{made.stix_id}").content.decode()
        assert "canary" not in page
        assert f"took an entry back: {number}" in page
        assert "ຜິດ\u200bຄະດີ" in page
        assert own not in page
    assert "canary" not in str(ENTRY.model.objects.visible_to(actor(LEADER).viewer, now=now()).values_list("words"))


# ── Files


def test_files_go_with_their_entry_to_whoever_reads_it(world, browse):
    made = opened(world, MEMBER)
    leader = browse(LEADER)
    for to, name in (("all", "ຮູບ.txt"), ("own", "own.txt")):
        sent = SimpleUploadedFile(name, f"canary-{to}".encode())
        answer = leader.post(f"/cases/{made.stix_id}", {"words": "ເບິ່ງໄຟລ໌", "kind": "fact", "to": to, "files": [sent]})
        assert answer.status_code == 302
    files = {
        one.files[0].name: f"/cases/entries/{one.stix_id}/files/{one.files[0].id}"
        for one in said(made, LEADER).values()
    }
    assert set(files) == {"ຮູບ.txt", "own.txt"}
    taken = leader.get(files["ຮູບ.txt"])
    assert (b"".join(taken.streaming_content), taken["Content-Type"]) == (b"canary-all", "application/octet-stream")
    assert taken["Content-Disposition"].startswith("attachment")
    member, other = browse(MEMBER), browse(THIRD)
    assert files["ຮູບ.txt"] in member.get(f"/cases/{made.stix_id}").content.decode()
    assert [member.get(files[name]).status_code for name in ("ຮູບ.txt", "own.txt")] == [200, 404]
    assert [other.get(files[name]).status_code for name in ("ຮູບ.txt", "own.txt")] == [404, 404]
    refused = leader.post(f"/cases/{made.stix_id}", {"words": "x", "files": [SimpleUploadedFile("x.txt", b"")]})
    assert (refused.status_code, "This file is empty." in refused.content.decode()) == (422, True)


# ── Who is in


def test_who_offers_the_lead_and_then_only_watches_is_told_nothing_and_the_new_lead_asks_others_in(world):
    made = opened(world, MEMBER)
    time = World(now())
    to = {"to": actor(MEMBER).organisation_stix_id, "then": "watch"}
    operations.take_step(made.stix_id, "offer-lead", to, by=actor(LEADER), now=time.now)
    operations.take_step(made.stix_id, "take-lead", {}, by=actor(MEMBER), now=time.now)
    time.work()
    told = len(inboxes.list_inbox(actor(LEADER), now=time.now))
    operations.write_entry(made.stix_id, operations.NewEntry("decision", "ຕັດ"), by=actor(MEMBER), now=time.now)
    time.work()
    assert len(inboxes.list_inbox(actor(LEADER), now=time.now)) == told
    assert (parts(made)[LEADER].part, parts(made)[MEMBER].part) == ("watching", "leads")
    operations.ask_in(made.stix_id, [world.organisations[THIRD]], by=actor(MEMBER), now=time.now)
    assert parts(made, MEMBER)[THIRD].part == "invited"
    operations.take_step(made.stix_id, "take-part", {}, by=actor(LEADER), now=time.now)
    operations.write_entry(made.stix_id, operations.NewEntry("decision", "ອີກ"), by=actor(MEMBER), now=time.now)
    time.work()
    assert len(inboxes.list_inbox(actor(LEADER), now=time.now)) == told + 1


def test_whoever_went_or_declined_is_shown_to_the_host_alone_with_what_it_had_read(world, browse):
    made = opened(world, MEMBER, THIRD, "cert-my", accept=[MEMBER, THIRD])
    first = write(made, LEADER, "ກ່ອນ")
    write(made, LEADER, "ສະເພາະເຮົາ", is_own=True)
    browse(THIRD).get(f"/cases/{made.stix_id}")
    community.decline(circle_of(made).pk, by=actor("cert-my"), now=now())
    community.remove_from_working(circle_of(made).pk, world.organisations[THIRD], by=actor(LEADER), now=now())
    write(made, LEADER, "ຫຼັງ")
    seen = parts(made)
    assert (seen["cert-my"].part, seen[THIRD].part, seen[THIRD].saw) == ("declined", "left", (first,))
    assert not {"cert-my", THIRD} & set(parts(made, MEMBER))
    assert "saw 1 entry" in browse(LEADER).get(f"/cases/{made.stix_id}").content.decode()
    operations.ask_in(made.stix_id, [world.organisations[THIRD]], by=actor(LEADER), now=now())
    assert parts(made)[THIRD].part == "invited"


def test_a_case_is_found_by_the_number_that_somebody_in_it_has_for_it(world, browse):
    made = opened(world, MEMBER)
    operations.take_step(made.stix_id, "number", {"number": "INC-ໄທ 0042"}, by=actor(MEMBER), now=now())
    operations.take_step(made.stix_id, "number", {"number": "SG-9"}, by=actor(LEADER), now=now())
    assert (parts(made)[MEMBER].number, parts(made)[LEADER].number) == ("INC-ໄທ 0042", "SG-9")
    found = [list(queries.find_cases("INC-ໄທ 0042", actor(slug), now=now())) for slug in (LEADER, MEMBER, THIRD)]
    assert [len(each) for each in found] == [1, 1, 0]
    for number in ("", " ", "x" * 61):
        with pytest.raises(WrongState, match="at most 60"):
            operations.take_step(made.stix_id, "number", {"number": number}, by=actor(LEADER), now=now())


def test_who_has_a_case_in_hand_is_named_to_its_own_organisation_alone(world, browse):
    made = opened(world, MEMBER)
    leader = browse(LEADER)
    assert leader.post(f"/cases/{made.stix_id}", {"hand": "1"}).status_code == 302
    name = Person.objects.get(email=world.people[LEADER]).name
    assert f"{name}, " in queries.get_case(made.stix_id, actor(LEADER), now=now()).in_hand
    assert queries.get_case(made.stix_id, actor(MEMBER), now=now()).in_hand == ""


# ── What a case says


def test_when_and_where_it_happened_is_kept_and_times_that_cannot_be_are_refused(world, browse):
    hour = timedelta(hours=1)
    begun = now() - 9 * hour
    made = opened(world, occurred_from=begun, detected_at=now() - hour, precision="hour", sectors=("transportation",))
    page = browse(LEADER).get(f"/cases/{made.stix_id}").content.decode()
    assert "to the hour" in page
    assert "transport" in page
    for path, more in (
        ("detected_at", {"detected_at": now() + hour}),
        ("occurred_until", {"occurred_from": begun, "occurred_until": begun - hour}),
        ("sectors", {"sectors": ("ports",)}),
        ("continues", {"continues": made.stix_id}),
        ("continues", {"continues": "x-mitra-case--0"}),
    ):
        with pytest.raises(InvalidInput) as refused:
            opened(world, **more)
        assert refused.value.path == path
    with pytest.raises(InvalidInput, match="a time from 1970 on"):
        write(made, LEADER, happened_at=now() + hour)


def test_a_case_of_old_goes_on_in_a_new_one(world, browse):
    made = opened(world)
    long_ago, leader = now() - timedelta(days=40), browse(LEADER)
    operations.take_step(made.stix_id, "begin", {}, by=actor(LEADER), now=long_ago)
    operations.take_step(made.stix_id, "close", {"resolution": "resolved"}, by=actor(LEADER), now=long_ago)
    assert f"/cases/new?continues={made.stix_id}" in leader.get(f"/cases/{made.stix_id}").content.decode()
    form = leader.get(f"/cases/new?continues={made.stix_id}").content.decode()
    assert f'name="continues" value="{made.stix_id}"' in form
    said = {"heading": "ອີກເທື່ອ", "kind": "fraud/phishing", "continues": made.stix_id}
    page = leader.post("/cases/new", said, follow=True).content.decode()
    assert f'It goes on with <a href="/cases/{made.stix_id}">{made.number}' in page


def test_records_and_tasks_stand_on_the_time_line_of_whoever_reads_them(world, browse):
    made = opened(world, MEMBER)
    terms = Terms(tlp=Tlp.AMBER_STRICT, circles=frozenset({circle_of(made).pk}))
    exchange.share(actor(LEADER), region.bundle(region.indicator("port", now=world.now)), terms, now=now())
    task = operations.set_task(made.stix_id, operations.NewTask("ໂທຫາ"), by=actor(LEADER), now=now())
    operations.take_task_step(task, "take", {}, by=actor(MEMBER), now=now())
    for slug in (LEADER, MEMBER):
        page = browse(slug).get(f"/cases/{made.stix_id}").content.decode()
        kinds = [(one.kind, one.words) for one in queries.get_case(made.stix_id, actor(slug), now=now()).said]
        assert {("task", "set"), ("task", "take")} <= set(kinds)
        assert [kind for kind, _ in kinds].count("share") == 1
        assert "shared a record" in page
