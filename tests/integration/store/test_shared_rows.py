"""Shared rows: written with their records, read for a viewer, the same as their bytes."""

import threading
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import connections

from board.facts import NOTICE, Notice, Urgency
from board.models import Notice as Row
from mitra.core.errors import InvalidInput, NotFound, StaleVersion, WrongState
from mitra.core.policy.facts import PUBLIC, Audience, Standing, Tlp, Viewer
from mitra.store.facts import Filter, State
from mitra.store.things.agreeing import disagreements, rebuilt
from mitra.store.things.held import held
from mitra.store.things.releasing import (
    Author,
    Hand,
    change_draft,
    digest_of,
    discard_draft,
    release,
    supersede,
    tighten,
    withdraw,
    write_draft,
)
from mitra.store.things.rows import ReadWithoutViewer

NOW = datetime(2026, 11, 26, 3, 0, 0, 123456, tzinfo=UTC)
TH = Author(1, "identity--11111111-1111-4111-8111-111111111111")
LA = Author(2, "identity--22222222-2222-4222-8222-222222222222")
FLOOD = Notice(
    "ແຈ້ງເຕືອນ: server room floods", "ပိတ်ပါ — ปิดเครื่องก่อน", Urgency.NOW, NOW + timedelta(hours=6), ("ວຽງຈັນ", "Huế")
)
CALM = Notice("Lunch", "Phở at noon")
AMBER = Audience(Tlp.AMBER, frozenset({7}), room="board")

pytestmark = pytest.mark.usefixtures("empty_store")


def member(organisation, *circles, rooms=("board",), person=None, persons=(), realm=0):
    return Viewer(
        organisation,
        Standing.ACCREDITED,
        in_community=True,
        standing_circles=frozenset(circles),
        rooms=frozenset(rooms),
        person=person,
        person_circles=frozenset(persons),
        realm=realm,
    )


def hand(by=TH, minutes=0, **more):
    return Hand(by, NOW + timedelta(minutes=minutes), **more)


def seen_by(viewer, minutes=60):
    rows = Row.objects.visible_to(viewer, now=NOW + timedelta(minutes=minutes))
    return sorted(rows.values_list("heading", flat=True))


def only_row():
    return Row.objects.unrestricted(purpose="the test looks").get()


def test_what_is_released_is_read_by_whom_its_audience_reaches_and_by_nobody_else():
    release(NOTICE, FLOOD, AMBER, hand())
    assert seen_by(member(1)) == seen_by(member(3, 7)) == [FLOOD.heading]
    for outsider in (member(3), PUBLIC, member(3, 7, rooms=("exchange",)), member(1, rooms=()), member(3, 7, realm=4)):
        assert seen_by(outsider) == []


@pytest.mark.parametrize("facts", [FLOOD, CALM], ids=["full", "plain"])
def test_facts_bytes_and_row_say_the_same(facts):
    made = release(NOTICE, facts, AMBER, hand())
    row = only_row()
    (share,) = held([row.share]).values()
    read, version = NOTICE.read(share.raw)
    assert (read, NOTICE.facts_of(row)) == (facts, facts)
    assert (version.stix_id, version.author, version.created) == (made.stix_id, TH.identity, NOW)
    again = rebuilt(NOTICE, share)
    assert [getattr(again, name) for name in NOTICE.names] == [getattr(row, name) for name in NOTICE.names]
    assert NOTICE.print(read, version).raw == share.raw
    assert list(disagreements()) == []


def test_its_bytes_are_a_stix_object_of_our_extension():
    release(NOTICE, FLOOD, AMBER, hand())
    obj = orjson.loads(held([only_row().share])[only_row().share].raw)
    (extension,) = obj["extensions"].values()
    assert (obj["type"], obj["spec_version"], extension) == (
        "x-mitra-board-notice",
        "2.1",
        {"extension_type": "new-sdo"},
    )
    assert obj["modified"] == "2026-11-26T03:00:00.123456Z"


def test_properties_that_a_later_version_adds_are_passed_over():
    made = release(NOTICE, CALM, AMBER, hand())
    obj = orjson.loads(held([only_row().share])[only_row().share].raw) | {"weather": "rain"}
    assert NOTICE.read(orjson.dumps(obj))[0] == CALM
    assert made.stix_id == obj["id"]


@pytest.mark.parametrize(
    "ask",
    [
        Row.objects.all,
        lambda: Row.objects.get(pk=1),
        Row.objects.count,
        Row._base_manager.first,
        lambda: Row._default_manager.filter(pk=1),
        lambda: Row(stix_id="x", owner=1).save(),
        lambda: only_row().refresh_from_db(),
        lambda: only_row().delete(),
    ],
    ids=["all", "get", "count", "base", "default", "save", "refresh", "delete"],
)
def test_nothing_is_asked_or_written_without_a_viewer(ask):
    release(NOTICE, CALM, AMBER, hand())
    with pytest.raises(ReadWithoutViewer, match="visible_to"):
        ask()


def test_a_draft_is_its_organisations_own_until_it_is_released():
    stix_id = write_draft(NOTICE, CALM, by=TH)
    assert [row.stix_id for row in Row.objects.drafts_of(member(1))] == [stix_id]
    assert list(Row.objects.drafts_of(member(2))) == seen_by(member(1)) == []
    change_draft(NOTICE, stix_id, FLOOD, base=digest_of(NOTICE, CALM), by=TH)
    assert release(NOTICE, FLOOD, AMBER, hand(), draft=stix_id).stix_id == stix_id
    assert (list(Row.objects.drafts_of(member(1))), seen_by(member(3, 7))) == ([], [FLOOD.heading])
    for late in (
        lambda: discard_draft(NOTICE, stix_id, by=TH),
        lambda: release(NOTICE, CALM, AMBER, hand(), draft=stix_id),
    ):
        with pytest.raises(NotFound):
            late()


def test_a_draft_of_somebody_else_is_not_there():
    stix_id = write_draft(NOTICE, CALM, by=TH)
    for other in (
        lambda: change_draft(NOTICE, stix_id, FLOOD, base=digest_of(NOTICE, CALM), by=LA),
        lambda: discard_draft(NOTICE, stix_id, by=LA),
        lambda: release(NOTICE, CALM, AMBER, hand(LA), draft=stix_id),
    ):
        with pytest.raises(NotFound):
            other()
    discard_draft(NOTICE, stix_id, by=TH)
    assert list(Row.objects.drafts_of(member(1))) == []


def test_who_edits_second_gets_both_texts_back():
    stix_id = write_draft(NOTICE, CALM, by=TH)
    change_draft(NOTICE, stix_id, FLOOD, base=digest_of(NOTICE, CALM), by=TH)
    mine = Notice("Dinner", "Bún chả")
    with pytest.raises(StaleVersion) as stale:
        change_draft(NOTICE, stix_id, mine, base=digest_of(NOTICE, CALM), by=TH)
    assert (stale.value.theirs, stale.value.yours) == (FLOOD, mine)
    release(NOTICE, FLOOD, AMBER, hand(), draft=stix_id)
    supersede(NOTICE, stix_id, CALM, hand(minutes=1), base=digest_of(NOTICE, FLOOD))
    with pytest.raises(StaleVersion) as stale:
        supersede(NOTICE, stix_id, mine, hand(minutes=2), base=digest_of(NOTICE, FLOOD))
    assert (stale.value.theirs, stale.value.yours, seen_by(member(1))) == (CALM, mine, [CALM.heading])


def test_of_two_who_edit_at_once_one_is_told_and_neither_text_is_lost():
    stix_id = release(NOTICE, CALM, AMBER, hand()).stix_id
    base, gate, found = digest_of(NOTICE, CALM), threading.Barrier(2), []

    def edit(words):
        mine = Notice("Lunch", words)
        gate.wait()
        try:
            supersede(NOTICE, stix_id, mine, hand(minutes=1), base=base)
            found.append(("kept", words))
        except StaleVersion as stale:
            found.append(("told", stale.yours.words, stale.theirs.words))
        finally:
            connections.close_all()

    writers = [threading.Thread(target=edit, args=(words,)) for words in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    (kept,), (told,) = [[one for one in found if one[0] == word] for word in ("kept", "told")]
    assert (told[2], only_row().words) == (kept[1], kept[1])
    assert list(disagreements()) == []


def test_the_next_version_keeps_the_audience_and_moves_on_even_when_the_clock_went_back():
    stix_id = release(NOTICE, CALM, AMBER, hand()).stix_id
    supersede(NOTICE, stix_id, FLOOD, hand(minutes=-9), base=digest_of(NOTICE, CALM))
    (share,) = held([only_row().share]).values()
    _, version = NOTICE.read(share.raw)
    assert (share.audience, version.modified - version.created) == (AMBER, timedelta(microseconds=1))


def test_what_is_tightened_reaches_fewer_at_once_and_nobody_new():
    stix_id = release(NOTICE, CALM, AMBER, hand()).stix_id
    for wider in (Audience(Tlp.GREEN, room="board"), Audience(Tlp.AMBER, frozenset({7, 8}), room="board"), AMBER):
        with pytest.raises(InvalidInput):
            tighten(NOTICE, stix_id, wider, hand(minutes=1))
    tighten(NOTICE, stix_id, Audience(Tlp.AMBER_STRICT, room="board"), hand(minutes=1))
    assert (seen_by(member(3, 7)), seen_by(member(1)), list(disagreements())) == ([], [CALM.heading], [])


def test_what_is_withdrawn_leaves_a_headstone_for_those_who_could_read_it():
    stix_id = release(NOTICE, CALM, AMBER, hand()).stix_id
    withdraw(NOTICE, stix_id, hand(minutes=1), reason="ผิด")
    now = NOW + timedelta(minutes=2)
    assert seen_by(member(1)) == seen_by(member(3, 7)) == []
    stones = [
        [
            (row.stix_id, row.get_deferred_fields() >= {"heading", "words"})
            for row in Row.objects.headstones_to(viewer, now=now)
        ]
        for viewer in (member(3, 7), member(3), PUBLIC)
    ]
    assert stones == [[(stix_id, True)], [], []]
    with pytest.raises(WrongState):
        withdraw(NOTICE, stix_id, hand(minutes=3))


def test_a_recall_is_an_end_like_a_withdrawal():
    stix_id = release(NOTICE, CALM, AMBER, hand()).stix_id
    withdraw(NOTICE, stix_id, hand(minutes=1), to=State.RECALLED)
    assert [row.stix_id for row in Row.objects.headstones_to(member(1), now=NOW)] == [stix_id]


def test_what_is_for_named_persons_is_in_no_list_but_their_own_and_without_words():
    release(NOTICE, FLOOD, Audience(Tlp.RED, frozenset({9}), room="board"), hand())
    named, colleague = member(3, 9, person=5, persons=(9,)), member(3, 9, person=6)
    assert seen_by(named) == seen_by(colleague) == seen_by(member(1)) == []
    assert [row.get_deferred_fields() >= {"heading", "words"} for row in Row.objects.red_to(named, now=NOW)] == [True]
    assert list(Row.objects.red_to(colleague, now=NOW)) == list(Row.objects.red_to(member(1), now=NOW)) == []


def test_an_embargo_ends_by_the_clock():
    to = Audience(Tlp.GREEN, room="board", embargo_until=NOW + timedelta(minutes=10))
    release(NOTICE, CALM, to, hand())
    assert (seen_by(member(3), 9), seen_by(member(3), 10), seen_by(member(1), 0)) == (
        [],
        [CALM.heading],
        [CALM.heading],
    )


def test_what_the_room_tells_is_written_with_the_row_or_not_at_all():
    def burn(_written, _stix_id):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        release(NOTICE, CALM, AMBER, hand(tell=burn))
    assert list(Row.objects.unrestricted(purpose="the test looks")) == []
    told = []
    made = release(NOTICE, CALM, AMBER, hand(tell=lambda written, stix_id: told.append((written.first_seq, stix_id))))
    assert told == [(only_row().share, made.stix_id)]


def test_facts_that_will_not_do_are_refused_with_their_path():
    with pytest.raises(InvalidInput) as refused:
        NOTICE.check({"heading": "", "words": "x"})
    assert refused.value.path == "/heading"
    with pytest.raises(InvalidInput, match="shorten"):
        release(NOTICE, Notice("Long", "ก" * 400_000), AMBER, hand())
    with pytest.raises(ValueError, match="room"):
        release(NOTICE, CALM, Audience(Tlp.GREEN), hand())


def test_a_row_that_says_something_else_than_its_record_is_named():
    stix_id = release(NOTICE, CALM, AMBER, hand()).stix_id
    Row.objects.unrestricted(purpose="the test spoils it").update(words="changed by hand")
    assert list(disagreements()) == [f"The row {stix_id} says something else than its record: words."]
    Row.objects.unrestricted(purpose="the test spoils it").update(share=99)
    assert list(disagreements()) == [f"The row {stix_id} stands for a record that is not there."]


def test_things_of_a_room_are_in_no_feed_of_the_exchange():
    from mitra.store.doors import store

    release(NOTICE, CALM, Audience(Tlp.CLEAR, room="board"), hand())
    reader = member(3, 7, rooms=("exchange",))
    door = store().visible_to(reader, now=NOW)
    assert [row.stix_id for row in door.feed(limit=10, only=Filter()).rows] == []
