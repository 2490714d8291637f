"""Who acts in a case, who has read it by which way, and what of it is taken along."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from case_world import THIRD, circle_of, opened, parts, said, write
from clock_world import World
from mail_world import LEADER, MEMBER, actor, now
from mitra.cases import operations, queries
from mitra.cases.facts import ENTRY
from mitra.cases.models import ClockRow
from mitra.cases.operations import entries
from mitra.cases.report import bundle_of
from mitra.cases.views.printing import blocks_of
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.core.errors import InvalidInput, NotFound, WrongState

pytestmark = pytest.mark.django_db


# ── Who acts


def test_whoever_opened_a_case_and_was_removed_reads_its_own_words_and_acts_no_more(world, browse):
    made = opened(world, MEMBER)
    own = write(made, LEADER, "ຂອງເຮົາ")
    browse(LEADER).get(f"/cases/{made.stix_id}")
    time = World(now())
    to = {"to": actor(MEMBER).organisation_stix_id}
    operations.take_step(made.stix_id, "offer-lead", to, by=actor(LEADER), now=time.now)
    operations.take_step(made.stix_id, "take-lead", {}, by=actor(MEMBER), now=time.now)
    time.work()
    community.remove_from_working(circle_of(made).pk, world.organisations[LEADER], by=actor(MEMBER), now=now())
    seen = queries.get_case(made.stix_id, actor(LEADER), now=now())
    assert (set(said(made, LEADER)), seen.steps, seen.clocks, seen.parts) == ({own}, (), (), ())
    for act in (
        lambda: write(made, LEADER),
        lambda: operations.take_step(made.stix_id, "close", {"resolution": "resolved"}, by=actor(LEADER), now=now()),
        lambda: operations.set_task(made.stix_id, operations.NewTask("x"), by=actor(LEADER), now=now()),
        lambda: operations.take_in_hand(made.stix_id, by=actor(LEADER), now=now()),
        lambda: operations.merge(made.stix_id, "SG-AAAAA", by=actor(LEADER), now=now()),
    ):
        with pytest.raises(NotFound):
            act()
    assert ClockRow.objects.filter(case=made.stix_id, ended_at=None).exists()
    gone = parts(made, MEMBER)[LEADER]
    assert (gone.part, gone.saw) == ("left", (own,))
    page = browse(LEADER).get(f"/cases/{made.stix_id}").content.decode()
    assert 'id="write"' not in page


def test_who_reads_a_case_reads_nothing_of_one_that_is_merged_into_it(world, browse):
    first, second = opened(world, MEMBER), opened(world, THIRD)
    number = write(first, LEADER)
    write(second, LEADER)
    browse(THIRD).get(f"/cases/{second.stix_id}")
    operations.merge(first.stix_id, second.number, by=actor(LEADER), now=now())
    browse(THIRD).get(f"/cases/{second.stix_id}")
    assert said(second, LEADER)[number].seen_by == said(first, LEADER)[number].seen_by == ()
    browse(MEMBER).get(f"/cases/{first.stix_id}")
    assert [name for name, _ in said(first, LEADER)[number].seen_by] == [who.get_organisation(MEMBER).name]


def test_paper_and_a_bundle_are_read_and_a_page_of_one_entry_is_one_entry(world, browse):
    made = opened(world, MEMBER, THIRD, "cert-my")
    older, newer = write(made, LEADER, "ກ່ອນ"), write(made, LEADER, "ຫຼັງ")
    browse(MEMBER).get(f"/cases/{made.stix_id}/print")
    for slug, path in ((THIRD, "stix"), ("cert-my", "entries?limit=1")):
        headers = {"Authorization": f"Bearer {world.tokens[slug]}"}
        assert Client().get(f"/api/v1/cases/{made.stix_id}/{path}", headers=headers).status_code == 200
    names = {slug: who.get_organisation(slug).name for slug in (MEMBER, THIRD, "cert-my")}
    mine = said(made, LEADER)
    assert {name for name, _ in mine[newer].seen_by} == set(names.values())
    assert {name for name, _ in mine[older].seen_by} == {names[MEMBER], names[THIRD]}


def test_that_a_case_goes_on_with_another_is_known_to_who_opened_it_alone(world):
    before = opened(world, MEMBER)
    operations.take_step(before.stix_id, "begin", {}, by=actor(LEADER), now=now())
    operations.take_step(before.stix_id, "close", {"resolution": "resolved"}, by=actor(LEADER), now=now())
    made = opened(world, THIRD, continues=before.stix_id)
    assert queries.get_case(made.stix_id, actor(LEADER), now=now()).before is not None
    assert queries.get_case(made.stix_id, actor(THIRD), now=now()).before is None
    headers = {"Authorization": f"Bearer {world.tokens[THIRD]}"}
    said_to_third = Client().get(f"/api/v1/cases/{made.stix_id}", headers=headers)
    assert (said_to_third.status_code, before.stix_id in said_to_third.content.decode()) == (200, False)


def test_paper_says_what_was_corrected_and_what_is_ones_own_and_a_bundle_holds_what_stands(world):
    made = opened(world)
    first = write(made, LEADER, "ten hosts")
    second = write(made, LEADER, "eleven hosts", corrects=first)
    write(made, LEADER, "ours alone", is_own=True)
    seen = queries.get_case(made.stix_id, actor(LEADER), now=now())
    text = "\n".join(getattr(block, "text", "") for block in blocks_of(seen))
    assert f"{first}, corrected by {second}: ten hosts" in text
    assert "only your own organisation: ours alone" in text
    notes = [one["content"] for one in bundle_of(seen)["objects"] if one["type"] == "note"]
    assert notes == ["eleven hosts"]


def test_two_of_one_organisation_correct_once(world, monkeypatch):
    made = opened(world)
    first = write(made, LEADER, "ten")
    real, asked = entries._corrections, []

    def late(*args, **more):
        """Answer the first question as it was before the colleague wrote."""
        asked.append(1)
        if len(asked) == 1:
            write(made, LEADER, "eleven", corrects=first)
            return ENTRY.model.objects.visible_to(actor(LEADER).viewer, now=now()).none()
        return real(*args, **more)

    monkeypatch.setattr(entries, "_corrections", late)
    with pytest.raises(WrongState, match="corrected it already"):
        write(made, LEADER, "twelve", corrects=first)
    assert sum(one.corrects == first for one in said(made, LEADER).values()) == 1


def test_steps_say_no_more_than_fits_and_times_of_long_ago_are_refused(world, browse):
    made = opened(world)
    for said_, path in (({"number": "x" * 501}, "number"), ({"why": "x" * 501, "severity": "3"}, "why")):
        with pytest.raises(InvalidInput) as refused:
            operations.take_step(made.stix_id, "judge", said_, by=actor(LEADER), now=now())
        assert refused.value.path == path
    operations.take_step(made.stix_id, "number", {"number": "  A1 "}, by=actor(LEADER), now=now())
    assert [one.detail for one in queries.find_cases("A1", actor(LEADER), now=now())] == [made.number]
    headers = {"Authorization": f"Bearer {world.tokens[LEADER]}"}
    long_ago = {"words": "x", "happened_at": "0001-01-01T00:00:00+14:00"}
    answer = Client().post(f"/api/v1/cases/{made.stix_id}/entries", long_ago, "application/json", headers=headers)
    assert answer.status_code == 422


def test_what_was_typed_stays_when_the_entry_to_correct_is_gone(world, browse):
    made = opened(world)
    number = write(made, LEADER, "ten", happened_at=now() - timedelta(hours=3))
    leader = browse(LEADER)
    form = leader.get(f"/cases/{made.stix_id}?entry={number}").content.decode()
    assert re.search(r'value="20\d\d-\d\d-\d\dT\d\d:\d\d"', form)
    operations.take_step(made.stix_id, "take-back", {"entry": number, "why": "x"}, by=actor(LEADER), now=now())
    answer = leader.post(f"/cases/{made.stix_id}", {"words": "my long text", "corrects": number})
    page = answer.content.decode()
    assert (answer.status_code, "my long text" in page, f'name="corrects" value="{number}"' in page) == (
        422,
        True,
        True,
    )
